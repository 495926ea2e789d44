"""Paging and sorting collections over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import Resource
from tests.contract.common import LINKS, fetch_all, find_links
from tests.contract.test_envelopes import every_resource
from tests.support import Client


def agent_ids(response: Any) -> list[int]:
    return [record["agent_id"] for record in response.json()["records"]]


# Paging.


def test_a_page_has_ten_records_by_default(client: Client) -> None:
    response = client.get("/v1/Agents")
    assert agent_ids(response) == list(range(1001, 1011))
    assert (response.json()["record_count"], response.json()["has_more"]) == (10, True)


@pytest.mark.parametrize("prefix", ["", "search.", "SEARCH."])
@pytest.mark.parametrize(
    ("page", "size", "ids", "more"),
    [
        (1, 1, range(1001, 1002), True),
        (2, 10, range(1011, 1021), True),
        (3, 10, range(1021, 1026), False),
        (1, 25, range(1001, 1026), False),
    ],
)
def test_pages_count_from_one_and_have_more_until_the_last(  # noqa: PLR0917 (pytest passes by name)
    client: Client, prefix: str, page: int, size: int, ids: range, more: bool
) -> None:
    response = client.get("/v1/Agents", params={f"{prefix}page": page, f"{prefix}page_size": size})
    assert agent_ids(response) == list(ids)
    assert (response.json()["record_count"], response.json()["has_more"]) == (len(ids), more)


@pytest.mark.parametrize("page", ["4", "100", "999999999"])
def test_a_page_past_the_end_is_empty(client: Client, page: str) -> None:
    body = client.get("/v1/Agents", params={"page": page}).json()
    assert body == {"ok": True, "has_more": False, "record_count": 0, "records": []}


@pytest.mark.parametrize("page", [2_147_483_648, 10**17])
def test_a_page_far_past_the_end_is_empty(client: Client, page: int) -> None:
    assert client.get(LINKS, params={"page": page, "page_size": 10**12}).json()["records"] == []


@pytest.mark.parametrize("page", ["2147483648", "99999999999999999999"])
@pytest.mark.parametrize("size", ["1", "999999999999999999"])
@pytest.mark.parametrize(
    "search", ["status=ACTIVE&class_name=Business", "status=ACTIVE&sort=-status", "name=a"]
)
def test_a_search_has_no_page_that_far_either(client: Client, page: str, size: str, search: str) -> None:
    response = client.get(f"/v1/Customers?page={page}&page_size={size}&{search}")
    assert (response.status_code, response.json()["records"]) == (200, [])


@pytest.mark.parametrize("name", ["page", "page_size", "search.page", "search.page_size"])
@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "1e2", "٣"])
def test_a_page_or_page_size_must_be_an_integer_of_at_least_one(client: Client, name: str, text: str) -> None:
    response = client.get("/v1/Agents", params={name: text})
    assert response.status_code == 400
    assert [problem["field"] for problem in response.json()] == [name.removeprefix("search.")]


@pytest.mark.parametrize("query", ["page=&page_size=&sort=", "page=%20", "search.page_size="])
def test_a_blank_page_page_size_or_sort_is_ignored(client: Client, query: str) -> None:
    assert client.get(f"/v1/Agents?{query}").json() == client.get("/v1/Agents").json()


def test_a_page_size_over_500_is_cut_to_500(client: Client) -> None:
    client.post("/__admin/entities/CONTACT", json={"count": 600})
    for size in (500, 501, 1000):
        body = client.get("/v1/Contacts", params={"page_size": size}).json()
        assert (body["record_count"], body["has_more"]) == (500, True)


def test_a_page_size_over_500_can_be_rejected(switched: Client) -> None:
    assert switched.get("/v1/Contacts", params={"page_size": 500}).status_code == 200
    response = switched.get("/v1/Contacts", params={"page_size": 501})
    assert response.status_code == 400
    assert response.json()[0]["field"] == "page_size"


# Sorting.


@every_resource
def test_every_field_can_be_sorted_both_ways_with_ties_by_id(client: Client, resource: Resource) -> None:
    client.link()
    path = f"/v1/{resource.path}"
    records = fetch_all(client, path)
    for name, field in resource.fields.items():
        if not field.searchable:
            continue

        def rank(record: dict[str, Any], name: str = name, kind: str = field.kind) -> tuple[bool, Any]:
            value = record[name]
            if value is None:
                return False, 0
            return True, value.casefold() if kind == "name" else value

        assert fetch_all(client, path, sort=name) == sorted(records, key=rank), name
        descending = sorted(records, key=rank, reverse=True)
        assert fetch_all(client, path, **{"search.sort": f"-{name}"}) == descending, name


@every_resource
def test_the_default_order_is_by_id(client: Client, resource: Resource) -> None:
    ids = [record[resource.id_field] for record in fetch_all(client, f"/v1/{resource.path}")]
    assert ids == sorted(ids)


@pytest.mark.parametrize("sort", ["nonsense", "-nonsense", "agent_id,name", "-", "status name", "ok"])
def test_an_unknown_sort_is_ignored(client: Client, sort: str) -> None:
    assert agent_ids(client.get("/v1/Agents", params={"sort": sort})) == list(range(1001, 1011))


@pytest.mark.parametrize("sort", ["-agent_id", "-AGENT_ID", " -Agent_Id "])
def test_sort_ignores_case(client: Client, sort: str) -> None:
    assert agent_ids(client.get("/v1/Agents", params={"sort": sort})) == list(range(1025, 1015, -1))


def test_the_first_of_repeated_sorts_and_pages_counts(client: Client) -> None:
    response = client.get("/v1/Agents?sort=-agent_id&sort=name&page_size=2&page_size=3&page=2&page=1")
    assert agent_ids(response) == [1023, 1022]


@pytest.mark.usefixtures("links")
def test_search_sort_and_page_can_be_combined(client: Client) -> None:
    query = "integration_system_id=4&sort=-internal_id&page_size=2&page="
    assert [find_links(client, f"{query}{page}") for page in (1, 2, 3)] == [[1, 3], [5, 7], []]
    query = "integration_entity_type_id=2&sort=external_id"
    assert find_links(client, query) == [1, 2, 6, 5, 4, 3]
