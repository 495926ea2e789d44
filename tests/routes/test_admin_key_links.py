"""Key links in the admin API: searching, sorting, labels, and writing single ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.common import assert_error
from tests.support import LINK, Client, serving

KEY_LINKS = "/__admin/key_links"
COMPANY = {"billing_address": {"company_name": "Zürich Engines"}}


@pytest.fixture
def linked(client: Client) -> Client:
    """Three links: of a customer by two systems, and of a service."""
    client.put("/__admin/entities/CUSTOMER/1015", json=COMPANY)
    client.put("/__admin/entities/SERVICE/1001", json={"number": "7015550115"})
    client.link(external_id="0012-first")
    client.link(external_id="NS-1015", integration_system_id=5)
    client.link(external_id="third", integration_entity_type_id=8, internal_id=1001)
    return client


def found(client: Client, query: str) -> list[int]:
    """The ids of the links that a query finds."""
    response = client.get(f"{KEY_LINKS}?{query}")
    assert response.status_code == 200, response.text
    ids = [link["integration_key_link_id"] for link in response.json()["key_links"]]
    assert response.json()["count"] == len(ids)
    return ids


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=FIRST", [1]),
        ("search=1015", [1, 2]),
        ("search=salesforce", [1, 3]),
        ("search=customer", [1, 2]),
        ("search=zürich", [1, 2]),
        ("search=ZÜRICH+netsuite", [2]),
        ("search=engines+zürich+1015+ns", [2]),
        ("search=7015550115", [3]),
        ("search=first+third", []),
        ("search=", [1, 2, 3]),
        ("system=4", [1, 3]),
        ("system=netsuite", [2]),
        ("system=99", []),
        ("type=Service", [3]),
        ("type=2", [1, 2]),
        ("type=CUSTOMER&system=SALESFORCE", [1]),
        ("internal_id=1015", [1, 2]),
        ("internal_id=1015&system=4&search=first", [1]),
        ("sort=-integration_key_link_id", [3, 2, 1]),
        ("sort=external_id", [1, 2, 3]),
        ("sort=-EXTERNAL_ID", [3, 2, 1]),
        ("sort=integration_system_id", [1, 3, 2]),
        ("sort=-internal_id&type=CUSTOMER", [1, 2]),
    ],
)
def test_links_are_found_by_words_system_type_and_record(
    linked: Client, query: str, expected: list[int]
) -> None:
    assert found(linked, query) == (expected if "sort" in query else sorted(expected))


def test_links_are_sorted_by_date(client: Client) -> None:
    for date in ("2030-01-02", "2030-01-01", "2030-01-03"):
        client.put("/__admin/clock", json={"now": date})
        client.link(external_id=date)
    assert found(client, "sort=created_date") == [2, 1, 3]
    assert found(client, "sort=-created_date") == [3, 1, 2]
    first = client.get(f"{KEY_LINKS}?sort=-created_date&offset=0&limit=1").json()
    assert (first["count"], first["key_links"][0]["external_id"]) == (3, "2030-01-03")


def test_labels_say_what_is_linked(linked: Client) -> None:
    linked.delete("/__admin/entities/SERVICE/1001")
    listing = linked.get(f"{KEY_LINKS}?labels=true").json()
    customer = {
        "entity_type": "CUSTOMER",
        "resource": "Customers",
        "record": "Zürich Engines",
        "exists": True,
    }
    assert listing["labels"] == [
        {"system": "SALESFORCE", **customer},
        {"system": "NETSUITE", **customer},
        {
            "system": "SALESFORCE",
            "entity_type": "SERVICE",
            "resource": "Services",
            "record": None,
            "exists": False,
        },
    ]
    one = linked.get(f"{KEY_LINKS}/2?labels=true").json()
    assert one == {"key_link": listing["key_links"][1], "label": listing["labels"][1]}
    assert linked.get(f"{KEY_LINKS}/2").json() == listing["key_links"][1]
    assert "labels" not in linked.get(KEY_LINKS).json()


def test_labels_of_links_that_lead_nowhere() -> None:
    """A state may have such links; Rev.io's own rules let them come about."""
    link = {
        "integration_key_link_id": 1,
        **LINK,
        "integration_system_id": 77,
        "integration_entity_type_id": 88,
    }
    with serving() as client:
        assert client.put("/__admin/state", json={"schema": 1, "key_links": [link]}).ok
        (label,) = client.get(f"{KEY_LINKS}?labels=true").json()["labels"]
        assert found(client, "search=0012&system=77") == [1]
    assert label == {"system": None, "entity_type": None, "resource": None, "record": None, "exists": False}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("system=nope", "query: system: there is no integration system 'nope'; known: 1 HUBSPOT, "),
        ("type=nope", "query: type: there is no entity type 'nope'; known: 1 AGENT, 2 CUSTOMER, "),
        ("internal_id=x", "query: internal_id: must be a whole number, not 'x'"),
        ("labels=maybe", "query: labels: must be true or false, not 'maybe'"),
        ("sort=created", "query: sort: must be a field of IntegrationKeyLink, with - in front to descend, "),
        ("sort=", "query: sort: must be a field of IntegrationKeyLink"),
        ("field.external=1", "query: field.external: IntegrationKeyLink has no such field; did you mean "),
        ("search=a&search=b", "query: search: must not be repeated"),
    ],
)
def test_invalid_parameters_are_rejected(client: Client, query: str, message: str) -> None:
    assert assert_error(client.get(f"{KEY_LINKS}?{query}"), 400, "invalid").startswith(message)


def test_a_link_can_be_replaced(linked: Client) -> None:
    before = linked.get(f"{KEY_LINKS}/1").json()
    response = linked.put(f"{KEY_LINKS}/1", json={**LINK, "External_Id": "new"})
    assert (response.status_code, response.json()) == (200, {**before, "external_id": "new"})
    assert linked.get("/v1/IntegrationKeyLink/1").json()["external_id"] == "new"


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"internal_id": 999}, "body.internal_id", "CUSTOMER 999 does not exist."),
        ({"external_id": None}, "body.external_id", "external_id is required."),
        ({"external_id": "0012-first"}, "body.link", "An integration key link with the same values"),
    ],
)
def test_rules_apply_to_a_replacement(
    linked: Client, changes: dict[str, Any], place: str, message: str
) -> None:
    response = linked.put(f"{KEY_LINKS}/2", json={**LINK, "external_id": "other", **changes})
    assert_error(response, 400, "invalid")
    (mistake,) = response.json()["mistakes"]
    assert mistake["place"] == place
    assert mistake["message"].startswith(message)
    assert linked.get(f"{KEY_LINKS}/2").json()["external_id"] == "NS-1015"


def test_a_link_can_be_deleted(linked: Client) -> None:
    assert linked.delete(f"{KEY_LINKS}/2").json() == {"ok": True}
    assert found(linked, "") == [1, 3]
    assert linked.get("/v1/IntegrationKeyLink/2").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_link_is_404(linked: Client, method: str) -> None:
    body = LINK if method == "PUT" else None
    message = assert_error(linked.request(method, f"{KEY_LINKS}/9", json=body), 404, "not_found")
    assert message == "key link 9 does not exist; the nearest is 3"
    message = assert_error(linked.request(method, f"{KEY_LINKS}/x", json=body), 404, "not_found")
    assert message == "'x' is not an id; ids are whole numbers"


def test_neither_faults_nor_the_log_are_concerned(client: Client) -> None:
    client.post("/__admin/faults", json={"effect": {"status": 503}})
    assert client.post(KEY_LINKS, json=LINK).status_code == 201
    assert client.put(f"{KEY_LINKS}/1", json={**LINK, "external_id": "x"}).ok
    assert client.delete(f"{KEY_LINKS}/1").ok
    assert client.get("/__admin/requests").json()["count"] == 0
