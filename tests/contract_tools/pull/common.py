"""Pulling from a server in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mockrevio.contract.access import Access
from mockrevio.contract.client import Client
from mockrevio.contract.pull.progress import Progress
from mockrevio.contract.pull.run import Options, pull
from mockrevio.contract.pull.selection import parse_selections
from mockrevio.contract.pull.state import PullState
from mockrevio.revio.resources import BUILT_IN, Resource
from mockrevio.seeding.fixtures import Fixture, load_fixture
from tests.support import AUTH

Document = dict[str, Any]


class Notes(Progress):
    """Keeps what is reported."""

    def __init__(self) -> None:
        super().__init__(is_terminal=False)
        self.messages: list[str] = []

    def note(self, message: str) -> None:
        self.messages.append(message)


class Puller:
    """Pulls from servers, with a state in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state.jsonl"
        self.notes = Notes()
        self.waits: list[float] = []

    def __call__(
        self, url: str, records: str = "", *, key_links: bool = False, keep: bool = True
    ) -> Document:
        """The document that a pull makes. It waits without taking time."""
        access = Access(f"{url}/v1", *AUTH)
        options = Options(parse_selections([records] if records else []), key_links, keep)
        self.notes = Notes()
        with (
            PullState(self.state, access, keep_personal_data=keep) as state,
            Client(access, note=self.notes.note, sleep=self.waits.append) as client,
        ):
            document = pull(client, state, options, self.notes)
            state.remove()
        return document

    def load(self, document: Document, *before: str) -> Fixture:
        """The fixture, loaded as a server does, on top of others."""
        return load_fixture([*before, self.write(document)])

    def write(self, document: Document) -> str:
        path = self.folder / "acme.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)


def records_of(document: Document) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """The records of a document that are more than ids."""
    for resource in BUILT_IN:
        for part in ("entities", "records"):
            for record in document.get(part, {}).get(resource.table, []):
                if isinstance(record, dict):
                    yield resource, record
    yield from ((BUILT_IN.at_path("IntegrationKeyLink"), link) for link in document.get("key_links", []))


def ids(document: Document, table: str) -> list[int]:
    """The ids of a table's records."""
    resource = BUILT_IN.of_table(table)
    assert resource
    part = "entities" if resource.entity_type else "records"
    return [
        record[resource.id_field] if isinstance(record, dict) else record
        for record in document.get(part, {}).get(table, [])
    ]
