"""The findings of a run of `mockrevio record --validate`."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mockrevio.contract.record.exchange import Exchange
from mockrevio.contract.record.headers import Headers
from mockrevio.contract.record.request_templates import path_template
from mockrevio.contract.validation.contract import Contract
from mockrevio.contract.validation.findings import Finding, Place
from mockrevio.contract.validation.request_checks import check_request
from mockrevio.contract.validation.response_checks import check_response
from mockrevio.documents import dump_chunks
from mockrevio.openapi.revio import revio_document
from mockrevio.reporting import write_line
from mockrevio.storage.files import write_atomically

HEADER = "X-Mock-Violations"
"""The header that lists the violations of a response and its request, as JSON; absent if there are none."""

MAX_HEADER = 4096
"""Bytes of its longest value. What does not fit is left out."""

MAX_FINDINGS = 1000
"""Distinct findings. More come only from a program that makes names up, and are counted as one."""

FINDINGS = "findings.json"


class Validation:
    """Checks exchanges, prints each distinct finding once, and counts it."""

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / FINDINGS
        self._contract = Contract(revio_document())
        self._lock = threading.Lock()
        self._counts: Counter[Finding] = Counter()
        self._calls = 0
        self._saved_calls: int | None = None

    @property
    def status(self) -> int:
        """1 if there was a violation."""
        return int(any(finding.severity == "violation" for finding in self._counts))

    def __call__(self, exchange: Exchange) -> Headers:
        """Check an exchange. Returns the header with its violations."""
        found = list(dict.fromkeys(check(self._contract, exchange)))
        with self._lock:
            self._calls += 1
            new = [finding for finding in found if self._count(finding)]
        for finding in new:
            write_line(f"{finding.severity}: {finding}")
        violations = [finding for finding in found if finding.severity == "violation"]
        return [(HEADER, _header(violations))] if violations else []

    def _count(self, finding: Finding) -> bool:
        """Count a finding; whether it is new."""
        is_new = finding not in self._counts
        if is_new and len(self._counts) >= MAX_FINDINGS:
            finding = finding._replace(operation="others", place="any", message="is not listed")
            is_new = finding not in self._counts
        self._counts[finding] += 1
        return is_new

    def save(self) -> None:
        """Write the findings. Raises DataUnwritable."""
        with self._lock:
            calls, document = self._calls, self._document()
        if self._file is not None and calls != self._saved_calls:
            write_atomically(self._file, dump_chunks(document))
            self._saved_calls = calls

    def _document(self) -> dict[str, Any]:
        findings = [{**finding._asdict(), "count": count} for finding, count in sorted(self._counts.items())]
        return {"schema": 1, "calls": self._calls, "findings": findings}

    def summary(self) -> Iterator[str]:
        """Lines with all findings, the most frequent first."""
        for finding, count in sorted(self._counts.items(), key=lambda item: (item[0].severity, -item[1])):
            yield f"{count} x {finding.severity}: {finding}"
        numbers = Counter(finding.severity for finding in self._counts)
        calls = "1 call" if self._calls == 1 else f"{self._calls} calls"
        yield (
            f"{calls} checked; distinct violations: {numbers['violation']}, distinct notes: {numbers['note']}"
        )
        if self._file is not None:
            yield f"{self._file}: all findings"


def check(contract: Contract, exchange: Exchange) -> Iterator[Finding]:
    """What differs in an exchange, on both sides."""
    if exchange.steps is None:
        return
    path = contract.path(exchange.steps)
    if path is None:
        place = Place(f"{exchange.method} {path_template(exchange.steps, None)}", "request")
        yield place.violation("path", "is not in the contract")
        return
    method = "GET" if exchange.method == "HEAD" else exchange.method
    if method == "OPTIONS":
        return
    if method not in contract.methods(path):
        yield Place(f"{method} /v1{path}", "request").violation("method", "is not in the contract")
        return
    operation = contract.operation(path, method)
    yield from check_request(contract, operation, exchange)
    yield from check_response(contract, operation, exchange)


def _header(violations: list[Finding]) -> str:
    """Violations as a JSON list, as short as a header has to be."""
    items = [
        {"side": finding.side, "place": finding.place, "message": finding.message} for finding in violations
    ]
    text = json.dumps(items)
    while len(text) > MAX_HEADER:
        items.pop()
        text = json.dumps(items)
    return text
