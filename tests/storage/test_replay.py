"""Replaying logged changes on plain tables, and refusing invalid ones."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.storage.datafile import Malformed, Tables
from mockrevio.storage.replay import replay
from tests.storage.common import check


def new_tables() -> Tables:
    return {"things": {1: {"id": 1, "code": "a"}, 2: {"id": 2, "code": "b"}}}


def test_changes_have_the_same_effect_as_on_live_tables() -> None:
    tables = new_tables()
    changes = [
        ["put", "things", 5, {"id": 5}],
        ["put", "things", 1, {"id": 1, "code": "z"}],
        ["delete", "things", 2],
        ["put", "others", 1, {}],
    ]
    assert replay(changes, tables, {"things": 3}, check) == {"things": 6, "others": 2}
    assert tables == {"things": {1: {"id": 1, "code": "z"}, 5: {"id": 5}}, "others": {1: {}}}


def test_a_replacement_sets_the_next_ids() -> None:
    tables = new_tables()
    assert replay([["replace", {"others": {"7": {}}}, {"others": 9}]], tables, {"things": 3}, check) == {
        "others": 9
    }
    assert tables == {"others": {7: {}}}


def test_deleting_the_highest_id_prevents_its_reuse_even_without_a_next_id() -> None:
    assert replay([["delete", "things", 2]], new_tables(), {}, check) == {"things": 3}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["delete", "things", 9], "things.9: deleted, but does not exist"),
        (["delete", "others", 1], "others.1: deleted, but does not exist"),
        (["delete", "things"], "not a change"),
        (["delete", "things", 1, 2], "not a change"),
        (["delete", "things", "1"], "not a change"),
        (["delete", "things", True], "not a change"),
        (["delete", ["things"], 1], "not a change"),
        (["put", "things", 3], "not a change"),
        (["put", "things", 3, [1]], "not a change"),
        (["put", "things", "3", {}], "not a change"),
        (["put", "things", 0, {}], "not a change"),
        (["put", "things", 3.0, {}], "not a change"),
        (["put", "things", None, {}], "not a change"),
        (["put", 1, 3, {}], "not a change"),
        (["put", "things", 3, {"id": 3, "code": 4}], "things.3.code: must be text"),
        (["replace", {}], "not a change"),
        (["replace", [], {}], "not a change"),
        (["replace", {}, []], "next_ids: must map each table to a whole number"),
        (["replace", {}, {"things": "3"}], "next_ids: must map each table to a whole number"),
        (["replace", {"things": {"x": {}}}, {}], "things.x: ids must be whole numbers"),
        (["replace", {"things": []}, {}], "things: must be a table"),
        (["replace", {"things": {"1": {"code": None}}}, {}], "things.1.code: must be text"),
        (["rename", "things", "others"], "not a change"),
        ([], "not a change"),
        ("put", "not a change"),
        ({"put": 1}, "not a change"),
        (None, "not a change"),
        (7, "not a change"),
    ],
    ids=repr,
)
def test_an_invalid_change_is_refused_with_a_reason(change: Any, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        replay([change], new_tables(), {}, check)
