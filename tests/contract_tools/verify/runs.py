"""Runs of `mockrevio verify` in this process, without its pauses, and what they leave behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mockrevio.contract.access import Access, parse_base_url
from mockrevio.contract.verify.options import Options
from mockrevio.contract.verify.run import Run
from tests.support import Client

PASSWORD = "hunter22-secret"  # noqa: S105 (a test's)


@dataclass
class Ran:
    """A run that has ended."""

    status: int
    out: str
    err: str
    report: dict[str, Any]

    @property
    def differing(self) -> list[str]:
        """The names of the rules that differ."""
        return [rule["name"] for rule in self.report["rules"] if rule["verdict"] == "differs"]

    @property
    def checked(self) -> set[str]:
        """The names of the rules that were compared."""
        return {rule["name"] for rule in self.report["rules"] if rule["verdict"] != "not checked"}

    def rule(self, name: str) -> dict[str, Any]:
        """A rule of the report."""
        (found,) = [rule for rule in self.report["rules"] if rule["name"] == name]
        return dict(found)


class Verify:
    """Runs verify, and reads what it has written."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.sleep: Callable[[float], object] = lambda _: None
        """How the run waits."""

    def __call__(
        self, url: str | None = None, *, username: str = "sync@acme", key: str | None = None, **options: Any
    ) -> Ran:
        """Run it against a server, or by default against a mock of its own."""
        access = Access(parse_base_url(url), username, PASSWORD, key) if url else None
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        self._capsys.readouterr()
        status = Run(Options(access, json=report, **options), sys.stdout.write, sleep=self._wait)()
        out, err = self._capsys.readouterr()
        return Ran(status, out, err, json.loads(report.read_text("utf-8")) if report.exists() else {})

    def _wait(self, seconds: float) -> None:
        self.sleep(seconds)


def left_behind(client: Client) -> list[dict[str, Any]]:
    """The key links of a mock that verify has made, as the admin side sees them."""
    links = client.get("/__admin/state").json()["key_links"]
    return [link for link in links if "mockrevio" in str(link["external_id"])]
