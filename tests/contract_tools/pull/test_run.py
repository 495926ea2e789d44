"""Pulling from a mock and from other tenants: what is in the fixture, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

import pytest

from mockrevio.errors import NoSuchEndpoint, NotPermitted, UpstreamError
from tests.contract_tools.pull.common import Document, Puller, ids, records_of
from tests.contract_tools.tenant import serving_tenant
from tests.support import Client, serving
from tests.world.common import fixture_file

EVERYTHING = (
    "CUSTOMER:3,CHARGE:5,Tickets:all,ServiceInventory:all,PaymentAccounts:2,Files:2,WebhookReceivers:all"
)


@pytest.fixture(scope="module")
def demo() -> Iterator[Client]:
    """A tenant with many records, which shows them in all the other ways."""
    with serving(
        fixture=("demo",), unset_dates="sentinel", links="self", server_headers="iis", isolate_clients=True
    ) as client:
        yield client


def shown(client: Client, document: Document) -> list[dict[str, Any]]:
    """Records of a document, a few of each endpoint, as a server shows them, without its address."""
    shown = []
    for _, group in groupby(records_of(document), lambda pair: pair[0].path):
        for resource, record in islice(group, 6):
            response = client.get(f"/v1/{resource.path}/{record[resource.id_field]}")
            assert response.status_code == 200, response.text
            body = response.json()
            for link in body.get("links", []):
                link["href"] = link["href"].removeprefix(client.url)
            shown.append(body)
    return shown


def test_the_fixture_starts_a_mock_that_answers_alike(puller: Puller, demo: Client) -> None:
    document = puller(demo.url, EVERYTHING, key_links=True)
    assert puller.load(document).warnings == ()
    assert len(ids(document, "CUSTOMER")) >= 3
    assert ids(document, "Tickets")
    with serving(fixture=(puller.write(document),)) as mock:
        assert shown(mock, document) == shown(demo, document)
        for path in ("IntegrationSystem", "IntegrationEntityType", "IntegrationKeyLink"):
            query = {"page_size": "500"}
            records = [client.get(f"/v1/{path}", params=query).json()["records"] for client in (demo, mock)]
            assert str(records[0]).replace(demo.url, mock.url) == str(records[1])


def test_without_personal_data_ids_references_and_shapes_are_the_same(puller: Puller, demo: Client) -> None:
    kept, replaced = (puller(demo.url, EVERYTHING, key_links=True, keep=keep) for keep in (True, False))
    assert puller.load(replaced).warnings == ()
    assert _shape(replaced) == _shape(kept)
    for (resource, old), (_, new) in zip(records_of(kept), records_of(replaced), strict=True):
        for name, field in resource.fields.items():
            if field.refers_to or field.kind in ("whole", "decimal", "flag", "date"):
                assert new.get(name) == old.get(name)
    assert replaced["key_links"] == kept["key_links"]
    assert not set(_names(kept)) & set(_names(replaced))


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return type(value).__name__ if value else value


def _names(document: Document) -> list[str]:
    """What identifies the customers, contacts and users of a document."""
    fields = (
        "first_name",
        "last_name",
        "company_name",
        "line_1",
        "city",
        "email",
        "account_number",
        "login_name",
    )
    found = []
    for _, record in records_of(document):
        for part in (record, *(value for value in record.values() if isinstance(value, dict))):
            found += [part[name] for name in (*fields, "token", "contact_name", "company") if part.get(name)]
    assert len(found) > 100
    return found


def test_the_same_customer_has_the_same_name_everywhere(puller: Puller) -> None:
    address = {"address_id": 5, "customer_id": 7, "company_name": "Acme Telecom", "first_name": "Jane"}
    tables = {
        "Customers": [{"customer_id": 7, "email": "jane@acme.com", "billing_address": address}],
        "Contacts": [
            {"contact_id": 1, "customer_id": 7, "company": "Acme Telecom", "email": "jane@acme.com"}
        ],
        "Addresses": [address],
    }
    with serving_tenant(tables, ids={"Customers": "customer_id", "Addresses": "address_id"}) as tenant:
        document = puller(tenant.url, "CONTACT:all", keep=False)
    contact, customer = document["entities"]["CONTACT"][0], document["entities"]["CUSTOMER"][0]
    assert contact["company"] == customer["billing_address"]["company_name"] != "Acme Telecom"
    assert (
        document["entities"]["ADDRESS"][0]["first_name"]
        == customer["billing_address"]["first_name"]
        != "Jane"
    )
    assert contact["email"] == customer["email"] != "jane@acme.com"


def test_only_what_was_asked_for_and_what_it_refers_to_is_read(puller: Puller, demo: Client) -> None:
    document = puller(demo.url)
    assert list(document) == ["schema", "integration_systems", "integration_entity_types", "settings"]
    document = puller(demo.url, "CUSTOMER:2")
    asked = [record for record in document["entities"]["CUSTOMER"] if isinstance(record, dict)][:2]
    assert [customer["customer_id"] for customer in asked] == [1001, 1002]
    assert "BILL" not in document["entities"]
    for customer in asked:
        assert customer["billing_address"]["address_id"] in ids(document, "ADDRESS")
        assert customer["finance"]["bill_profile_id"] in ids(document, "BillProfiles")
        assert customer["created_by"] in ids(document, "Users")


def test_records_far_away_and_records_of_key_links_are_just_ids(puller: Puller) -> None:
    parents = [{"customer_id": n, "parent_customer_id": n - 1} for n in range(1, 9)]
    link: dict[str, Any] = {
        "integration_key_link_id": 1,
        "integration_system_id": 71,
        "integration_entity_type_id": 2,
        "internal_id": 44,
        "external_id": "a",
    }
    tables = {"Customers": parents[::-1], "IntegrationKeyLink": [link]}
    with serving_tenant(tables, ids={"Customers": "customer_id"}) as tenant:
        document = puller(tenant.url, "CUSTOMER:1", key_links=True)
    customers = document["entities"]["CUSTOMER"]
    assert [record["customer_id"] for record in customers if isinstance(record, dict)] == [5, 6, 7, 8]
    assert [record for record in customers if isinstance(record, int)] == [4]
    assert document["entities"]["AGENT"] == [44]
    assert puller.load(document).warnings == ()
    assert puller.notes.messages[-1] == "only as ids: 1 CUSTOMER, 1 AGENT"


def test_systems_with_other_ids_replace_those_of_the_included_fixture(puller: Puller) -> None:
    with serving_tenant({}) as tenant:
        fixture = puller.load(puller(tenant.url), "default")
    systems = {
        record["system_name"]: system_id
        for system_id, record in fixture.state.tables["integration_systems"].items()
    }
    assert (systems["SALESFORCE"], systems["ACME_ERP"], len(systems)) == (71, 4, 15)
    types = fixture.state.tables["integration_entity_types"]
    assert len({record["entity_type_name"] for record in types.values()}) == len(types) == 12
    assert types[9]["entity_type_name"] == "CUSTOMER"
    assert fixture.warnings == ()


# Unusual tenants.


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
        "IntegrationEntityType": [{"integration_entity_type_id": 9, "entity_type_name": "Service Product"}],
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
        "IntegrationKeyLink.external_id: must be text, not null; the record is left out (1 record)",
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


def test_ids_of_other_worlds_are_pulled_from_their_own(puller: Puller, demo: Client) -> None:
    """The client code in the user name picks the tenant."""
    other = Client(demo.url)
    other.auth = ("tester@other", "secret")
    other.post(
        "/v1/IntegrationKeyLink",
        json={
            "integration_system_id": 4,
            "integration_entity_type_id": 2,
            "internal_id": 1015,
            "external_id": "only there",
        },
    ).raise_for_status()
    other.close()
    document = puller(demo.url, key_links=True)
    assert document["key_links"]
    assert "only there" not in json.dumps(document)


# Load and failures.


def test_a_pull_survives_load_and_broken_connections(puller: Puller) -> None:
    """The clock of the mock stands still, and the waits of the client take no time."""
    faults = [
        {"match": {"path": "/v1/Customers"}, "when": {"times": 1}, "effect": {"status": 503}},
        {"match": {"path": "/v1/Agents"}, "when": {"times": 1}, "effect": {"connection": "reset"}},
        {"match": {"path": "/v1/Users"}, "when": {"times": 1}, "effect": {"preset": "rate_limited"}},
        {"match": {"path": "/v1/BillProfiles"}, "when": {"times": 1}, "effect": {"connection": "truncate"}},
    ]
    fixture = fixture_file(
        puller.folder,
        "faults.json",
        integration_systems=None,
        integration_entity_types=None,
        entities=None,
        faults=faults,
    )
    with serving(fixture=("default", fixture)) as client:
        document = puller(client.url, "CUSTOMER:all")
        assert all(fault["fired"] == 1 for fault in client.get("/__admin/faults").json()["faults"])
        waits = len(puller.waits)
        assert puller(client.url, "CUSTOMER:all") == document
    assert waits == len(puller.waits) == 4


def test_an_interrupted_pull_continues_and_has_the_same_result(puller: Puller) -> None:
    """Personal data is replaced by the same data, because the key is part of the state."""
    contacts = [{"contact_id": n, "name": f"Jane {n} Doe", "customer_id": n % 3 + 1} for n in range(1, 30)]
    customers = [{"customer_id": n, "email": f"c{n}@acme.com"} for n in (1, 2, 3)]
    tables: dict[str, list[Any]] = {"Contacts": contacts, "Customers": customers}
    ids_of = {"Customers": "customer_id"}
    with serving_tenant(tables, max_page_size=10, statuses={"Customers": 500}, ids=ids_of) as tenant:
        with pytest.raises(UpstreamError):
            puller(tenant.url, "CONTACT:all", keep=False)
        state = puller.state.read_bytes()
        assert not [text for text in (b"acme.com", b"Doe") if text in state]
        calls = len(tenant.calls)
        tenant.statuses = {}
        document = puller(tenant.url, "CONTACT:all", keep=False)
        assert "continuing with 5 responses from" in puller.notes.messages[0]
        assert len(tenant.calls) == calls + 1
        assert not puller.state.exists()
        puller.state.write_bytes(state.splitlines(keepends=True)[0])  # only the key
        assert puller(tenant.url, "CONTACT:all", keep=False) == document
    assert len(ids(document, "CONTACT")) == 29
    assert not {record["name"] for record in document["entities"]["CONTACT"]} & {
        contact["name"] for contact in contacts
    }


def test_settings_that_only_show_records_differently_are_in_the_fixture(puller: Puller, demo: Client) -> None:
    assert puller(demo.url, "CUSTOMER:1")["settings"] == {"links": "self", "unset_dates": "sentinel"}
    with serving() as plain:
        assert "settings" not in puller(plain.url, "CUSTOMER:1")
