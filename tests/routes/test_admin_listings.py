"""Records in the admin API, for people: resources with their fields, listings, and what refers to what."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import BUILT_IN, KEY_LINK_RESOURCES
from tests.routes.common import assert_error
from tests.support import LINK, Client, serving

ADMIN = "/__admin"
RESOURCES = f"{ADMIN}/resources"
PATHS = [resource.path for resource in BUILT_IN if resource not in KEY_LINK_RESOURCES]


def resource(client: Client, name: str) -> dict[str, Any]:
    response = client.get(f"{RESOURCES}/{name}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def fields_of(client: Client, name: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in resource(client, name)["fields"]}


def ids(client: Client, query: str, id_field: str = "customer_id") -> list[int]:
    """The ids that a listing has; `query` begins with the name of the type."""
    response = client.get(f"{ADMIN}/entities/{query}")
    assert response.status_code == 200, response.text
    return [record[id_field] for record in response.json()["entities"]]


def test_all_resources_are_listed_but_those_of_key_links(client: Client) -> None:
    listing = client.get(RESOURCES).json()
    assert [each["path"] for each in listing["resources"]] == PATHS
    assert listing["count"] == len(PATHS)
    counts = client.get(f"{ADMIN}/entities").json()["counts"]
    for each in listing["resources"]:
        assert each["count"] == counts.get(each["name"], 0)
        assert client.get(f"{ADMIN}/entities/{each['name']}").json()["count"] == each["count"]


def test_what_can_be_generated_is(client: Client) -> None:
    for each in client.get(RESOURCES).json()["resources"]:
        response = client.post(f"{ADMIN}/entities/{each['name']}", json={"count": 1})
        assert (response.status_code == 201) is each["generated"], response.text


def test_a_resource_has_its_fields(client: Client) -> None:
    customers = resource(client, "customer")
    (summary,) = [each for each in client.get(RESOURCES).json()["resources"] if each["name"] == "CUSTOMER"]
    assert {name: customers[name] for name in summary} == summary
    assert summary == {
        "path": "Customers",
        "name": "CUSTOMER",
        "entity_type": "CUSTOMER",
        "id_field": "customer_id",
        "methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "count": 25,
        "evidence": "observed",
        "id_repeats": False,
        "generated": True,
    }
    fields = fields_of(client, "customer")
    assert fields["agent_id"]["refers_to"] == "Agents"
    assert [fields[name]["read_only"] for name in ("customer_id", "created_date", "status")] == [1, 1, 0]
    city = {member["name"]: member for member in fields["billing_address"]["fields"]}["city"]
    assert (city["kind"], city["required"], city["choices"]) == ("text", False, None)


def test_required_fields_lists_and_choices(client: Client) -> None:
    assert [name for name, field in fields_of(client, "Services").items() if field["required"]] == sorted(
        BUILT_IN.at_path("Services").required
    )
    products = fields_of(client, "PRODUCT")["bill_profile_ids"]
    assert (products["kind"], products["items"], products["refers_to"]) == ("list", "whole", "BillProfiles")
    events = fields_of(client, "WebhookSubscriptions")["event_type"]
    assert events["required"]
    assert "CUSTOMER_CREATED" in events["choices"]
    assert fields_of(client, "OrderServices")["order_id"]["read_only"] is False


def test_resources_and_types_of_a_fixture_are_listed_too() -> None:
    state = {
        "schema": 1,
        "integration_entity_types": [{"integration_entity_type_id": 1, "entity_type_name": "GADGET"}],
        "resources": {"Widgets": {"id": "widget_id", "fields": {"widget_id": "whole", "name": "text"}}},
        "entities": {"GADGET": [5]},
        "records": {"Widgets": [{"widget_id": 1}]},
    }
    with serving() as client:
        assert client.put(f"{ADMIN}/state", json=state).ok
        found = {each["name"]: each for each in client.get(RESOURCES).json()["resources"]}
        assert [(found[name]["count"], found[name]["methods"]) for name in ("Widgets", "GADGET")] == [
            (1, ["GET"]),
            (1, []),
        ]
        assert "CUSTOMER" not in found  # this world has no such type, so only its path names it
        assert found["Customers"]["entity_type"] == "CUSTOMER"
        assert client.get(f"{ADMIN}/entities/Customers").status_code == 200
        assert client.get(f"{ADMIN}/entities/GADGET/5/references").json()["label"] is None


def test_an_unknown_resource_is_404_and_lists_the_known_ones(client: Client) -> None:
    message = assert_error(client.get(f"{RESOURCES}/People"), 404, "not_found")
    assert "CUSTOMER" in message


@pytest.fixture
def three(client: Client) -> Client:
    """Three customers and no others."""
    client.delete(f"{ADMIN}/entities/CUSTOMER")
    customers = [
        {"id": 1, "status": "ACTIVE", "agent_id": 2, "created_date": "2026-01-02"},
        {"id": 2, "status": "ACTIVE", "created_date": "2026-01-03", "billing_address": {"city": "Köln"}},
        {"id": 30, "is_parent": True, "created_date": "2026-01-01", "finance": {"bill_profile_id": 4}},
    ]
    assert client.post(f"{ADMIN}/entities/CUSTOMER", json=customers).status_code == 201
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [1, 2, 30]),
        ("search=active", [1, 2]),
        ("search=KÖLN", [2]),
        ("search=30", [30]),
        ("search=active+köln", [2]),
        ("search=true", []),
        ("sort=-created_date", [2, 1, 30]),
        ("sort=created_date&limit=2&offset=0", [30, 1]),
        ("sort=finance.bill_profile_id", [1, 2, 30]),
        ("limit=2", [2, 30]),
        ("field.status=ACTIVE", [1, 2]),
        ("field.STATUS=ACTIVE&field.agent_id=2", [1]),
        ("field.status=", [30]),
        ("field.agent_id=", [2, 30]),
        ("field.is_parent=true", [30]),
        ("field.city=Köln", [2]),
        ("field.billing_address.city=Köln", [2]),
        ("field.finance.bill_profile_id=4", [30]),
        ("field.created_date=2026-01-03", [2]),
        ("field.customer_id=2", [2]),
        ("field.customer_id=7", []),
    ],
)
def test_records_are_found_by_words_and_fields(three: Client, query: str, expected: list[int]) -> None:
    assert ids(three, f"CUSTOMER?{query}") == expected


def test_the_count_is_that_of_all_that_match(three: Client) -> None:
    listing = three.get(f"{ADMIN}/entities/CUSTOMER?field.status=ACTIVE&limit=1&offset=0").json()
    assert (listing["count"], len(listing["entities"])) == (2, 1)


def test_items_of_lists_can_be_filtered_by(client: Client) -> None:
    client.delete(f"{ADMIN}/entities/UserGroups")
    groups = [{"id": 1, "users": [1001, 1002]}, {"id": 2, "users": [1003]}, {"id": 3}]
    client.post(f"{ADMIN}/entities/UserGroups", json=groups)
    assert ids(client, "UserGroups?field.users=1002", "user_group_id") == [1]
    assert ids(client, "UserGroups?field.users=", "user_group_id") == [3]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("sort=creatd_date", "did you mean created_date?"),
        ("sort=billing_address", "query: sort: must be a field of Customers"),
        ("field.stauts=x", "query: field.stauts: Customers has no such field; did you mean status?"),
        ("field.agent_id=x", "query: field.agent_id: agent_id must be a whole number, not 'x'"),
        (
            "status=x",
            "query: status: unknown; expected search, sort, limit, offset, labels, field.NAME or client",
        ),
    ],
)
def test_invalid_parameters_are_rejected(client: Client, query: str, message: str) -> None:
    assert message in assert_error(client.get(f"{ADMIN}/entities/CUSTOMER?{query}"), 400, "invalid")


def test_references_lead_in_both_directions(client: Client) -> None:
    company = {"company_name": "Acme", "customer_id": 4242}
    client.put(f"{ADMIN}/entities/AGENT/77", json={"name": "Ada"})
    client.put(
        f"{ADMIN}/entities/CUSTOMER/4242",
        json={"billing_address": company, "agent_id": 77, "parent_customer_id": 999, "secondary_agent_id": 0},
    )
    services = [{"id": 6000 + number, "customer_id": 4242, "number": str(number)} for number in range(6)]
    client.post(f"{ADMIN}/entities/SERVICE", json=services)
    for number in range(22):
        client.link(internal_id=4242, external_id=str(number))
    client.link(internal_id=1015)
    found = client.get(f"{ADMIN}/entities/CUSTOMER/4242/references").json()
    agent = {"resource": "Agents", "name": "AGENT", "id": 77, "label": "Ada", "exists": True}
    parent = {"resource": "Customers", "name": "CUSTOMER", "id": 999, "label": None, "exists": False}
    assert found["label"] == "Acme"
    assert found["refers_to"] == [{"field": "parent_customer_id", **parent}, {"field": "agent_id", **agent}]
    assert found["referred_to_by"] == [
        {
            "resource": "Services",
            "name": "SERVICE",
            "field": "customer_id",
            "count": 6,
            "records": [{"id": 6000 + number, "label": str(number)} for number in range(5)],
        }
    ]
    links = found["key_links"]
    assert (links["count"], len(links["key_links"]), len(links["labels"])) == (22, 20, 20)
    assert links["labels"][0] == {
        "system": "SALESFORCE",
        "entity_type": "CUSTOMER",
        "resource": "Customers",
        "record": "Acme",
        "exists": True,
    }
    assert ids(client, "SERVICE?field.customer_id=4242", "service_id") == [6000 + n for n in range(6)]


def test_references_in_lists_and_objects_count_too(client: Client) -> None:
    client.post(f"{ADMIN}/entities/BillProfiles", json={"id": 900, "description": "Daily"})
    client.post(f"{ADMIN}/entities/PRODUCT", json={"id": 5000, "bill_profile_ids": [900, 1]})
    client.put(f"{ADMIN}/entities/CUSTOMER/4242", json={"finance": {"bill_profile_id": 900}})
    found = client.get(f"{ADMIN}/entities/BillProfiles/900/references").json()
    assert [(each["name"], each["field"], each["count"]) for each in found["referred_to_by"]] == [
        ("CUSTOMER", "finance.bill_profile_id", 1),
        ("PRODUCT", "bill_profile_ids", 1),
    ]
    assert found["key_links"] == {"count": 0, "key_links": [], "labels": []}
    refers_to = client.get(f"{ADMIN}/entities/PRODUCT/5000/references").json()["refers_to"]
    assert [each["id"] for each in refers_to if each["field"] == "bill_profile_ids"] == [900, 1]


def test_references_of_an_unknown_record_are_404(client: Client) -> None:
    message = assert_error(client.get(f"{ADMIN}/entities/CUSTOMER/4242/references"), 404, "not_found")
    assert message.startswith("CUSTOMER 4242 does not exist; ")


def test_each_world_has_its_own() -> None:
    with serving(isolate_clients=True) as client:
        assert client.post("/v1/IntegrationKeyLink", json=LINK, auth=("a@acme", "x")).status_code == 201
        assert client.post("/v1/IntegrationKeyLink", json=LINK, auth=("a@other", "x")).status_code == 201
        client.delete(f"{ADMIN}/key_links/1?client=other")
        counts = [
            client.get(f"{ADMIN}/key_links?client={code}&system=4").json()["count"]
            for code in ("acme", "other")
        ]
        assert counts == [1, 0]
        assert client.get(f"{RESOURCES}?client=acme").json()["count"] == len(PATHS)
        assert client.get(f"{ADMIN}/entities/CUSTOMER?client=nobody&search=x").status_code == 404
