"""A small database for tests of storage: one indexed table, `things`, and whatever else a test names."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockrevio.storage import LiveDatabase, open_database
from mockrevio.storage.datafile import Tables

THINGS = "things"


def as_it_is(_table: str, _name: str) -> Callable[[Any], Hashable]:
    return lambda value: value


def describe(table: str) -> Mapping[str, Any]:
    return {"id_field": "id", "indexed": (("code",), ("kind", "code"))} if table == THINGS else {}


def check(tables: Tables) -> str | None:
    """A thing's code is text; a thing without an id gets that of its key."""
    for thing_id, thing in tables.get(THINGS, {}).items():
        thing.setdefault("id", thing_id)
        if not isinstance(thing.get("code", ""), str):
            return f"{THINGS}.{thing_id}.code: must be text"
    return None


@contextmanager
def opened(
    folder: Path | None,
    *,
    fsync: bool = False,
    warnings: list[str] | None = None,
    key_of: Callable[[str, str], Callable[[Any], Hashable]] = as_it_is,
) -> Iterator[LiveDatabase]:
    """The database `world` in a folder; a warning fails the test unless it gives a list for them."""

    def warn(message: str) -> None:
        if warnings is None:
            raise AssertionError(message)
        warnings.append(message)

    if folder is not None:
        folder.mkdir(exist_ok=True)
    database = open_database(
        folder, "world", fsync=fsync, key_of=key_of, table_options=describe, check=check, warn=warn
    )
    try:
        yield database
    finally:
        database.close()


def put(database: LiveDatabase, thing_id: int, **fields: Any) -> None:
    """Store a thing as the world stores records."""
    with database.writing():
        database.commit([("put", THINGS, thing_id, {"id": thing_id, **fields})])


def delete(database: LiveDatabase, thing_id: int) -> None:
    with database.writing():
        database.commit([("delete", THINGS, thing_id)])


def codes(database: LiveDatabase) -> dict[int, Any]:
    """The things, by id, each as its code."""
    return {thing_id: thing.get("code") for thing_id, thing in database.live(THINGS).documents.items()}


def left_by_crash(folder: Path, copy: Path) -> Path:
    """The files as a process that dies at this moment leaves them."""
    shutil.copytree(folder, copy)
    return copy


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
