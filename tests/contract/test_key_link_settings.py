"""Settings for what no public source shows of key links: the name of their id, and what a PUT does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import LINK, Client, serving

LINKS = "/v1/IntegrationKeyLink"


@pytest.fixture(scope="module")
def renamed() -> Iterator[Client]:
    """A server whose key links have their id in `Key_ID`."""
    with serving(key_link_id="Key_ID", links="self") as client:
        for number in (1, 2):
            client.link(external_id=f"other-{number}")
        yield client


def ids(client: Client, **parameters: Any) -> list[int]:
    records = client.get(LINKS, params=parameters).json()["records"]
    return [record["Key_ID"] for record in records]


def test_the_id_has_the_other_name_wherever_it_is_shown(renamed: Client) -> None:
    single = renamed.get(f"{LINKS}/1").json()
    listed = renamed.get(LINKS).json()["records"][0]
    assert {**listed, "ok": True} == single
    assert list(single)[:2] == ["ok", "Key_ID"]
    assert single["Key_ID"] == 1
    assert single["links"][0]["href"] == f"{renamed.url}{LINKS}/1"
    assert "integration_key_link_id" not in single


def test_search_and_sort_know_the_other_name_only(renamed: Client) -> None:
    assert ids(renamed, key_id=2) == [2]
    assert ids(renamed, **{"search.Key_ID": 2}) == [2]
    assert ids(renamed, sort="-key_id") == [2, 1]
    assert ids(renamed, integration_key_link_id=2) == [1, 2]  # it names no field
    assert ids(renamed, sort="-integration_key_link_id") == [1, 2]
    (error,) = renamed.get(LINKS, params={"key_id": "x"}).json()
    assert error["field"] == "Key_ID"


def test_a_link_can_be_sent_back_as_it_was_read(renamed: Client) -> None:
    link = renamed.get(f"{LINKS}/2").json()
    assert renamed.put(f"{LINKS}/2", json=link).json() == {"ok": True, "id": 2}
    assert renamed.get(f"{LINKS}/2").json() == link


def test_other_records_and_the_admin_side_keep_their_names(renamed: Client) -> None:
    assert "customer_id" in renamed.get("/v1/Customers").json()["records"][0]
    assert renamed.get("/__admin/state").json()["key_links"][0]["integration_key_link_id"] == 1


def test_a_put_that_merges_keeps_the_fields_that_it_lacks() -> None:
    with serving(put="merge") as client:
        link_id = client.link()
        before = client.get(f"{LINKS}/{link_id}").json()
        assert client.put(f"{LINKS}/{link_id}", json={"External_ID": "changed"}).status_code == 200
        assert client.get(f"{LINKS}/{link_id}").json() == {**before, "external_id": "changed"}
        assert client.put(f"{LINKS}/{link_id}", json={}).status_code == 200
        (error,) = client.put(f"{LINKS}/{link_id}", json={"external_id": None}).json()
        assert (error["error"], error["field"]) == ("required", "external_id")
        (error,) = client.put(f"{LINKS}/{link_id}", json={"internal_id": 999999}).json()
        assert error["error"] == "entity_not_found"
        second = client.link(external_id="second")
        body = {"external_id": "changed"}
        (error,) = client.put(f"{LINKS}/{second}", json=body).json()
        assert error["error"] == "duplicate"


def test_a_put_replaces_by_default() -> None:
    with serving() as client:
        link_id = client.link()
        body = {name: value for name, value in LINK.items() if name != "external_id"}
        (error,) = client.put(f"{LINKS}/{link_id}", json=body).json()
        assert (error["error"], error["field"]) == ("required", "external_id")
