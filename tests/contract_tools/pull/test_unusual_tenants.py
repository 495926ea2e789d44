"""Tenants with other fields, values and permissions than the mock has."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.errors import NoSuchEndpoint, NotPermitted, UpstreamError
from tests.contract_tools.pull.common import Puller, ids
from tests.contract_tools.tenant import serving_tenant


def test_what_a_fixture_cannot_have_is_left_out_with_a_warning_and_all_else_is_kept(puller: Puller) -> None:
    customers: list[Any] = [
        {
            "customer_id": "7",
            "loyalty": {"level": "gold", "since": "May"},
            "status": 3,
            "activated_date": "2026-1-5",
            "close_date": "05/01/2026",
            "agent_id": "",
            "sold_by": "somebody",
            "is_parent": "true",
            "finance": {"balance": "12.50", "cycle_date": "soon", "bill_profile_id": 3.0},
            "profile": None,
            "fields": [{"field_id": "1", "label": "a", "value": 5}, None],
            "billing_address": "1 Main St",
        },
        {"name": "no id"},
    ]
    link = {"id": 88, "integration_system_id": 71, "integration_entity_type_id": 9, "internal_id": 7}
    links = [
        {**link, "external_id": "a", "created_by": "jane", "note": "x"},
        {**link, "id": 89, "external_id": None},
    ]
    tables: dict[str, list[Any]] = {
        "Customers": customers,
        "IntegrationKeyLink": links,
        "IntegrationEntityType": [
            {"integration_entity_type_id": 9, "entity_type_name": "Service Product"},
            {"integration_entity_type_id": 10, "name": "LEASE"},
        ],
    }
    with serving_tenant(tables) as tenant:
        document = puller(tenant.url, "CUSTOMER:all", key_links=True)
    puller.load(document)
    (customer,) = document["entities"]["CUSTOMER"]
    assert customer == {
        "customer_id": 7,
        "loyalty": {"level": "gold", "since": "May"},
        "status": "3",
        "activated_date": "2026-1-5",
        "agent_id": None,
        "is_parent": True,
        "finance": {"balance": 12.5, "bill_profile_id": 3},
        "profile": None,
        "fields": [{"field_id": 1, "label": "a", "value": "5"}],
        "created_by": None,
        "created_date": None,
        "updated_date": None,
    }
    (key_link,) = document["key_links"]
    assert (key_link["integration_key_link_id"], key_link["external_id"]) == (88, "a")
    assert "note" not in key_link
    assert document["integration_entity_types"][0]["entity_type_name"] == "SERVICE_PRODUCT"
    warnings = "\n".join(puller.notes.messages)
    for expected in (
        "Customers.close_date: the value is not a date; left out (1 record)",
        "Customers.sold_by: the value is not a whole number; left out (1 record)",
        "Customers.customer_id: is missing; it must be a whole number from 1 to 2147483647; the record is",
        "IntegrationKeyLink.external_id: must be text; the record is left out (1 record)",
        "IntegrationEntityType.entity_type_name: is missing; it must be text; the record is left",
        "IntegrationKeyLink.created_by: the value is not a whole number; left out",
    ):
        assert expected in warnings


def test_records_that_are_added_meanwhile_are_read_once(puller: Puller) -> None:
    def add_one(path: str, number: int) -> None:
        if path == "Notes" and number == 2:
            tenant.tables["Notes"].insert(0, {"note_id": 1, "body": "new"})

    notes = [{"note_id": number, "body": "x"} for number in range(10, 22)]
    with serving_tenant({"Notes": notes}, max_page_size=5, before_page=add_one) as tenant:
        document = puller(tenant.url, "Notes:all")
    assert ids(document, "Notes") == [*range(10, 22)]


def test_a_limit_counts_records_and_fewer_are_no_error(puller: Puller) -> None:
    with serving_tenant({"Notes": [{"note_id": n} for n in range(1, 30)]}, max_page_size=7) as tenant:
        assert len(ids(puller(tenant.url, "Notes:17"), "Notes")) == 17
        assert not [note for note in puller.notes.messages if "only" in note]
        assert len(ids(puller(tenant.url, "Notes:40"), "Notes")) == 29
    assert "Notes: there are only 29 records, not 40" in puller.notes.messages


def test_a_tenant_that_takes_a_parameter_only_once_is_read_record_by_record(puller: Puller) -> None:
    customers = [{"customer_id": n, "agent_id": 100 + n % 5} for n in range(1, 20)]
    agents = [{"agent_id": 100 + n} for n in range(9)]
    tables = {"Customers": customers, "Agents": agents}
    with serving_tenant(tables, ids={"Agents": "agent_id"}, multi=False) as tenant:
        assert ids(puller(tenant.url, "CUSTOMER:all"), "AGENT") == [100, 101, 102, 103, 104]


def test_settings_about_which_the_records_disagree_are_not_in_the_fixture(puller: Puller) -> None:
    bills: list[dict[str, Any]] = [
        {"bill_id": 1, "due_date": "0001-01-01T00:00:00", "links": [{"rel": "self", "href": "x"}]},
        {"bill_id": 2, "due_date": None},
    ]
    with serving_tenant({"Bills": bills}) as tenant:
        document = puller(tenant.url, "BILL:all")
    assert "settings" not in document
    assert puller.load(document).state.tables["BILL"][1]["due_date"] is None


def test_a_small_page_size_holds_for_what_records_refer_to_as_well(puller: Puller) -> None:
    tables = {
        "Customers": [{"customer_id": n, "agent_id": n} for n in range(1, 20)],
        "Agents": [{"agent_id": n} for n in range(1, 60)],
    }
    with serving_tenant(tables, ids={"Agents": "agent_id"}, max_page_size=5) as tenant:
        assert ids(puller(tenant.url, "CUSTOMER:all"), "AGENT") == [*range(1, 20)]
        assert len([call for call in tenant.calls if "Agents" in call]) == 4


def test_ids_may_be_text_and_a_record_that_is_left_out_is_still_an_id(puller: Puller) -> None:
    customers = [{"customer_id": n, "agent_id": n} for n in (1, 2, 3)]
    agents: list[dict[str, Any]] = [{"agent_id": "1"}, {"agent_id": "2"}]
    tables = {"Customers": customers, "Agents": agents}
    with serving_tenant(tables, ids={"Agents": "agent_id"}) as tenant:
        assert ids(puller(tenant.url, "CUSTOMER:2"), "AGENT") == [1, 2]
        assert len([call for call in tenant.calls if "Agents" in call]) == 1
        tenant.ids["Agents"] = "number"
        agents.append({"number": 3, "name": "has another id field"})
        assert puller(tenant.url, "CUSTOMER:all")["entities"]["AGENT"][2] == 3
    assert any("Agents.agent_id: is missing" in note for note in puller.notes.messages)


@pytest.mark.parametrize(
    ("path", "status", "error", "message"),
    [
        (
            "Bills",
            403,
            NotPermitted,
            "BILL cannot be read: GET /Bills: 403 No Bills for you.; leave it out of",
        ),
        (
            "Bills",
            404,
            NoSuchEndpoint,
            "BILL cannot be read: GET /Bills: 404 No Bills for you.; leave it out of",
        ),
        ("Bills", 500, UpstreamError, "GET /Bills: 500 No Bills for you."),
        (
            "IntegrationSystem",
            403,
            NotPermitted,
            "integration_systems cannot be read: GET /IntegrationSystem: 403",
        ),
        ("IntegrationKeyLink", 403, NotPermitted, "key_links cannot be read: GET /IntegrationKeyLink: 403"),
    ],
)
def test_what_was_asked_for_and_cannot_be_read_is_an_error_that_names_it(
    puller: Puller, path: str, status: int, error: type[UpstreamError], message: str
) -> None:
    with (
        serving_tenant({"IntegrationKeyLink": []}, statuses={path: status}) as tenant,
        pytest.raises(error) as caught,
    ):
        puller(tenant.url, "BILL:all" if path == "Bills" else "", key_links=True)
    assert message in str(caught.value)


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_referred_to_and_cannot_be_read_is_just_an_id_with_a_warning(
    puller: Puller, status: int
) -> None:
    bills = [{"bill_id": 1, "customer_id": 5}, {"bill_id": 2, "customer_id": 6}]
    with serving_tenant({"Bills": bills}, statuses={"Customers": status}) as tenant:
        document = puller(tenant.url, "BILL:all")
    assert document["entities"]["CUSTOMER"] == [5, 6]
    assert not [warning for warning in puller.load(document).warnings if "exist" in warning.message]
    assert puller.notes.messages[0].startswith(
        f"warning: Customers cannot be read (GET /Customers: {status} "
    )


def test_a_reference_that_leads_nowhere_leads_nowhere_in_the_fixture_with_a_warning(puller: Puller) -> None:
    bills = [{"bill_id": n, "customer_id": 5, "parent_bill_id": n + 70} for n in range(1, 8)]
    tables = {"Bills": bills, "Customers": []}
    with serving_tenant(tables, ids={"Customers": "customer_id", "Bills": "bill_id"}) as tenant:
        document = puller(tenant.url, "BILL:all")
    assert "CUSTOMER" not in document["entities"]
    missing = [note for note in puller.notes.messages if "no such records" in note]
    assert len(missing) == 2
    assert missing[0].startswith(
        "warning: Bills 71, 72, 73, 74, 75 and 2 more: the service has no such records"
    )
