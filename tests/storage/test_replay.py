"""Replaying a log that cannot be trusted."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.storage.datafile import Malformed, Tables
from mockrevio.storage.replay import replay
from tests.storage.common import check


def start() -> Tables:
    return {"things": {1: {"id": 1, "code": "a"}, 2: {"id": 2, "code": "b"}}}


def test_changes_do_to_plain_tables_what_they_did_to_live_ones() -> None:
    tables = start()
    changes = [
        ["put", "things", 5, {"id": 5}],
        ["put", "things", 1, {"id": 1, "code": "z"}],
        ["delete", "things", 2],
        ["put", "others", 1, {}],
    ]
    assert replay(changes, tables, {"things": 3}, check) == {"things": 6, "others": 2}
    assert tables == {"things": {1: {"id": 1, "code": "z"}, 5: {"id": 5}}, "others": {1: {}}}


def test_a_replacement_brings_its_own_next_ids() -> None:
    tables = start()
    assert replay([["replace", {"others": {"7": {}}}, {"others": 9}]], tables, {"things": 3}, check) == {
        "others": 9
    }
    assert tables == {"others": {7: {}}}


def test_the_highest_id_is_used_up_by_its_deletion_though_nothing_said_so_before() -> None:
    assert replay([["delete", "things", 2]], start(), {}, check) == {"things": 3}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (["delete", "things", 9], "things.9: deleted, but it is not there"),
        (["delete", "others", 1], "others.1: deleted, but it is not there"),
        (["delete", "things"], "no change"),
        (["delete", "things", 1, 2], "no change"),
        (["delete", "things", "1"], "no change"),
        (["delete", "things", True], "no change"),
        (["delete", ["things"], 1], "no change"),
        (["put", "things", 3], "no change"),
        (["put", "things", 3, [1]], "no change"),
        (["put", "things", "3", {}], "no change"),
        (["put", "things", 0, {}], "no change"),
        (["put", "things", 3.0, {}], "no change"),
        (["put", "things", None, {}], "no change"),
        (["put", 1, 3, {}], "no change"),
        (["put", "things", 3, {"id": 3, "code": 4}], "things.3.code: must be text"),
        (["replace", {}], "no change"),
        (["replace", [], {}], "no change"),
        (["replace", {}, []], "next_ids: whole numbers"),
        (["replace", {}, {"things": "3"}], "next_ids: whole numbers"),
        (["replace", {"things": {"x": {}}}, {}], "things.x: ids are whole numbers"),
        (["replace", {"things": []}, {}], "things: a table"),
        (["replace", {"things": {"1": {"code": None}}}, {}], "things.1.code: must be text"),
        (["rename", "things", "others"], "no change"),
        ([], "no change"),
        ("put", "no change"),
        ({"put": 1}, "no change"),
        (None, "no change"),
        (7, "no change"),
    ],
    ids=repr,
)
def test_nonsense_is_refused_with_a_reason(change: Any, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        replay([change], start(), {}, check)
