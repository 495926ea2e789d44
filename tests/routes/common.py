"""Paths and checks that tests of the routes share."""

from __future__ import annotations

import requests

from tests.support import Client

LINKS = "/v1/IntegrationKeyLink"
SNAPSHOTS = "/__admin/snapshots"


def assert_error(response: requests.Response, status: int, code: str) -> str:
    """Check an error response of the admin API, and return its message."""
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    body = response.json()
    assert {"error", "message"} <= set(body) <= {"error", "message", "mistakes", "explanation"}
    assert body["error"] == code
    assert isinstance(body["message"], str)
    assert "X-Mock-Request-Id" not in response.headers
    message: str = body["message"]
    return message


def snapshot_names(client: Client) -> list[str]:
    """The names of all snapshots of the default world."""
    body = client.get(SNAPSHOTS).json()
    assert body["count"] == len(body["snapshots"])
    names: list[str] = body["snapshots"]
    return names
