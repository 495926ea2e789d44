"""Systems and entity types of several fixtures are merged by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockrevio.seeding.fixtures import Fixture, load_fixture
from tests.world.common import fixture_file, link


def systems(**names: int) -> list[dict[str, Any]]:
    return [{"integration_system_id": system_id, "system_name": name} for name, system_id in names.items()]


def types(**names: int) -> list[dict[str, Any]]:
    return [
        {"integration_entity_type_id": type_id, "entity_type_name": name} for name, type_id in names.items()
    ]


def names(fixture: Fixture, table: str = "integration_systems") -> dict[str, int]:
    name_field = "system_name" if table == "integration_systems" else "entity_type_name"
    return {record[name_field]: record_id for record_id, record in fixture.state.tables[table].items()}


def links(fixture: Fixture) -> dict[str, tuple[int, int]]:
    """System and type of each key link, by external id."""
    return {
        record["external_id"]: (record["integration_system_id"], record["integration_entity_type_id"])
        for record in fixture.state.tables["key_links"].values()
    }


@pytest.fixture
def ours(tmp_path: Path) -> str:
    """A fixture with systems 4 SALESFORCE and 5 NETSUITE, types 1 AGENT and 2 CUSTOMER, and key links."""
    return fixture_file(
        tmp_path,
        "ours.json",
        key_links=[
            link(external_id="SF", integration_key_link_id=9),
            link(external_id="NS", integration_system_id=5),
            link(external_id="agent", integration_entity_type_id=1, internal_id=1001),
        ],
    )


def tenant(folder: Path, **parts: Any) -> str:
    """A fixture with these parts alone."""
    empty = dict.fromkeys(("integration_systems", "integration_entity_types", "entities"))
    return fixture_file(folder, "tenant.json", **{**empty, **parts})


def test_a_system_of_the_same_name_replaces_the_earlier_one_and_its_links_follow(
    tmp_path: Path, ours: str
) -> None:
    fixture = load_fixture([ours, tenant(tmp_path, integration_systems=systems(Salesforce=40))])
    assert names(fixture) == {"NETSUITE": 5, "Salesforce": 40}
    assert links(fixture) == {"SF": (40, 2), "NS": (5, 2), "agent": (40, 1)}
    assert fixture.warnings == ()


def test_so_does_an_entity_type(tmp_path: Path, ours: str) -> None:
    path = tenant(tmp_path, integration_entity_types=types(CUSTOMER=12, AGENT=1))
    fixture = load_fixture([ours, path])
    assert names(fixture, "integration_entity_types") == {"AGENT": 1, "CUSTOMER": 12}
    assert links(fixture) == {"SF": (4, 12), "NS": (5, 12), "agent": (4, 1)}
    assert fixture.warnings == ()


def test_systems_and_types_can_swap_their_ids(tmp_path: Path, ours: str) -> None:
    path = tenant(
        tmp_path,
        integration_systems=systems(SALESFORCE=5, NETSUITE=4),
        integration_entity_types=types(CUSTOMER=1, AGENT=2),
    )
    fixture = load_fixture([ours, path])
    assert names(fixture) == {"SALESFORCE": 5, "NETSUITE": 4}
    assert links(fixture) == {"SF": (5, 1), "NS": (4, 1), "agent": (5, 2)}
    assert fixture.warnings == ()


def test_a_system_whose_id_a_known_one_takes_gets_a_free_id_and_its_links_follow(
    tmp_path: Path, ours: str
) -> None:
    fixture = load_fixture([ours, tenant(tmp_path, integration_systems=systems(SALESFORCE=5, XERO=1))])
    assert names(fixture) == {"SALESFORCE": 5, "XERO": 1, "NETSUITE": 2}
    assert links(fixture) == {"SF": (5, 2), "NS": (2, 2), "agent": (5, 1)}
    assert fixture.warnings == ()


def test_a_new_name_with_an_earlier_id_replaces_it_which_is_a_warning_if_links_point_there(
    tmp_path: Path, ours: str
) -> None:
    fixture = load_fixture([ours, tenant(tmp_path, integration_systems=systems(XERO=8, ORACLE=5))])
    assert names(fixture) == {"SALESFORCE": 4, "ORACLE": 5, "XERO": 8}
    (warning,) = fixture.warnings
    assert warning.place == f"{tmp_path / 'tenant.json'}: integration_systems[1]"
    assert warning.message == (
        "replaces NETSUITE, which has the same id 5; what refers to it (1) leads to ORACLE now; use another "
        "id to keep both"
    )
    without_links = fixture_file(tmp_path, "plain.json")
    assert load_fixture([without_links, str(tmp_path / "tenant.json")]).warnings == ()


def test_earlier_duplicates_become_one_and_those_of_the_tenant_stay(tmp_path: Path) -> None:
    twice = fixture_file(
        tmp_path, "twice.json", integration_systems=systems(SALESFORCE=4, Salesforce=7), key_links=[link()]
    )
    once = tenant(tmp_path, integration_systems=systems(SALESFORCE=7))
    assert names(load_fixture([twice, once])) == {"SALESFORCE": 7}
    assert links(load_fixture([twice, once])) == {link()["external_id"]: (7, 2)}
    both = load_fixture([once, twice])
    assert names(both) == {"SALESFORCE": 4, "Salesforce": 7}
    assert any("is also the name of" in str(warning) for warning in both.warnings)


def test_links_of_the_later_fixture_have_its_own_ids(tmp_path: Path, ours: str) -> None:
    path = tenant(
        tmp_path,
        integration_systems=systems(SALESFORCE=5, NETSUITE=4),
        key_links=[link(external_id="theirs", integration_system_id=5)],
    )
    assert links(load_fixture([ours, path]))["theirs"] == (5, 2)


def test_references_of_declared_endpoints_follow_too(tmp_path: Path) -> None:
    fields = {
        "job_id": "whole",
        "system_id": "whole -> IntegrationSystem",
        "runs": [{"system_id": "whole -> IntegrationSystem", "ok": "flag"}],
        "others": ["whole -> IntegrationSystem"],
    }
    job = {
        "job_id": 1,
        "system_id": 4,
        "runs": [{"system_id": 5, "ok": True}, {"ok": False}],
        "others": [4, 5],
    }
    first = fixture_file(
        tmp_path,
        "jobs.json",
        resources={"Jobs": {"id": "job_id", "fields": fields}},
        records={"Jobs": [job, {"job_id": 2, "system_id": None}]},
    )
    second = tenant(tmp_path, integration_systems=systems(SALESFORCE=40))
    assert load_fixture([first, second]).state.tables["Jobs"] == {
        1: {
            "job_id": 1,
            "system_id": 40,
            "runs": [{"system_id": 5, "ok": True}, {"ok": False}],
            "others": [40, 5],
        },
        2: {"job_id": 2, "system_id": None},
    }


def test_a_warning_about_a_displaced_record_has_the_place_where_it_is_written(tmp_path: Path) -> None:
    first = fixture_file(tmp_path, "twice.json", integration_systems=systems(A=4, B=5, b=6))
    fixture = load_fixture([first, tenant(tmp_path, integration_systems=systems(A=6))])
    assert names(fixture) == {"A": 6, "B": 5, "b": 1}
    (warning,) = fixture.warnings
    assert warning.place == f"{first}: integration_systems[2].system_name"


def test_a_tenant_merged_over_the_included_fixtures_has_every_name_once(tmp_path: Path) -> None:
    path = tenant(
        tmp_path,
        integration_systems=systems(salesforce=1, ACME_CRM=4, QUICKBOOKS=2147483647),
        integration_entity_types=types(CUSTOMER=1, AGENT=2, LEASE=13),
    )
    plain = load_fixture(["demo"])
    merged = load_fixture(["demo", path])
    assert merged.warnings == ()
    for table in ("integration_systems", "integration_entity_types"):
        folded = [name.casefold() for name in names(merged, table)]
        assert len(folded) == len(set(folded))
        assert {name.casefold() for name in names(plain, table)} <= set(folded)
    by_id = {system_id: name.casefold() for name, system_id in names(merged).items()}
    before = {system_id: name.casefold() for name, system_id in names(plain).items()}
    assert {key: by_id[system] for key, (system, _) in links(merged).items()} == {
        key: before[system] for key, (system, _) in links(plain).items()
    }
