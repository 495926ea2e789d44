"""Searching, sorting and paging a collection, over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource
from tests.contract.test_envelopes import every_resource
from tests.support import Client, serving

LINKS = "/v1/IntegrationKeyLink"
EXTERNAL_IDS = ["0012D00000dAsFz", "0012D00000dasfz", "b c", "a+b&c=d", "Zürich", "10", "9", "b c"]


@pytest.fixture
def links(client: Client) -> list[dict[str, Any]]:
    """Eight key links of two systems and two types, whose external ids are awkward in many ways."""
    for number, external_id in enumerate(EXTERNAL_IDS):
        client.link(
            external_id=external_id,
            integration_system_id=4 + number % 2,
            integration_entity_type_id=2 if number < 6 else 1,
            internal_id=1008 - number,
        )
    records: list[dict[str, Any]] = client.get(LINKS).json()["records"]
    assert len(records) == len(EXTERNAL_IDS)
    return records


def everything(client: Client, path: str, **parameters: Any) -> list[dict[str, Any]]:
    response = client.get(path, params={"page_size": 500, **parameters})
    assert response.status_code == 200, response.text
    records: list[dict[str, Any]] = response.json()["records"]
    return records


def as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@every_resource
def test_every_field_can_be_searched_with_and_without_prefix(client: Client, resource: Resource) -> None:
    client.link()
    path = f"/v1/{resource.path}"
    records = everything(client, path)
    for name, field in resource.fields.items():
        value = next((record[name] for record in records if record[name] is not None), None)
        if not field.searchable or value is None:
            continue
        expected = [record for record in records if record[name] == value]
        assert everything(client, path, **{name: as_text(value)}) == expected, name
        assert everything(client, path, **{f"search.{name}": as_text(value)}) == expected, name


@every_resource
def test_every_field_can_be_sorted_both_ways_with_ties_by_id(client: Client, resource: Resource) -> None:
    client.link()
    path = f"/v1/{resource.path}"
    records = everything(client, path)
    for name, field in resource.fields.items():
        if not field.searchable:
            continue

        def rank(record: dict[str, Any], name: str = name, kind: str = field.kind) -> tuple[bool, Any]:
            value = record[name]
            return value is not None, value.casefold() if kind == "name" else value or 0

        assert everything(client, path, sort=name) == sorted(records, key=rank), name
        descending = sorted(records, key=rank, reverse=True)
        assert everything(client, path, **{"search.sort": f"-{name}"}) == descending, name


@every_resource
def test_the_default_order_is_by_id(client: Client, resource: Resource) -> None:
    ids = [record[resource.id_field] for record in everything(client, f"/v1/{resource.path}")]
    assert ids == sorted(ids)


def found(client: Client, query: str) -> list[int]:
    """The ids that a query string finds among the key links."""
    response = client.get(f"{LINKS}?{query}")
    assert response.status_code == 200, response.text
    return [record["integration_key_link_id"] for record in response.json()["records"]]


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("internal_id=1008&internal_id=1001", [1, 8]),
        ("search.internal_id=1008&internal_id=1001", [1, 8]),
        ("internal_id=1008&internal_id=1008", [1]),
        ("internal_id=1008&internal_id=77", [1]),
        ("internal_id=1008&integration_system_id=5", []),
        ("integration_system_id=4&integration_entity_type_id=1", [7]),
        ("integration_system_id=4&integration_system_id=5&integration_entity_type_id=1", [7, 8]),
    ],
)
def test_repeated_parameters_match_any_value_and_different_ones_must_all_match(
    client: Client, query: str, ids: list[int]
) -> None:
    assert found(client, query) == ids


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize(
    "name", ["EXTERNAL_ID", "External_Id", "Search.External_Id", "SEARCH.external_id", "search.EXTERNAL_ID"]
)
def test_parameter_names_ignore_case(client: Client, name: str) -> None:
    assert found(client, f"{name}=10") == [6]


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("number", range(len(EXTERNAL_IDS)))
def test_external_ids_match_exactly_including_case(client: Client, number: int) -> None:
    text = EXTERNAL_IDS[number]
    expected = [index + 1 for index, each in enumerate(EXTERNAL_IDS) if each == text]
    assert found(client, f"external_id={quote(text)}") == expected
    assert found(client, f"external_id={quote(text)}x") == []
    assert found(client, f"external_id={quote(text)}%20") == []


def test_a_raw_utf_8_query_as_sent_by_curl_is_understood(client: Client) -> None:
    from tests.contract.raw import Raw, head

    client.link(external_id="Zürich")
    with Raw(client.url) as raw:
        sent = head("GET", f"{LINKS}?external_id=Zürich".encode().decode("latin-1"))
        assert raw.call(sent).json()["record_count"] == 1


@pytest.mark.parametrize("text", ["salesforce", "SalesForce", "SALESFORCE"])
def test_names_of_systems_and_types_ignore_case(client: Client, text: str) -> None:
    systems = everything(client, "/v1/IntegrationSystem", system_name=text)
    assert [record["integration_system_id"] for record in systems] == [4]
    types = everything(client, "/v1/IntegrationEntityType", entity_type_name="Service_product")
    assert [record["integration_entity_type_id"] for record in types] == [5]


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize(
    "query", ["", "nonsense=1", "search.nonsense=1", "search.=1", "=1", "&&", "search.search.internal_id=1"]
)
def test_a_parameter_that_names_no_field_is_ignored(client: Client, query: str) -> None:
    assert len(found(client, query)) == len(EXTERNAL_IDS)


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("query", ["external_id=", "search.external_id=%20", "internal_id=", "internal_id"])
def test_a_blank_value_is_ignored(client: Client, query: str) -> None:
    assert len(found(client, query)) == len(EXTERNAL_IDS)


@pytest.fixture(scope="module")
def switched() -> Iterator[Client]:
    """A server with the other value of each switch that concerns collections."""
    with serving(blank_search="match", page_size_over_max="reject") as client:
        yield client


def test_a_blank_value_can_match_blank_fields(switched: Client) -> None:
    switched.post("/__admin/entities/CUSTOMER", json={"id": 7001, "status": "", "agent_id": None})
    response = switched.get("/v1/Customers?search.status=").json()
    assert [record["customer_id"] for record in response["records"]] == [7001]
    response = switched.get("/v1/Customers?agent_id=&customer_id=7001").json()
    assert [record["customer_id"] for record in response["records"]] == [7001]
    assert switched.get(f"{LINKS}?external_id=").json()["records"] == []


@pytest.mark.parametrize("name", ["internal_id", "search.integration_system_id", "integration_key_link_id"])
@pytest.mark.parametrize("text", ["x", "4.5", "1e3", "0x10", "true", "٤", "99999999999", "4,5", "null"])
def test_an_integer_parameter_with_another_value_is_rejected(client: Client, name: str, text: str) -> None:
    response = client.get(LINKS, params={name: text})
    assert response.status_code == 400
    (problem,) = response.json()
    assert (problem["error"], problem["field"]) == ("invalid", name.removeprefix("search."))
    assert text in problem["message"]


def test_every_invalid_parameter_is_reported(client: Client) -> None:
    response = client.get(f"{LINKS}?internal_id=x&page=0&page_size=no&integration_system_id=y")
    assert [problem["field"] for problem in response.json()] == [
        "internal_id",
        "integration_system_id",
        "page",
        "page_size",
    ]


@pytest.mark.parametrize(
    ("path", "query"), [("Products", "active=maybe"), ("Products", "rate=cheap"), ("Bills", "amount_due=1,5")]
)
def test_an_invalid_amount_or_flag_is_rejected(client: Client, path: str, query: str) -> None:
    assert client.get(f"/v1/{path}?{query}").status_code == 400


# Paging.


def numbers(response: Any) -> list[int]:
    return [record["agent_id"] for record in response.json()["records"]]


def test_a_page_has_ten_records_by_default(client: Client) -> None:
    response = client.get("/v1/Agents")
    assert numbers(response) == list(range(1001, 1011))
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
    assert numbers(response) == list(ids)
    assert (response.json()["record_count"], response.json()["has_more"]) == (len(ids), more)


@pytest.mark.parametrize("page", ["4", "100", "999999999"])
def test_a_page_past_the_end_is_empty(client: Client, page: str) -> None:
    body = client.get("/v1/Agents", params={"page": page}).json()
    assert body == {"ok": True, "has_more": False, "record_count": 0, "records": []}


@pytest.mark.parametrize("name", ["page", "page_size", "search.page", "search.page_size"])
@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "1e2", "٣", "99999999999999999999"])
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


@pytest.mark.parametrize("sort", ["nonsense", "-nonsense", "agent_id,name", "-", "status name", "ok"])
def test_an_unknown_sort_is_ignored(client: Client, sort: str) -> None:
    assert numbers(client.get("/v1/Agents", params={"sort": sort})) == list(range(1001, 1011))


@pytest.mark.parametrize("sort", ["-agent_id", "-AGENT_ID", " -Agent_Id "])
def test_sort_ignores_case(client: Client, sort: str) -> None:
    assert numbers(client.get("/v1/Agents", params={"sort": sort})) == list(range(1025, 1015, -1))


def test_the_first_of_repeated_sorts_and_pages_counts(client: Client) -> None:
    response = client.get("/v1/Agents?sort=-agent_id&sort=name&page_size=2&page_size=3&page=2&page=1")
    assert numbers(response) == [1023, 1022]


@pytest.mark.usefixtures("links")
def test_search_sort_and_page_can_be_combined(client: Client) -> None:
    query = "integration_system_id=4&sort=-internal_id&page_size=2&page="
    assert [found(client, f"{query}{page}") for page in (1, 2, 3)] == [[1, 3], [5, 7], []]
    query = "integration_entity_type_id=2&sort=external_id"
    assert found(client, query) == [1, 2, 6, 5, 4, 3]


def test_a_key_link_has_the_documented_fields_in_order(links: list[dict[str, Any]]) -> None:
    assert list(links[0]) == list(INTEGRATION_KEY_LINK.fields)


@pytest.mark.parametrize("page", [2_147_483_648, 10**17])
def test_a_page_far_past_the_end_is_empty(client: Client, page: int) -> None:
    assert client.get(LINKS, params={"page": page, "page_size": 10**12}).json()["records"] == []
