"""Indexes that are built without blocking writers are the same as existing ones."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mockrevio.storage import LiveDatabase, Selection, tables
from mockrevio.storage.indexes import HashIndex, SortedIndex
from tests.storage.common import THINGS, delete, opened, put


def fill(database: LiveDatabase, count: int = 50) -> None:
    things = {id_: {"id": id_, "code": f"{id_ % 7}", "size": -id_ % 11} for id_ in range(1, count + 1)}
    database.commit([("replace", {THINGS: things}, {})])


def rows(database: LiveDatabase, selection: Selection) -> list[tuple[Any, Any]]:
    with database.reading():
        things, _ = database.live_table(THINGS).select(selection)
    return [(thing["id"], thing.get("size")) for thing in things]


SELECTIONS = [
    Selection(sort="size"),
    Selection(sort="size", descending=True),
    Selection({"size": frozenset([3, 4])}),
    Selection({"size": frozenset([3, 4])}, sort="code"),
]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_an_index_contains_what_was_written_while_it_was_built(
    monkeypatch: pytest.MonkeyPatch, selection: Selection
) -> None:
    with opened(None) as database, opened(None) as reference:
        for target in (database, reference):
            fill(target)

        def write(database: LiveDatabase) -> None:
            put(database, 3, code="1", size=4)
            put(database, 99, code="x", size=3)
            delete(database, 4)
            delete(database, 50)

        written: list[bool] = []
        for kind in (HashIndex, SortedIndex):
            build = kind.build

            def build_and_write(self: Any, *arguments: Any, build: Any = build) -> None:
                build(self, *arguments)
                if not written:  # in another thread, which needs the lock
                    written.append(True)
                    writer = threading.Thread(target=write, args=(database,))
                    writer.start()
                    writer.join(5)
                    assert not writer.is_alive(), "building an index must not block writers"

            monkeypatch.setattr(kind, "build", build_and_write)
        monkeypatch.setattr(tables, "SMALL_TABLE", 20)
        database.live_table(THINGS).prepare(selection)
        assert written
        monkeypatch.undo()
        write(reference)
        assert rows(database, selection) == rows(reference, selection)
        put(database, 100, code="2", size=4)
        put(reference, 100, code="2", size=4)
        assert rows(database, selection) == rows(reference, selection)


def test_an_index_is_rebuilt_if_all_documents_were_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "SMALL_TABLE", 20)
    build = SortedIndex.build
    with opened(None) as database:
        fill(database)

        def build_then_replace(self: SortedIndex, *arguments: Any) -> None:
            build(self, *arguments)
            monkeypatch.setattr(SortedIndex, "build", build)
            fill(database, 40)

        monkeypatch.setattr(SortedIndex, "build", build_then_replace)
        database.live_table(THINGS).prepare(Selection(sort="size"))
        assert len(rows(database, Selection(sort="size"))) == 40


def test_concurrent_readers_build_an_index_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SMALL_TABLE", 20)
    builds: list[int] = []
    build = SortedIndex.build

    def count_builds(self: SortedIndex, *arguments: Any) -> None:
        builds.append(1)
        build(self, *arguments)

    monkeypatch.setattr(SortedIndex, "build", count_builds)
    with opened(None) as database:
        fill(database)
        table = database.live_table(THINGS)
        threads = [threading.Thread(target=table.prepare, args=(Selection(sort="size"),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert builds == [1]
