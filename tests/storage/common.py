"""A small test database with one indexed table, `things`, and helpers for crashes and threads."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockrevio.storage import KeyFunction, LiveDatabase, Tables, open_database

THINGS = "things"


def exact_key_of(_table: str, name: str) -> KeyFunction:
    return lambda document: document.get(name)


def table_options(table: str) -> Mapping[str, Any]:
    return {"id_field": "id", "indexed": (("code",), ("kind", "code"))} if table == THINGS else {}


def check(tables: Tables) -> str | None:
    """Require that a thing's code is text. Gives a thing without an id field the id that is its key."""
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
    key_of: Callable[[str, str], KeyFunction] = exact_key_of,
) -> Iterator[LiveDatabase]:
    """Open the database `world` in a folder. A warning fails the test unless `warnings` collects it."""

    def warn(message: str) -> None:
        if warnings is None:
            raise AssertionError(message)
        warnings.append(message)

    if folder is not None:
        folder.mkdir(exist_ok=True)
    database = open_database(
        folder, "world", fsync=fsync, key_of=key_of, table_options=table_options, check=check, warn=warn
    )
    try:
        yield database
    finally:
        database.close()


def put(database: LiveDatabase, thing_id: int, **fields: Any) -> None:
    """Store a thing the way a world stores records."""
    with database.writing():
        database.commit([("put", THINGS, thing_id, {"id": thing_id, **fields})])


def delete(database: LiveDatabase, thing_id: int) -> None:
    with database.writing():
        database.commit([("delete", THINGS, thing_id)])


def codes(database: LiveDatabase) -> dict[int, Any]:
    """Return the code of every thing, by id."""
    return {thing_id: thing.get("code") for thing_id, thing in database.live_table(THINGS).documents.items()}


def crash_copy(folder: Path, copy: Path) -> Path:
    """Copy the files as they would be if the process died now."""
    shutil.copytree(folder, copy)
    return copy


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file in a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition. Fails the test after 20 s."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.005)


def run_in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run `work` in threads that start simultaneously. Raises the first exception that any of them raises."""
    barrier = threading.Barrier(count)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
