"""Rev.io's rules for writing key links."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from mockrevio.revio.resources import ENTITIES
from tests.support import LINK, TESTER, Client, serving

LINKS = "/v1/IntegrationKeyLink"
TYPES = [*ENTITIES]


def test_every_documented_entity_type_exists_and_customer_is_2(client: Client) -> None:
    records = client.get("/v1/IntegrationEntityType", params={"page_size": 50}).json()["records"]
    assert {record["entity_type_name"] for record in records} == set(TYPES)
    names = {record["integration_entity_type_id"]: record["entity_type_name"] for record in records}
    assert (names[1], names[2]) == ("AGENT", "CUSTOMER")
    assert [names[number] for number in range(1, 13)] == TYPES  # A: in the order of the documentation


def test_salesforce_is_system_4(client: Client) -> None:
    assert client.get("/v1/IntegrationSystem/4").json() == {
        "ok": True,
        "integration_system_id": 4,
        "system_name": "SALESFORCE",
    }


@pytest.mark.parametrize("type_id", range(1, 13))
def test_a_link_requires_a_record_of_its_entity_type(client: Client, type_id: int) -> None:
    name = client.get(f"/v1/IntegrationEntityType/{type_id}").json()["entity_type_name"]
    client.delete(f"/__admin/entities/{name}").raise_for_status()
    link = {**LINK, "integration_entity_type_id": type_id}
    response = client.post(LINKS, json=link)
    assert response.status_code == 400
    assert response.json()[0] | {"message": ""} == {
        "ok": False,
        "error": "entity_not_found",
        "message": "",
        "field": "internal_id",
    }
    assert f"POST /__admin/entities/{name}" in response.headers["X-Mock-Explain"]
    client.post(f"/__admin/entities/{name}", json={"id": 1015}).raise_for_status()
    assert client.post(LINKS, json=link).status_code == 201


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("integration_system_id", 999, "invalid"),
        ("integration_entity_type_id", 999, "invalid"),
        ("internal_id", 999, "entity_not_found"),
        ("internal_id", -1, "entity_not_found"),
        ("internal_id", 0, "entity_not_found"),
    ],
)
def test_an_unknown_system_type_or_record_is_400(
    client: Client, method: str, field: str, value: int, code: str
) -> None:
    link_id = client.link()
    before = client.get(f"{LINKS}/{link_id}").json()
    path = LINKS if method == "POST" else f"{LINKS}/{link_id}"
    response = client.request(method, path, json={**LINK, field: value})
    assert response.status_code == 400
    assert [(problem["error"], problem["field"]) for problem in response.json()] == [(code, field)]
    assert client.get(LINKS).json()["records"] == [{n: v for n, v in before.items() if n != "ok"}]


def test_all_broken_rules_are_reported_at_once(client: Client) -> None:
    response = client.post(LINKS, json={**LINK, "integration_system_id": 999, "internal_id": 999})
    assert [problem["field"] for problem in response.json()] == ["integration_system_id", "internal_id"]
    assert "SALESFORCE" in response.headers["X-Mock-Explain"]


def test_records_and_external_ids_can_be_linked_many_to_many(client: Client) -> None:
    ids = [client.link(), client.link(external_id="other"), client.link(internal_id=1016)]
    assert ids == [1, 2, 3]
    assert client.get(LINKS, params={"internal_id": 1015}).json()["record_count"] == 2


def test_the_same_link_twice_is_a_duplicate(client: Client) -> None:
    client.link()
    response = client.post(LINKS, json=LINK)
    assert (response.status_code, response.json()[0]["error"]) == (400, "duplicate")
    assert f"{LINKS.removeprefix('/v1/')} 1" in response.headers["X-Mock-Explain"]
    assert client.link(external_id=LINK["external_id"].lower()) == 2  # Salesforce's ids differ by case
    response = client.put(f"{LINKS}/2", json=LINK)
    assert (response.status_code, response.json()[0]["error"]) == (400, "duplicate")
    assert client.put(f"{LINKS}/1", json=LINK).status_code == 200  # a link is not a duplicate of itself


@pytest.fixture(scope="module")
def permissive() -> Iterator[Client]:
    with serving(duplicates="allow") as client:
        yield client


def test_duplicates_can_be_allowed(permissive: Client) -> None:
    assert permissive.link() != permissive.link()


def test_an_update_replaces_everything_but_id_date_and_creator(client: Client) -> None:
    link_id = client.link()
    before = client.get(f"{LINKS}/{link_id}").json()
    changed = {**LINK, "integration_system_id": "5", "internal_id": 1016.0, "external_id": "new"}
    response = client.put(f"{LINKS}/{link_id}", json=changed, auth=("other@acme", "x"))
    assert (response.status_code, response.json()) == (200, {"ok": True, "id": link_id})
    after = client.get(f"{LINKS}/{link_id}").json()
    assert after == {**before, "integration_system_id": 5, "internal_id": 1016, "external_id": "new"}
    assert client.get(LINKS, params={"external_id": LINK["external_id"]}).json()["records"] == []


@pytest.mark.parametrize("field", LINK)
def test_an_update_requires_all_four_fields(client: Client, field: str) -> None:
    link_id = client.link()
    response = client.put(f"{LINKS}/{link_id}", json={name: LINK[name] for name in LINK if name != field})
    assert (response.status_code, response.json()[0]["field"]) == (400, field)


def test_updating_or_deleting_an_unknown_id_is_404(client: Client) -> None:
    client.link()
    assert client.put(f"{LINKS}/2", json=LINK).status_code == 404
    assert client.put(f"{LINKS}/2", json={}).status_code == 404  # whatever the body
    assert client.delete(f"{LINKS}/2").status_code == 404
    assert client.delete(f"{LINKS}/1").json() == {"ok": True, "id": 1}
    assert client.delete(f"{LINKS}/1").status_code == 404


def test_ids_count_up_and_are_never_reused(client: Client) -> None:
    assert client.link() == 1
    client.delete(f"{LINKS}/1")
    assert client.link() == 2
    assert client.post(LINKS, json=LINK).status_code == 400  # an error uses up no id
    assert client.link(external_id="next") == 3


def test_a_link_has_its_creation_date_and_creator(client: Client) -> None:
    record = client.get(f"{LINKS}/{client.link()}").json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", record["created_date"])
    assert record["created_by"] == TESTER


def test_deleting_a_record_keeps_its_links(client: Client) -> None:
    link_id = client.link()
    client.delete("/__admin/entities/CUSTOMER/1015").raise_for_status()
    assert client.get(f"{LINKS}/{link_id}").status_code == 200
    assert client.put(f"{LINKS}/{link_id}", json=LINK).status_code == 400  # A: an update checks again
    assert client.delete(f"{LINKS}/{link_id}").status_code == 200
