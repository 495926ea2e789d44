"""Presets and connection faults as seen by clients that run against the real Rev.io."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

import pytest
import requests

from tests.support import AUTH, LINK, Client

LINKS = "/v1/IntegrationKeyLink"


def arm(client: Client, effect: dict[str, Any], **rule: Any) -> None:
    assert client.post("/__admin/faults", json={"effect": effect, **rule}).status_code == 201


def first_message(response: requests.Response) -> str:
    """C: clients read an error as an array and show the message of its first element to the user."""
    return str(response.json()[0]["message"])


@pytest.mark.parametrize(
    ("preset", "status", "message"),
    [
        ("unauthorized", 401, "Authorization has been denied for this request."),
        ("forbidden", 403, "The user does not have permission for this resource."),
        ("server_error", 500, "An error has occurred."),
        ("unavailable", 503, "The service is unavailable."),
    ],
)
def test_presets_of_rev_io_errors_are_arrays_with_a_readable_first_message(
    client: Client, preset: str, status: int, message: str
) -> None:
    arm(client, {"preset": preset})

    response = client.get(LINKS)

    assert (response.status_code, first_message(response)) == (status, message)
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert ("WWW-Authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize(
    ("preset", "status", "prefix"),
    [
        ("rate_limited", 429, "Rate limit is exceeded. Try again in 26 seconds."),
        ("quota_exceeded", 403, "Out of call volume quota. Quota will be replenished in 02:31:09."),
        ("missing_key", 401, "Access denied due to missing subscription key. Make sure to include"),
        ("invalid_key", 401, "Access denied due to invalid subscription key. Make sure to provide a valid"),
    ],
)
@pytest.mark.parametrize("shape", ["array", "object"])
def test_presets_of_gateway_errors_are_plain_objects_whatever_the_error_shape(
    client: Client, preset: str, status: int, prefix: str, shape: str
) -> None:
    client.patch("/__admin/settings", json={"error_shape": shape})
    arm(client, {"preset": preset})

    response = client.get(LINKS)

    assert response.status_code == status
    assert set(response.json()) == {"statusCode", "message"}
    assert response.json()["statusCode"] == status
    assert response.json()["message"].startswith(prefix)
    assert "WWW-Authenticate" not in response.headers


def test_a_client_that_sleeps_for_the_first_number_in_a_429_succeeds(client: Client) -> None:
    arm(client, {"preset": "rate_limited"}, when={"times": 2})
    slept = []
    while (response := client.post(LINKS, json=LINK)).status_code == 429:
        match = re.search(r"\d+", response.json()["message"])
        assert match is not None
        assert response.headers["Retry-After"] == match.group()
        slept.append(int(match.group()) + 1)

    assert (response.status_code, slept) == (201, [27, 27])


def test_the_preset_html_error_is_not_json(client: Client) -> None:
    arm(client, {"preset": "html_error"})

    response = client.get(LINKS)

    assert (response.status_code, response.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert "<h1>502 Bad Gateway</h1>" in response.text
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


@pytest.mark.parametrize(("preset", "size"), [("empty_body", 0), ("broken_json", 33)])
def test_presets_can_return_200_with_a_body_that_is_not_json(client: Client, preset: str, size: int) -> None:
    arm(client, {"preset": preset})

    response = client.get(LINKS)

    assert (response.status_code, len(response.content)) == (200, size)
    assert response.headers["Content-Length"] == str(size)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        response.json()


def test_a_retry_after_a_lost_response_finds_a_duplicate(
    client: Client,
) -> None:
    arm(client, {"connection": "reset"}, phase="after_commit", when={"times": 1})
    token = base64.b64encode(":".join(AUTH).encode()).decode()
    headers = {"Accept": "*/*", "authorization": f"Basic {token}", "content-type": "text/json"}

    def post() -> requests.Response:
        return requests.post(client.url + LINKS, headers=headers, json=LINK, timeout=5)

    with pytest.raises(requests.ConnectionError):
        post()
    retry = post()

    assert (retry.status_code, retry.json()[0]["error"]) == (400, "duplicate")
    assert client.get(LINKS, params={"search.external_id": LINK["external_id"]}).json()["record_count"] == 1


def test_a_paging_loop_gets_the_fault_on_the_page_that_the_rule_matches(client: Client) -> None:
    arm(client, {"preset": "unavailable"}, match={"query": {"page": 2}}, when={"times": 1})
    for number in range(5):
        client.link(external_id=f"x{number}")
    received, page = [], 1
    external_ids: list[str] = []
    while True:
        response = client.get(LINKS, params={"search.page_size": "2", "search.page": str(page)})
        received.append(response.status_code)
        if response.status_code == 200:
            external_ids += [record["external_id"] for record in response.json()["records"]]
            page += 1
            if not response.json()["has_more"]:
                break

    assert received == [200, 503, 200, 200]
    assert external_ids == [f"x{number}" for number in range(5)]


def test_a_slow_response_times_out_or_reaches_a_patient_client(client: Client) -> None:
    arm(client, {"latency": "400ms"}, when={"times": 2})

    with pytest.raises(requests.ReadTimeout):
        client.get(LINKS, timeout=0.1)
    began = time.monotonic()
    assert client.get(LINKS, timeout=10).status_code == 200
    assert time.monotonic() - began >= 0.4


def test_a_body_that_drips_too_slowly_times_out(client: Client) -> None:
    arm(client, {"drip": {"chunks": 2, "over": "1s"}})

    with pytest.raises(requests.ConnectionError, match="Read timed out"):
        client.get("/v1/IntegrationSystem", timeout=0.2)
