"""What several contract tests share: bodies, the gateway's limits, and lookups of key links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"
STATUS = "/v1/SystemStatus"
JSON = json.dumps(LINK).encode()
FORM = "&".join(f"{name}={value}" for name, value in LINK.items()).encode()
MIB = 1024 * 1024
NOON = "2030-01-02T12:00:00"
EXTERNAL_IDS = ["0012D00000dAsFz", "0012D00000dasfz", "b c", "a+b&c=d", "Zürich", "10", "9", "b c"]
"""Of the key links in the pytest fixture `links`, in the order of their ids."""


def post(client: Client, data: Any, content_type: str | None) -> requests.Response:
    """Create a key link from a body with this content type, or with none."""
    return client.post(LINKS, data=data, headers={"Content-Type": content_type} if content_type else {})


def stored(client: Client, response: requests.Response) -> dict[str, Any]:
    """The four fields of the key link that a request created."""
    assert response.status_code == 201, response.text
    record: dict[str, Any] = client.get(f"{LINKS}/{response.json()['id']}").json()
    return {name: record[name] for name in LINK}


@contextmanager
def limited(client: Client, **settings: Any) -> Iterator[None]:
    """Apply settings of the gateway, and freeze the mock clock at noon."""
    client.put("/__admin/clock", json={"now": NOON})
    assert client.patch("/__admin/settings", json=settings).status_code == 200
    yield


def advance(client: Client, duration: str) -> None:
    assert client.put("/__admin/clock", json={"advance": duration}).status_code == 200


def statuses(client: Client, count: int, **options: Any) -> list[int]:
    """The statuses of several requests, one after the other."""
    return [client.get(STATUS, **options).status_code for _ in range(count)]


def fetch_all(client: Client, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """The records of a collection, up to 500."""
    response = client.get(path, params={"page_size": 500, **parameters})
    assert response.status_code == 200, response.text
    records: list[dict[str, Any]] = response.json()["records"]
    return records


def find_links(client: Client, query: str) -> list[int]:
    """The ids of the key links that a query string finds."""
    response = client.get(f"{LINKS}?{query}")
    assert response.status_code == 200, response.text
    return [record["integration_key_link_id"] for record in response.json()["records"]]
