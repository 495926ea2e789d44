"""Recording the calls to a mock, and reading what was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockrevio.contract.personal_data import KeptPersonalData, PersonalData
from mockrevio.contract.record.recording import Recording
from mockrevio.seeding.fixtures import load_fixture
from tests.contract_tools.record.common import proxying
from tests.support import Client


@contextmanager
def recording(
    mock: Client, folder: Path, personal_data: PersonalData | None = None
) -> Iterator[tuple[Client, Recording]]:
    """A client of a proxy that records; saved at the end."""
    mock.post("/__admin/reset")
    output = Recording(folder, personal_data or KeptPersonalData())
    with proxying(mock.url, output) as proxied:
        yield proxied, output
    output.save()


def fixture_of(folder: Path, name: str = "fixture.json") -> Any:
    load_fixture([str(folder / name)])  # it can be loaded
    return json.loads((folder / name).read_text("utf-8"))


def cases_of(folder: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((folder / "cases.json").read_text("utf-8"))["cases"]
    return cases
