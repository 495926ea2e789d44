"""Indexes that are built aside, while others write, are the same as those that were there all along."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mockrevio.storage import LiveDatabase, Selection, tables
from mockrevio.storage.indexes import HashIndex, SortedIndex
from tests.storage.common import THINGS, delete, opened, put


def filled(database: LiveDatabase, count: int = 50) -> None:
    things = {each: {"id": each, "code": f"{each % 7}", "size": -each % 11} for each in range(1, count + 1)}
    database.commit([("replace", {THINGS: things}, {})])


def rows(database: LiveDatabase, selection: Selection) -> list[tuple[Any, Any]]:
    with database.reading():
        found, _ = database.live(THINGS).select(selection)
    return [(each["id"], each.get("size")) for each in found]


SELECTIONS = [
    Selection(sort="size"),
    Selection(sort="size", descending=True),
    Selection({"size": frozenset([3, 4])}),
    Selection({"size": frozenset([3, 4])}, sort="code"),
]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_what_is_written_while_an_index_is_built_is_in_it(
    monkeypatch: pytest.MonkeyPatch, selection: Selection
) -> None:
    with opened(None) as database, opened(None) as plain:
        for each in (database, plain):
            filled(each)

        def meddle(database: LiveDatabase) -> None:
            put(database, 3, code="1", size=4)
            put(database, 99, code="x", size=3)
            delete(database, 4)
            delete(database, 50)

        done: list[bool] = []
        for kind in (HashIndex, SortedIndex):
            load = kind.build

            def slow(self: Any, *given: Any, load: Any = load) -> None:
                load(self, *given)
                if not done:  # as another thread does, since nobody holds the lock
                    done.append(True)
                    meddler = threading.Thread(target=meddle, args=(database,))
                    meddler.start()
                    meddler.join(5)
                    assert not meddler.is_alive(), "an index that is built keeps writers waiting"

            monkeypatch.setattr(kind, "build", slow)
        monkeypatch.setattr(tables, "SMALL_TABLE", 20)
        database.live(THINGS).prepare(selection)
        assert done
        monkeypatch.undo()
        meddle(plain)
        assert rows(database, selection) == rows(plain, selection)
        put(database, 100, code="2", size=4)
        put(plain, 100, code="2", size=4)
        assert rows(database, selection) == rows(plain, selection)


def test_where_all_is_replaced_meanwhile_the_index_is_built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SMALL_TABLE", 20)
    load = SortedIndex.build
    with opened(None) as database:
        filled(database)

        def replaced(self: SortedIndex, *given: Any) -> None:
            load(self, *given)
            monkeypatch.setattr(SortedIndex, "build", load)
            filled(database, 40)

        monkeypatch.setattr(SortedIndex, "build", replaced)
        database.live(THINGS).prepare(Selection(sort="size"))
        assert len(rows(database, Selection(sort="size"))) == 40


def test_readers_that_come_at_once_build_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SMALL_TABLE", 20)
    built: list[int] = []
    load = SortedIndex.build

    def counted(self: SortedIndex, *given: Any) -> None:
        built.append(1)
        load(self, *given)

    monkeypatch.setattr(SortedIndex, "build", counted)
    with opened(None) as database:
        filled(database)
        table = database.live(THINGS)
        threads = [threading.Thread(target=table.prepare, args=(Selection(sort="size"),)) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert built == [1]
