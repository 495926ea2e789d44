"""Pulling from a mock and from other tenants: what is in the fixture, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

import pytest

from tests.contract_tools.pull.common import Document, Puller, ids, records_of
from tests.contract_tools.tenant import serving_tenant
from tests.support import Client, serving

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
    # Each by itself: the account number of one customer may become what another one's was.
    assert not [old for old, new in zip(_names(kept), _names(replaced), strict=True) if old == new]


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
    assert [record["customer_id"] for record in customers if isinstance(record, dict)] == [
        2,
        3,
        4,
        5,
        6,
        7,
        8,
    ]
    assert [record for record in customers if isinstance(record, int)] == [1]
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


def test_settings_that_only_show_records_differently_are_in_the_fixture(puller: Puller, demo: Client) -> None:
    assert puller(demo.url, "CUSTOMER:1")["settings"] == {"links": "self", "unset_dates": "sentinel"}
    with serving() as plain:
        assert "settings" not in puller(plain.url, "CUSTOMER:1")
