"""Searching collections over the wire."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource
from tests.contract.common import EXTERNAL_IDS, LINKS, fetch_all, find_links
from tests.contract.raw import Raw, head
from tests.contract.test_envelopes import every_resource
from tests.support import Client


def as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@every_resource
def test_every_field_can_be_searched_with_and_without_prefix(client: Client, resource: Resource) -> None:
    client.link()
    path = f"/v1/{resource.path}"
    records = fetch_all(client, path)
    for name, field in resource.fields.items():
        value = next((record[name] for record in records if record[name] is not None), None)
        if not field.searchable or value is None:
            continue
        expected = [record for record in records if record[name] == value]
        assert fetch_all(client, path, **{name: as_text(value)}) == expected, name
        assert fetch_all(client, path, **{f"search.{name}": as_text(value)}) == expected, name


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
    assert find_links(client, query) == ids


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize(
    "name", ["EXTERNAL_ID", "External_Id", "Search.External_Id", "SEARCH.external_id", "search.EXTERNAL_ID"]
)
def test_parameter_names_ignore_case(client: Client, name: str) -> None:
    assert find_links(client, f"{name}=10") == [6]


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("number", range(len(EXTERNAL_IDS)))
def test_external_ids_match_exactly_including_case(client: Client, number: int) -> None:
    text = EXTERNAL_IDS[number]
    expected = [link_id for link_id, external_id in enumerate(EXTERNAL_IDS, start=1) if external_id == text]
    assert find_links(client, f"external_id={quote(text)}") == expected
    assert find_links(client, f"external_id={quote(text)}x") == []
    assert find_links(client, f"external_id={quote(text)}%20") == []


def test_a_raw_utf_8_query_as_sent_by_curl_is_understood(client: Client) -> None:
    client.link(external_id="Zürich")
    with Raw(client.url) as raw:
        request = head("GET", f"{LINKS}?external_id=Zürich".encode().decode("latin-1"))
        assert raw.call(request).json()["record_count"] == 1


@pytest.mark.parametrize("text", ["salesforce", "SalesForce", "SALESFORCE"])
def test_names_of_systems_and_types_ignore_case(client: Client, text: str) -> None:
    systems = fetch_all(client, "/v1/IntegrationSystem", system_name=text)
    assert [record["integration_system_id"] for record in systems] == [4]
    types = fetch_all(client, "/v1/IntegrationEntityType", entity_type_name="Service_product")
    assert [record["integration_entity_type_id"] for record in types] == [5]


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize(
    "query", ["", "nonsense=1", "search.nonsense=1", "search.=1", "=1", "&&", "search.search.internal_id=1"]
)
def test_a_parameter_that_names_no_field_is_ignored(client: Client, query: str) -> None:
    assert len(find_links(client, query)) == len(EXTERNAL_IDS)


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("query", ["external_id=", "search.external_id=%20", "internal_id=", "internal_id"])
def test_a_blank_value_is_ignored(client: Client, query: str) -> None:
    assert len(find_links(client, query)) == len(EXTERNAL_IDS)


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


def test_a_key_link_has_the_documented_fields_in_order(links: list[dict[str, Any]]) -> None:
    assert list(links[0]) == list(INTEGRATION_KEY_LINK.fields)
