"""Every collection and every single record has the envelope that Rev.io documents (D)."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.revio.resources import BUILT_IN, Resource
from tests.contract.test_error_shape import RECORD_ROUTES
from tests.support import Client

RESOURCES = [resource for resource in BUILT_IN if not resource.path.startswith("Webhook")]
every_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)


def assert_page(body: Any, resource: Resource) -> None:
    """D: exactly `ok`, `has_more`, `record_count` and `records`; no total, no `links`."""
    assert list(body) == ["ok", "has_more", "record_count", "records"]
    assert body["ok"] is True
    assert isinstance(body["has_more"], bool)
    assert body["record_count"] == len(body["records"])
    for record in body["records"]:
        assert list(record)[: len(resource.fields)] == list(resource.fields)
        assert "ok" not in record


def test_every_path_of_the_api_is_tested_here() -> None:
    paths = {f"/v1/{resource.path}".lower() for resource in BUILT_IN}
    assert {path.removesuffix("/1") for path in RECORD_ROUTES} == paths | {"/v1/systemstatus"}


@every_resource
def test_a_collection_is_a_page_in_its_envelope(client: Client, resource: Resource) -> None:
    client.link()
    response = client.get(f"/v1/{resource.path}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.json()["records"]
    assert_page(response.json(), resource)


@every_resource
def test_an_empty_page_has_the_same_envelope(client: Client, resource: Resource) -> None:
    body = client.get(f"/v1/{resource.path}", params={"page": 1000}).json()
    assert body == {"ok": True, "has_more": False, "record_count": 0, "records": []}


@every_resource
def test_a_single_record_has_ok_among_its_fields(client: Client, resource: Resource) -> None:
    client.link()
    record = client.get(f"/v1/{resource.path}").json()["records"][0]
    response = client.get(f"/v1/{resource.path}/{record[resource.id_field]}")
    assert response.status_code == 200
    assert response.json() == {"ok": True, **record}
    assert "links" not in response.json()


def test_system_status_is_ok(client: Client) -> None:
    response = client.get("/v1/SystemStatus")
    assert (response.status_code, response.json()) == (200, {"ok": True})


def test_responses_are_ascii_so_that_no_client_gets_the_charset_wrong(client: Client) -> None:
    link_id = client.link(external_id="Zürich→東京😀")
    response = client.get(f"/v1/IntegrationKeyLink/{link_id}")
    assert response.content.isascii()
    assert response.json()["external_id"] == "Zürich→東京😀"
