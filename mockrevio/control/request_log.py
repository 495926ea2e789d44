"""The request log: the latest requests and their responses, bounded by number and by memory."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from mockrevio.control.faults.matching import Matcher, nearest_misses
from mockrevio.documents import parse_document
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.scheduling import Signal

MAX_BYTES = 32 * 1024 * 1024
"""About how much memory the log may use, regardless of how many entries it may hold."""

MAX_LOGGED_BODY = 64 * 1024
"""Bytes of a body that an entry shows. Response bodies are stored up to here, request bodies in full."""

ENTRY_OVERHEAD = 2000
"""About how many bytes an entry uses in addition to its bodies, path and headers."""

MAX_MISSES = 3


class LoggedResponse(NamedTuple):
    """The response to a request; `status` is None if there was none."""

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    size: int
    connection_fault: str | None = None


@dataclass(eq=False)
class LogEntry:
    """One request with its response. `duration` is in seconds of real time; `received_at` is mock time.

    `request` still contains secrets: read `redacted_request` instead. Secrets are redacted on first
    access, because most entries are never read.
    """

    id: str
    request: ApiRequest
    received_at: datetime
    duration: float | None = None
    response: LoggedResponse | None = None
    client_left: bool = False
    fault: str | None = None
    behaviours: Sequence[str] = ()
    error: str | None = None

    @cached_property
    def redacted_request(self) -> ApiRequest:
        """The request without passwords and keys."""
        return self.request.redacted()

    @property
    def explain(self) -> str | None:
        """The value of the response's X-Mock-Explain header."""
        headers = self.response.headers if self.response else ()
        return next((text for name, text in headers if name == EXPLAIN_HEADER), None)

    def memory_size(self) -> int:
        """About how many bytes of memory the entry uses."""
        request = self.request
        text = len(request.path) + len(request.query_string) + sum(map(len, request.headers.values()))
        return ENTRY_OVERHEAD + text + len(request.body) + (len(self.response.body) if self.response else 0)

    def as_json(self) -> dict[str, Any]:
        """The entry as the admin API returns it."""
        request, response = self.redacted_request, self.response
        response_json: dict[str, Any] | None = None
        if response is not None:
            response_json = {"status": response.status, "headers": dict(response.headers)}
            response_json.update(_body_as_json(response.body, response.size))
            if response.connection_fault is not None:
                response_json["delivered"] = response.connection_fault
        return {
            "id": self.id,
            "at": format_date(self.received_at),
            "client": request.client,
            "login": request.login,
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": dict(request.headers),
            **_body_as_json(request.body[:MAX_LOGGED_BODY], len(request.body)),
            "json": _parse_json(request.body),
            "response": response_json,
            "duration_ms": None if self.duration is None else round(self.duration * 1000, 3),
            "client_left": self.client_left,
            "fault": self.fault,
            "explain": self.explain,
            "behaviours": list(self.behaviours),
            "error": self.error,
        }


def _body_as_json(data: bytes, size: int) -> dict[str, Any]:
    body: dict[str, Any] = {"body": data.decode("utf-8", "replace") if data else None}
    if size > len(data):
        body["body_truncated"] = f"{len(data)} of {size} bytes"
    return body


def _parse_json(data: bytes) -> Any:
    """The body parsed as JSON; None if it is too large or not JSON."""
    if len(data) > MAX_LOGGED_BODY:
        return None
    try:
        return parse_document(data, "body")
    except DocumentError:
        return None


@dataclass(frozen=True)
class Outcome:
    """The result of a verification: how many requests match, and the nearest misses if it failed."""

    ok: bool
    count: int
    misses: list[tuple[LogEntry, list[str]]]


@dataclass(eq=False)
class Verification:
    """A check of the number of matching requests that may wait for more until `deadline`."""

    matcher: Matcher
    minimum: int
    maximum: int | None
    deadline: float
    version: int = 0
    results: dict[str, bool] = field(default_factory=dict)
    """By entry id, so that each entry is matched only once."""

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()


class RequestLog:
    """The latest requests of one world, at most `maximum` of them."""

    def __init__(self, maximum: int) -> None:
        self._max_entries = maximum
        self._entries: deque[tuple[LogEntry, int]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._signal = Signal()

    def begin(self, entry: LogEntry) -> None:
        """Append an entry and evict the oldest ones beyond the limits."""
        size = entry.memory_size()
        with self._lock:
            self._entries.append((entry, size))
            self._bytes += size
            while len(self._entries) > self._max_entries or (self._bytes > MAX_BYTES and self._entries):
                _, evicted_size = self._entries.popleft()
                self._bytes -= evicted_size
            self._signal.notify()

    def update(self, entry: LogEntry, request: ApiRequest) -> None:
        entry.request = request
        entry.__dict__.pop("redacted_request", None)

    def finish(
        self,
        entry: LogEntry,
        response: LoggedResponse,
        *,
        duration: float,
        behaviours: Sequence[str],
        error: str | None,
    ) -> None:
        entry.response, entry.duration, entry.behaviours, entry.error = response, duration, behaviours, error
        self._signal.notify()

    def client_left(self, entry: LogEntry) -> None:
        entry.client_left = True

    def forget_unanswered(self) -> None:
        with self._lock:
            self._entries = deque(e for e in self._entries if e[0].response is not None)

    def restart(self) -> None:
        self.clear()

    def entries(self, matcher: Matcher | None = None) -> list[LogEntry]:
        """The entries whose requests match, oldest first; all of them by default."""
        entries, _ = self._snapshot()
        return entries if matcher is None else [entry for entry in entries if _matches(matcher, entry)]

    def _snapshot(self) -> tuple[list[LogEntry], int]:
        """The entries and the version of the log, which increases with every change."""
        with self._lock:
            return [entry for entry, _ in self._entries], self._signal.version

    def clear(self) -> int:
        """Remove all entries and return how many there were."""
        with self._lock:
            count = len(self._entries)
            self._entries.clear()
            self._bytes = 0
            self._signal.notify()
            return count

    def verify(self, verification: Verification) -> Outcome | None:
        """Check that as many requests match as should; None if there are too few and more may still come.

        More than `maximum` matches fail at once, because their number cannot decrease.
        """
        entries, verification.version = self._snapshot()
        earlier, verification.results = verification.results, {}
        matcher, results = verification.matcher, verification.results
        for entry in entries:
            result = earlier.get(entry.id)
            results[entry.id] = _matches(matcher, entry) if result is None else result
        count = sum(results.values())
        if count < verification.minimum and verification.remaining() > 0:
            return None
        maximum = verification.maximum
        if verification.minimum <= count and (maximum is None or count <= maximum):
            return Outcome(True, count, [])
        unmatched = [entry for entry in entries if not results[entry.id]]
        return Outcome(False, count, _misses(matcher, unmatched))

    def subscribe(self, version: int, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when the log is no longer at this version; the result unsubscribes."""
        return self._signal.subscribe(version, callback)


def _without_cache(request: ApiRequest) -> ApiRequest:
    """A copy that does not cache the parsed body in the log: it may be many times as large as the body."""
    return replace(request)


def _matches(matcher: Matcher, entry: LogEntry) -> bool:
    return matcher.matches(_without_cache(entry.redacted_request))


def _misses(matcher: Matcher, entries: list[LogEntry]) -> list[tuple[LogEntry, list[str]]]:
    requests = [_without_cache(entry.redacted_request) for entry in entries]
    by_request = {id(request): entry for request, entry in zip(requests, entries, strict=True)}
    return [
        (by_request[id(request)], differences)
        for request, differences in nearest_misses(matcher, requests, MAX_MISSES)
    ]
