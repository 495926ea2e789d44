"""Resources that are declared differently from one state of a world to the next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import StorageError
from mockrevio.revio.fields import Record
from tests.world.common import fixture_file, open_world
from tests.world.declaring import GADGETS, PARTS, folder_in, found, widgets

OTHER_DECLARATIONS: dict[str, tuple[Record, list[Any], dict[str, list[int]]]] = {
    # A declaration, records, and what searches find: after the one above, whose indexes exist.
    "another id field": (
        {"id": "colour", "fields": {"colour": "whole", "widget_id": "text"}},
        [{"colour": 9, "widget_id": "x"}, {"colour": 5, "widget_id": "y"}],
        {"": [5, 9], "colour=9": [9], "widget_id=x": [9], "sort=-colour": [9, 5], "sort=-widget_id": [5, 9]},
    ),
    "another kind": (
        {"id": "widget_id", "fields": {"widget_id": "whole", "colour": "whole", "made_date": "text"}},
        [{"widget_id": 1, "colour": 7, "made_date": "soon"}, {"widget_id": 2, "colour": 10}],
        {
            "colour=07": [1],
            "sort=-colour": [2, 1],
            "made_date=soon": [1],
            "made_date_start=2026-01-01": [1, 2],
        },
    ),
    "other unset values": (
        {"id": "widget_id", "fields": {"widget_id": "whole", "colour": "whole; unset 0"}},
        [{"widget_id": 1, "colour": 7}, 2],
        {"colour=0": [2], "sort=colour": [2, 1]},
    ),
    "fewer fields": (
        {"id": "widget_id", "fields": {"widget_id": "whole"}},
        [1, {"widget_id": 2, "colour": "red"}],
        {"colour=red": [1, 2], "sort=-colour": [1, 2], "made_date_start=2030-01-01": [1, 2]},
    ),
    "an object": (
        {"id": "widget_id", "fields": {"widget_id": "whole", "paint": {"colour": "text"}}},
        [{"widget_id": 1, "paint": {"colour": "red"}}, {"widget_id": 2, "paint": None}],
        {"colour=red": [1], "sort=colour": [2, 1]},
    ),
    "ids that repeat": (
        {"id": "widget_id", "id_repeats": True, "fields": {"widget_id": "whole", "colour": "text"}},
        [{"widget_id": 7, "colour": "red"}, {"widget_id": 3}, {"widget_id": 7, "colour": "blue"}],
        {"": [3, 7, 7], "widget_id=7": [7, 7], "colour=red": [7], "sort=-widget_id": [7, 7, 3]},
    ),
}


@pytest.mark.parametrize("way", ["state", "reset", "restart"])
@pytest.mark.parametrize("name", OTHER_DECLARATIONS)
def test_indexes_follow_the_declaration(tmp_path: Path, name: str, way: str) -> None:
    declaration, records, searches = OTHER_DECLARATIONS[name]
    other: dict[str, Any] = {"resources": {"Widgets": declaration}, "records": {"Widgets": records}}
    fixture = fixture_file(tmp_path, **(PARTS if way == "state" else other))
    data = folder_in(tmp_path)
    with open_world(fixture, folder=data) as world:
        if way != "state":
            world.replace_state(PARTS)
        for query in ("colour=red", "sort=colour", "sort=-colour", "made_date_start=2026-01-01", "width=2"):
            found(world, query)  # builds indexes
        assert found(world, "colour=red&made_date_start=2026-01-01") == [3]
        if way == "reset":
            world.reset()
        else:
            world.replace_state(other)
        if way != "restart":
            assert {query: found(world, query) for query in searches} == searches
    with open_world(fixture, folder=data) as world:
        assert {query: found(world, query) for query in searches} == searches
        world.replace_state(PARTS)
        assert found(world, "colour=red&made_date_start=2026-01-01") == [3]


@pytest.mark.parametrize("way", ["state", "reset", "restore"])
def test_a_failing_commit_keeps_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    fixture, data = fixture_file(tmp_path), folder_in(tmp_path)
    with open_world(fixture, folder=data) as world:
        world.save_snapshot("before")
        world.replace_state(PARTS)
        before = world.state()
        replace: dict[str, Callable[[], None]] = {
            "state": lambda: world.replace_state({"resources": {"Gadgets": GADGETS}}),
            "reset": world.reset,
            "restore": lambda: world.restore_snapshot("before"),
        }

        def refuse(*_: object) -> None:
            raise StorageError("the disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(world._database, "commit", refuse)
            with pytest.raises(StorageError, match="the disk is full"):
                replace[way]()
        assert world.state() == before
        assert found(world, "colour=red") == [3]
        assert found(world, "made_date_start=2026-01-05") == [3]
        assert world.records.create(widgets(world), {"colour": "red"}, None) == 1001
    with open_world(fixture, folder=data) as world:
        assert found(world, "colour=red") == [3, 1001]
