"""Tables that a database becomes again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.storage import Image
from tests.storage.common import THINGS, codes, opened, put

FIRST = {1: {"id": 1, "code": "a", "kind": "x"}, 2: {"id": 2, "code": "a", "kind": "y"}}


def start() -> Image:
    return Image.of({THINGS: dict(FIRST)}, {THINGS: 7})


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_written_in_between_changes_no_later_use_of_it(tmp_path: Path, kept: bool) -> None:
    image = start()
    with opened(tmp_path / "data" if kept else None) as database:
        for _ in range(3):
            database.commit([image])
            things = database.live(THINGS)
            assert things.documents == FIRST
            assert (things.next_id, list(things.ids())) == (7, [1, 2])
            assert list(things.ids_with(("code",), "a")) == [1, 2]
            assert list(things.ids_with(("kind", "code"), ("y", "a"))) == [2]
            put(database, 1, code="b")
            put(database, 7, code="a")
            database.commit([("delete", THINGS, 2)])
            assert list(things.ids_with(("code",), "a")) == [7]
            assert list(things.ids_with(("code",), "b")) == [1]
    assert image == ("replace", {THINGS: FIRST}, {THINGS: 7})


def test_databases_that_share_it_do_not_share_what_they_write() -> None:
    image = start()
    with opened(None) as one, opened(None) as other:
        for database in (one, other):
            database.commit([image])
        put(one, 3, code="a")
        assert list(one.live(THINGS).ids_with(("code",), "a")) == [1, 2, 3]
        assert list(other.live(THINGS).ids_with(("code",), "a")) == [1, 2]


def test_the_log_has_it_as_any_other_change(tmp_path: Path) -> None:
    image = start()
    assert image.json == image.json
    with opened(tmp_path / "one") as database:
        database.commit([image])
        put(database, 9, code="z")
        database.commit([image])
        text = (tmp_path / "one" / "world.jsonl").read_text()
        with opened(tmp_path / "two") as other:
            other.commit([tuple(image)])
            put(other, 9, code="z")
            other.commit([tuple(image)])
            assert text == (tmp_path / "two" / "world.jsonl").read_text()
        copy = tmp_path / "copy"
        copy.mkdir()
        (copy / "world.jsonl").write_text(text)
    with opened(copy) as recovered:
        assert codes(recovered) == {1: "a", 2: "a"}
        assert recovered.live(THINGS).next_id == 7
