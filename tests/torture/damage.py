"""The files of a small world with a known history, and what damaged copies of them open to."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tinydb import TinyDB

from mockrevio.errors import DataDamaged
from mockrevio.revio.resources import BUILT_IN
from mockrevio.storage import LiveDatabase, open_database
from mockrevio.storage.datafile import Tables
from mockrevio.world.schema import Schema

State = tuple[Tables, dict[str, int]]
LINK = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 1015}
DATES = {"created_date": "2026-01-05T09:30:00.000", "created_by": 1001}


def opened(folder: Path, warnings: list[str]) -> LiveDatabase:
    """Open the database of these files, with the checks of a world."""
    schema = Schema(BUILT_IN)
    return open_database(
        folder,
        "default",
        fsync=False,
        key_of=schema.key_function,
        table_options=schema.table_options,
        check=schema.check,
        warn=warnings.append,
    )


@contextmanager
def crashing_database(folder: Path, warnings: list[str]) -> Iterator[LiveDatabase]:
    """Open the same database, and close it without a checkpoint, like a process that is killed."""
    database = opened(folder, warnings)
    try:
        yield database
    finally:
        TinyDB.close(database)


def state_of(database: LiveDatabase) -> State:
    """Return the contents of a database: its tables and next ids."""
    tables = {name: table for name, table in database.documents().items() if table}
    return copy.deepcopy(tables), database.next_ids()


def link(number: int, external_id: str) -> dict[str, Any]:
    return {"integration_key_link_id": number, **LINK, "external_id": external_id, **DATES}


@dataclass
class History:
    """The files left by a killed process, and the state after each line of their log."""

    folder: Path
    states: list[State] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "default.jsonl"

    @property
    def file(self) -> Path:
        return self.folder / "default.json"

    def copy(self, folder: Path) -> History:
        """Copy the files to another folder, replacing its contents."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return History(folder, self.states)


def create_history(folder: Path) -> History:
    """Create a folder with a data file, and with a log that contains every kind of change."""
    folder.mkdir()
    history = History(folder)
    with crashing_database(folder, []) as database:

        def commit(*changes: tuple[Any, ...]) -> None:
            with database.writing():
                database.commit(changes)
            history.states.append(state_of(database))

        commit(
            ("put", "integration_systems", 4, {"integration_system_id": 4, "system_name": "SALESFORCE"}),
            ("put", "CUSTOMER", 1015, {"customer_id": 1015, "finance": {"balance": 10.25}, "note": "ü"}),
        )
        for number in range(1, 7):
            commit(("put", "key_links", number, link(number, f"first {number}")))
        commit(("delete", "key_links", 6))
        database.checkpoint()
        del history.states[:-1]
        for number in range(7, 13):
            commit(("put", "key_links", number, link(number, f"Größe \U0001f600 {number}\n")))
            if number % 3 == 0:
                commit(("delete", "key_links", number - 2))
            if number % 4 == 0:
                commit(("put", "key_links", number, link(number, "changed")))
        commit(
            ("put", "world", 1, {"fixture": ["empty"], "settings": {}, "patched": {"duplicates": "allow"}})
        )
        commit(
            ("delete", "key_links", 11),
            ("delete", "key_links", 12),
            ("put", "CUSTOMER", 1020, {"customer_id": 1020}),
        )
        tables = {"key_links": {1: link(1, "after a reset")}, "CUSTOMER": {1015: {"customer_id": 1015}}}
        commit(("replace", tables, {"key_links": 40}))
        commit(("put", "key_links", 40, link(40, "x" * 40)))
        commit(("put", "key_links", 41, link(41, '"}]}\\')))
        commit(("delete", "key_links", 41))
    return history


def reopen(folder: Path) -> tuple[State | None, str]:
    """Open the files. Returns the state and all warnings or, if they are refused, None and the error.

    Fails the test if an error other than DataDamaged is raised, or if refused files change.
    """
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    warnings: list[str] = []
    try:
        with crashing_database(folder, warnings) as database:
            return state_of(database), "\n".join(warnings)
    except DataDamaged as error:
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        return None, str(error)


def parse_tables(data: bytes) -> Tables:
    """Parse the tables of a data file in the simplest possible way, as the reference."""
    content = json.loads(data)
    content.pop("mockrevio", None)
    tables: Tables = {
        name: {int(key): document for key, document in table.items()}
        for name, table in content.items()
        if table
    }
    for name, documents in tables.items():
        resource = BUILT_IN.of_table(name)
        for document_id, document in documents.items():
            if resource:
                document.setdefault(resource.id_field, document_id)
    return tables
