"""Fixture documents are found, read, merged in order, and converted to tables and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.documents import parse_document
from mockrevio.errors import FixtureError
from mockrevio.seeding.fixture_files import shipped_folder, shipped_names
from mockrevio.seeding.fixtures import load_fixture, parse_state
from mockrevio.settings import Settings
from tests.world.common import fixture_file, link


def load_error(*names: str) -> str:
    """The message of the FixtureError that loading these fixtures raises."""
    with pytest.raises(FixtureError) as caught:
        load_fixture(names)
    return str(caught.value)


# --- finding and reading


def test_three_fixtures_are_shipped() -> None:
    assert shipped_names() == ["default", "demo", "empty"]
    assert shipped_folder().is_dir()


def test_the_default_fixture_supports_the_worked_example_and_has_no_links() -> None:
    tables = load_fixture(["default"]).state.tables
    assert tables["integration_systems"][4]["system_name"] == "SALESFORCE"
    assert tables["integration_entity_types"][2]["entity_type_name"] == "CUSTOMER"
    assert 1015 in tables["CUSTOMER"]
    assert tables["key_links"] == {}


def test_a_fixture_can_be_any_file(tmp_path: Path) -> None:
    fixture = load_fixture([fixture_file(tmp_path)])
    assert set(fixture.state.tables["CUSTOMER"]) == {1015, 1016}


def test_the_digest_changes_with_the_file(tmp_path: Path) -> None:
    first = load_fixture([fixture_file(tmp_path)]).digest
    assert load_fixture([fixture_file(tmp_path)]).digest == first
    assert load_fixture([fixture_file(tmp_path, next_ids={"key_links": 9})]).digest != first


def test_the_error_for_a_missing_file_lists_the_included_fixtures(tmp_path: Path) -> None:
    message = load_error(str(tmp_path / "missing.json"))
    assert message.startswith(f"{tmp_path / 'missing.json'}: cannot be read: No such file")
    assert "default, demo, empty" in message
    assert "cannot be read" in load_error(str(tmp_path))


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b'{\n "key_links": [,]\n}', "line 2 column 16", "invalid JSON: Expecting value"),
        (b"", "line 1 column 1", "invalid JSON"),
        (b'{"a": 1} x', "line 1 column 10", "invalid JSON: Extra data"),
        (b'{"a": "\xff"}', "byte 7", "not UTF-8 text"),
        (b'{"rate": NaN}', "mine.json", "NaN is not a JSON number"),
        (b'{"rate": -Infinity}', "mine.json", "-Infinity is not a JSON number"),
        (b"[" * 200_000, "mine.json", "nested more than 74 levels deep"),
        (b"9" * 5000, "mine.json", "cannot parse JSON"),
    ],
)
def test_invalid_json_is_reported_with_its_position(
    tmp_path: Path, data: bytes, place: str, message: str
) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(data)
    with pytest.raises(FixtureError) as caught:
        load_fixture([str(path)])
    (mistake,) = caught.value.mistakes
    assert place in mistake.place
    assert mistake.place.startswith(str(path))
    assert message in mistake.message


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse_document(b"\xef\xbb\xbf{}", "mine.json") == {}


def test_mistakes_of_all_files_are_reported_together(tmp_path: Path) -> None:
    first = fixture_file(tmp_path, "one.json", schema=2)
    second = fixture_file(tmp_path, "two.json", key_links=[link(internal_id="x")])
    assert load_error(first, second).splitlines() == [
        f"{first}: schema: must be 1, the format version, not 2",
        f"{second}: key_links[0].internal_id: must be a whole number, not 'x'",
    ]


def load_warnings(*names: str) -> list[str]:
    """The warnings about these fixtures, which can be loaded."""
    return [str(warning) for warning in load_fixture(names).warnings]


def test_a_broken_reference_is_a_warning(tmp_path: Path) -> None:
    path = fixture_file(tmp_path, key_links=[link(internal_id=5)])
    assert load_warnings(path) == [
        f"{path}: key_links[0].internal_id: CUSTOMER 5 does not exist; the nearest is 1015"
    ]


def test_the_settings_in_effect_decide_about_duplicate_links(tmp_path: Path) -> None:
    links = [link(), link()]
    plain = fixture_file(tmp_path, "plain.json", key_links=links)
    allowing = fixture_file(tmp_path, "allowing.json", key_links=links, settings={"duplicates": "allow"})
    for path, on_the_command_line, count in (
        (plain, {}, 1),
        (plain, {"duplicates": "allow"}, 0),
        (allowing, {}, 0),
        (allowing, {"duplicates": "reject"}, 1),
    ):
        assert len(load_fixture([path], Settings.load(on_the_command_line, environ={})).warnings) == count


def test_unknown_fields_of_entities_are_warnings(tmp_path: Path) -> None:
    path = fixture_file(tmp_path, entities={"AGENT": [{"agent_id": 1, "color": "red"}]})
    (warning,) = load_fixture([path]).warnings
    assert warning.place == f"{path}: entities.AGENT[0].color"


# --- merging


def test_later_fixtures_override_earlier_ones_record_by_record(tmp_path: Path) -> None:
    first = fixture_file(
        tmp_path,
        "one.json",
        key_links=[link(integration_key_link_id=1), link(integration_key_link_id=2, external_id="two")],
        next_ids={"key_links": 50, "CUSTOMER": 3000},
        settings={"duplicates": "allow", "blank_search": "match"},
    )
    second = fixture_file(
        tmp_path,
        "two.json",
        integration_systems=[{"integration_system_id": 5, "system_name": "ORACLE"}],
        integration_entity_types=None,
        entities={"CUSTOMER": [{"customer_id": 1015, "status": "CLOSED"}, 9]},
        key_links=[link(integration_key_link_id=2, external_id="TWO")],
        next_ids={"key_links": 60},
        settings={"duplicates": "reject"},
    )
    state = load_fixture([first, second]).state
    assert state.tables["integration_systems"] == {
        4: {"integration_system_id": 4, "system_name": "SALESFORCE"},
        5: {"integration_system_id": 5, "system_name": "ORACLE"},
    }
    assert state.tables["CUSTOMER"] == {
        1015: {"customer_id": 1015, "status": "CLOSED"},
        1016: {"customer_id": 1016},
        9: {"customer_id": 9},
    }
    assert {link_id: record["external_id"] for link_id, record in state.tables["key_links"].items()} == {
        1: link()["external_id"],
        2: "TWO",
    }
    assert state.next_ids == {"key_links": 60, "CUSTOMER": 3000}
    assert state.settings == {"duplicates": "reject", "blank_search": "match"}
    swapped = load_fixture([second, first]).state
    assert swapped.tables["integration_systems"][5]["system_name"] == "NETSUITE"
    assert swapped.next_ids["key_links"] == 50


def test_references_can_cross_fixtures(tmp_path: Path) -> None:
    links = fixture_file(
        tmp_path,
        integration_systems=None,
        integration_entity_types=None,
        entities=None,
        key_links=[link()],
    )
    assert "does not exist" in load_warnings("empty", links)[0]
    assert load_warnings("default", links) == []
    assert len(load_fixture(["default", links]).state.tables["key_links"]) == 1
    assert len(load_fixture([links, "default"]).state.tables["key_links"]) == 1


def test_a_warning_has_the_place_of_the_record_that_won(tmp_path: Path) -> None:
    first = fixture_file(tmp_path, "one.json", key_links=[link(integration_key_link_id=1)])
    second = fixture_file(
        tmp_path, "two.json", key_links=[link(integration_key_link_id=1, integration_system_id=99)]
    )
    assert load_warnings(first, second)[0].startswith(f"{second}: key_links[0].integration_system_id")


def test_links_without_ids_get_ids_above_all_given_ones(tmp_path: Path) -> None:
    links = [link(external_id="a"), link(external_id="b", integration_key_link_id=7), link(external_id="c")]
    second = fixture_file(tmp_path, "two.json", key_links=[link(external_id="d")])
    tables = load_fixture([fixture_file(tmp_path, key_links=links), second]).state.tables["key_links"]
    assert {link_id: record["external_id"] for link_id, record in tables.items()} == {
        7: "b",
        8: "a",
        9: "c",
        10: "d",
    }
    assert all(record["integration_key_link_id"] == link_id for link_id, record in tables.items())


def test_ids_of_links_start_at_1_or_at_next_ids(tmp_path: Path) -> None:
    for next_ids, first_id in ((None, 1), ({"key_links": 40}, 40)):
        path = fixture_file(tmp_path, key_links=[link(), link(external_id="b")], next_ids=next_ids)
        assert list(load_fixture([path]).state.tables["key_links"]) == [first_id, first_id + 1]


def test_twenty_thousand_links_without_ids_load_quickly() -> None:
    state = parse_state({"key_links": [link(external_id=str(number)) for number in range(20_000)]})
    assert len(state.tables["key_links"]) == 20_000
