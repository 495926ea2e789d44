"""The settings that verify writes make a mock do what the service does."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from mockrevio.settings import Settings
from tests.contract_tools.verify.altered import Headers, altered
from tests.contract_tools.verify.runs import Verify
from tests.support import serving

SYSTEMS = [
    {"integration_system_id": 7, "system_name": "SALESFORCE"},
    {"integration_system_id": 4, "system_name": "ACME_ERP"},
]
TYPES = [
    {"integration_entity_type_id": 21, "entity_type_name": "CUSTOMER"},
    {"integration_entity_type_id": 2, "entity_type_name": "BILL"},
    {"integration_entity_type_id": 30, "entity_type_name": "CONTACT"},
]


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    """A fixture whose systems and types have other ids."""
    path = tmp_path / "tenant.json"
    customers = [{"customer_id": number} for number in (50, 51)]
    document = {
        "integration_systems": SYSTEMS,
        "integration_entity_types": TYPES,
        "entities": {"CUSTOMER": customers},
    }
    path.write_text(json.dumps({"schema": 1, **document}), "utf-8")
    return path


def test_other_ids_make_a_fixture(verify: Verify, tenant: Path) -> None:
    config = verify.folder / "mockrevio.toml"
    with serving(fixture=(str(tenant),), key_link_id="id", duplicates="allow") as client:
        ran = verify(client.url, write=True, write_config=config)
        assert ran.differing == ["link.duplicate", "link.own_fields", "link.salesforce", "link.other_ids"]
        assert ran.report["settings"] == {"duplicates": "allow", "key_link_id": "id"}
        assert (ran.report["needs_fixture"], ran.report["no_setting_for"]) == (True, [])
        again = verify(client.url, write=True, config=config)
        assert (again.status, again.differing) == (0, [])
    written = tomllib.loads(config.read_text("utf-8"))
    fixture = verify.folder / "mockrevio-fixture.json"
    assert written == {"fixture": [str(fixture)], "duplicates": "allow", "key_link_id": "id"}
    document = json.loads(fixture.read_text("utf-8"))
    assert document["integration_systems"] == SYSTEMS[::-1]
    # A mock so configured starts without a warning, and has the tenant's ids.
    settings = Settings.load(config=config)
    with serving(fixture=settings.fixture, key_link_id=settings.key_link_id) as client:
        found = client.get("/v1/IntegrationSystem", params={"system_name": "SALESFORCE"}).json()["records"]
        assert found == [{"integration_system_id": 7, "system_name": "SALESFORCE"}]


def test_a_known_system_counts_in_any_case(verify: Verify) -> None:
    def rename(_: object, status: str, headers: Headers, body: bytes) -> tuple[str, Headers, bytes]:
        return status, headers, body.replace(b'"SALESFORCE"', b'"Salesforce"')

    with altered(rename) as client:
        assert verify(client.url).differing == []


def test_names_that_no_fixture_can_have_are_left_out(verify: Verify) -> None:
    """A mock's entity types are in upper case; nobody knows whether a tenant's are."""

    def rename(_: object, status: str, headers: Headers, body: bytes) -> tuple[str, Headers, bytes]:
        return status, headers, body.replace(b'"SERVICE_PRODUCT"', b'"Service product"')

    config = verify.folder / "mockrevio.toml"
    with altered(rename) as client:
        ran = verify(client.url, write_config=config)
    assert ran.differing == ["link.other_ids"]
    assert ran.report["no_setting_for"] == ["link.other_ids"]
    assert "link.other_ids: every other id" in config.read_text("utf-8")


def test_the_status_of_errors_is_a_setting(verify: Verify) -> None:
    config = verify.folder / "mockrevio.toml"
    statuses = ("body.required=422", "link.duplicate=409", "link.entity_exists=404", "page.invalid=422")
    with serving(error_status=statuses) as client:
        ran = verify(client.url, write=True, write_config=config)
        assert set(ran.report["settings"]["error_status"]) == set(statuses)
        assert ran.report["no_setting_for"] == []
        again = verify(client.url, write=True, config=config)
        assert (again.status, again.differing) == (0, [])
    assert "# page.invalid, body.required, link.entity_exists, link.duplicate\n" in config.read_text("utf-8")


def test_settings_of_a_world_that_were_given_stay(verify: Verify) -> None:
    config = verify.folder / "mockrevio.toml"
    config.write_text(
        'links = "self"\nport = 1234\nfixture = "demo"\nsubscription_key = "key-0123"\n', "utf-8"
    )
    with serving(links="self", blank_search="match") as client:
        ran = verify(client.url, config=config, write_config=verify.folder / "changed.toml")
    assert ran.differing == ["search.blank"]
    text = (verify.folder / "changed.toml").read_text("utf-8")
    assert tomllib.loads(text) == {"fixture": ["demo"], "links": "self", "blank_search": "match"}
    assert "# search.blank" in text


def test_where_nothing_differs_the_file_is_written_all_the_same(verify: Verify) -> None:
    config = verify.folder / "mockrevio.toml"
    with serving() as client:
        ran = verify(client.url, write_config=config)
    assert ran.status == 0
    assert tomllib.loads(config.read_text("utf-8")) == {}


def test_without_a_service_a_mock_is_compared_with_the_rules(verify: Verify) -> None:
    config = verify.folder / "mockrevio.toml"
    assert verify().status == 0
    config.write_text('duplicates = "allow"\nunset_dates = "sentinel"\nauth = "off"\n', "utf-8")
    ran = verify(config=config)
    assert (ran.status, ran.differing) == (1, ["auth.basic", "record.unset_dates", "link.duplicate"])
    assert f"with {config}" in ran.out
