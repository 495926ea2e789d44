"""Images: tables that databases are reset to repeatedly."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.storage import Image
from tests.storage.common import THINGS, codes, opened, put

FIRST = {1: {"id": 1, "code": "a", "kind": "x"}, 2: {"id": 2, "code": "a", "kind": "y"}}


def new_image() -> Image:
    return Image.of({THINGS: dict(FIRST)}, {THINGS: 7})


@pytest.mark.parametrize("stored", [True, False])
def test_writes_after_a_commit_do_not_change_the_image(tmp_path: Path, stored: bool) -> None:
    image = new_image()
    with opened(tmp_path / "data" if stored else None) as database:
        for _ in range(3):
            database.commit([image])
            things = database.live_table(THINGS)
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


def test_databases_that_share_an_image_do_not_share_writes() -> None:
    image = new_image()
    with opened(None) as first, opened(None) as second:
        for database in (first, second):
            database.commit([image])
        put(first, 3, code="a")
        assert list(first.live_table(THINGS).ids_with(("code",), "a")) == [1, 2, 3]
        assert list(second.live_table(THINGS).ids_with(("code",), "a")) == [1, 2]


def test_an_image_is_logged_like_any_other_change(tmp_path: Path) -> None:
    image = new_image()
    assert image.json == image.json
    with opened(tmp_path / "one") as database:
        database.commit([image])
        put(database, 9, code="z")
        database.commit([image])
        text = (tmp_path / "one" / "world.jsonl").read_text()
        with opened(tmp_path / "two") as second:
            second.commit([tuple(image)])
            put(second, 9, code="z")
            second.commit([tuple(image)])
            assert text == (tmp_path / "two" / "world.jsonl").read_text()
        copy = tmp_path / "copy"
        copy.mkdir()
        (copy / "world.jsonl").write_text(text)
    with opened(copy) as recovered:
        assert codes(recovered) == {1: "a", 2: "a"}
        assert recovered.live_table(THINGS).next_id == 7
