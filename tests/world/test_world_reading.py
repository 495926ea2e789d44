"""Reading a world: pages and records as Rev.io returns them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.errors import ApiError
from mockrevio.revio.resources import ENTITIES, INTEGRATION_KEY_LINK, INTEGRATION_SYSTEM
from mockrevio.storage import Selection
from tests.world.common import AGENT, CUSTOMER, create_links, fixture_file, open_world


def test_a_page_says_whether_more_records_follow(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path)) as world:
        create_links(world, "a", "b", "c")
        records, has_more = world.page(INTEGRATION_KEY_LINK, Selection({}, offset=0, limit=2))
        assert [record["external_id"] for record in records] == ["a", "b"]
        assert has_more
        records, has_more = world.page(INTEGRATION_KEY_LINK, Selection({}, offset=2, limit=2))
        assert ([record["external_id"] for record in records], has_more) == (["c"], False)
        assert world.page(INTEGRATION_KEY_LINK, Selection({}, offset=4, limit=2)) == ([], False)
        query = Selection({"external_id": frozenset(["c"])})
        assert [record["external_id"] for record in world.page(INTEGRATION_KEY_LINK, query)[0]] == ["c"]


def test_names_are_searched_case_insensitively_and_external_ids_exactly(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path)) as world:
        create_links(world, "Abc")
        (system,), _ = world.page(INTEGRATION_SYSTEM, Selection({"system_name": frozenset(["salesforce"])}))
        assert system == {"integration_system_id": 4, "system_name": "SALESFORCE"}
        assert world.page(INTEGRATION_KEY_LINK, Selection({"external_id": frozenset(["abc"])})) == ([], False)


def test_missing_fields_of_a_record_are_null(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path)) as world:
        record = world.record(ENTITIES["CUSTOMER"], 1016)
        assert list(record) == list(ENTITIES["CUSTOMER"].fields)
        dates = {"created_date", "updated_date"}
        assert record == {
            **dict.fromkeys(record),
            "customer_id": 1016,
            **{name: record[name] for name in dates},
        }
        assert {name for name, value in record.items() if value is not None} == {"customer_id", *dates}


def test_unset_dates_are_shown_as_the_setting_says(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path), unset_dates="sentinel") as world:
        shown = world.record(CUSTOMER, 1016)
        (listed,) = world.page(CUSTOMER, Selection({"customer_id": frozenset([1016])}))[0]
        assert shown == listed
        assert shown["close_date"] == "0001-01-01T00:00:00"
        assert shown["created_date"] > "2026"
        stored = world.records.get(CUSTOMER, 1016)
        assert stored is not None
        assert "close_date" not in stored
        world.change_settings({"unset_dates": "null"})
        assert world.record(CUSTOMER, 1016)["close_date"] is None


@pytest.mark.parametrize("record_id", [None, 0, 99])
def test_an_unknown_record_is_not_found(tmp_path: Path, record_id: int | None) -> None:
    with open_world(fixture_file(tmp_path)) as world:
        with pytest.raises(ApiError) as raised:
            world.record(INTEGRATION_KEY_LINK, record_id)
        assert [problem.code for problem in raised.value.problems] == ["not_found"]


def test_reading_does_not_change_the_state(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, entities={})) as world:
        before = world.state()
        world.records.exists(CUSTOMER, 1)
        world.listings.stored(AGENT)
        assert world.state() == before
