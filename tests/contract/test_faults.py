"""Faults over a real connection: every effect in both phases, for every method."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.contract.raw import Raw, head, in_chunks, with_length
from tests.support import LINK, Client, process

LINKS = "/v1/IntegrationKeyLink"
ORIGINAL, CHANGED = "original", "changed"
PHASES = ("before_commit", "after_commit")

# What a client that uses `requests` gets from each effect: a status or an exception.
EFFECTS: dict[str, tuple[dict[str, Any], str]] = {
    "a status": ({"status": 503}, "503"),
    "a preset": ({"preset": "html_error"}, "502"),
    "a connection reset": ({"connection": "reset"}, "ConnectionError"),
    "an empty response": ({"connection": "empty"}, "ConnectionError"),
    "garbage": ({"connection": "garbage"}, "ConnectionError"),
    "a hang": ({"connection": "hang"}, "ReadTimeout"),
    "a truncated response": ({"connection": "truncate"}, "ChunkedEncodingError"),
    "a truncated error": ({"status": 500, "connection": "truncate"}, "ChunkedEncodingError"),
}
AFTER = {"POST": [ORIGINAL], "PUT": [CHANGED], "DELETE": [], "GET": [ORIGINAL]}
BEFORE = {"POST": [], "PUT": [ORIGINAL], "DELETE": [ORIGINAL], "GET": [ORIGINAL]}


def arm(client: Client, effect: dict[str, Any], **rule: Any) -> int:
    response = client.post("/__admin/faults", json={"effect": effect, **rule})
    assert response.status_code == 201, response.text
    return int(response.json()["id"])


def stored(client: Client) -> list[str]:
    """The external ids of all key links, from the admin API, to which no fault applies."""
    state = client.get("/__admin/state").json()
    return [link["external_id"] for link in state.get("key_links", [])]


def outcome(client: Client, method: str) -> str:
    """What a client gets for a request: a status, or the name of the exception raised instead."""
    path = LINKS if method == "POST" else f"{LINKS}/1"
    body = {**LINK, "external_id": ORIGINAL if method == "POST" else CHANGED}
    options = {"json": body} if method in ("POST", "PUT") else {}
    try:
        return str(client.request(method, path, timeout=0.4, **options).status_code)
    except requests.RequestException as error:
        return type(error).__name__


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", EFFECTS)
def test_faults_before_the_commit_prevent_the_write_and_later_ones_keep_it(
    client: Client, name: str, phase: str, method: str
) -> None:
    effect, expected = EFFECTS[name]
    if method != "POST":
        client.link(external_id=ORIGINAL)
    fault = arm(client, effect, phase=phase, match={"method": method})

    assert outcome(client, method) == expected
    assert stored(client) == (BEFORE if phase == "before_commit" else AFTER)[method]
    assert client.get(f"/__admin/faults/{fault}").json()["fired"] == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("effect", [{"latency": "1ms"}, {"drip": {"chunks": 3, "over": "20ms"}}])
def test_a_fault_that_only_delays_does_not_prevent_the_write(
    client: Client, effect: dict[str, Any], phase: str, method: str
) -> None:
    if method != "POST":
        client.link(external_id=ORIGINAL)
    arm(client, effect, phase=phase, match={"method": method})

    assert outcome(client, method) == ("201" if method == "POST" else "200")
    assert stored(client) == AFTER[method]


def test_a_write_with_a_lost_response_is_durable(tmp_path: Any) -> None:
    with process("--data", str(tmp_path)) as running:
        arm(running.client, {"connection": "reset"}, phase="after_commit", match={"method": "POST"})
        assert outcome(running.client, "POST") == "ConnectionError"
        running.kill()
    with process("--data", str(tmp_path)) as running:
        assert stored(running.client) == [ORIGINAL]


def test_an_after_commit_fault_also_replaces_an_error_response(client: Client) -> None:
    arm(client, {"connection": "empty"}, phase="after_commit")

    with pytest.raises(requests.ConnectionError):
        client.post(LINKS, json={})
    assert stored(client) == []


def test_no_fault_applies_to_a_request_that_fails_authentication(client: Client) -> None:
    fault = arm(client, {"status": 503})

    assert requests.get(f"{client.url}{LINKS}", timeout=5).status_code == 401
    assert client.get(f"/__admin/faults/{fault}").json()["matched"] == 0


@pytest.mark.parametrize(("path", "status"), [("/v1/Nowhere", 404), (LINKS + "/1", 405)])
def test_faults_apply_to_unknown_paths_and_methods(client: Client, path: str, status: int) -> None:
    assert client.patch(path).status_code == status
    arm(client, {"status": 503})
    assert client.patch(path).status_code == 503


@pytest.mark.parametrize("effect", [{"status": 503}, {"preset": "rate_limited"}, {"preset": "empty_body"}])
def test_a_fault_response_to_head_has_no_body(client: Client, effect: dict[str, Any]) -> None:
    arm(client, effect, match={"method": "HEAD"})
    with Raw(client.url) as raw:
        raw.send(head("HEAD", LINKS) + head("GET", "/v1/SystemStatus"))
        responses = [raw.read(bodiless=True), raw.read()]

    expected = client.get(LINKS, headers={"X-Mock-Fault": "=".join(map(str, next(iter(effect.items()))))})
    assert (responses[0].status, responses[1].json()) == (expected.status_code, {"ok": True})


@pytest.mark.parametrize("kind", ["empty", "truncate", "reset", "garbage"])
def test_connection_faults_apply_to_head(client: Client, kind: str) -> None:
    arm(client, {"connection": kind})

    with pytest.raises(requests.ConnectionError):
        client.head(LINKS)


def test_head_does_not_wait_for_a_dripping_body(client: Client) -> None:
    arm(client, {"drip": {"chunks": 5, "over": "1h"}}, match={"method": "HEAD"})
    with Raw(client.url) as raw:
        raw.send(head("HEAD", LINKS) + head("GET", "/v1/SystemStatus"))
        assert raw.read(bodiless=True).status == 200
        assert raw.read().json() == {"ok": True}


LARGE = b'{"external_id": "' + b"x" * 900_000 + b'"}'


@pytest.mark.parametrize("build", [with_length, in_chunks])
@pytest.mark.parametrize(
    "effect", [{"status": 503}, {"preset": "broken_json"}, {"latency": "1ms", "status": 500}]
)
def test_a_connection_stays_usable_after_a_fault_on_a_large_body(
    client: Client, build: Any, effect: dict[str, Any]
) -> None:
    arm(client, effect, match={"method": "POST"})
    with Raw(client.url) as raw:
        for _ in range(3):
            assert raw.call(build("POST", LINKS, LARGE)).status == effect.get("status", 200)
            assert raw.call(head("GET", "/v1/SystemStatus")).json() == {"ok": True}


@pytest.mark.parametrize("build", [with_length, in_chunks])
@pytest.mark.parametrize("kind", ["reset", "empty", "garbage", "truncate"])
def test_connection_faults_apply_to_a_large_body(client: Client, build: Any, kind: str) -> None:
    arm(client, {"connection": kind}, match={"method": "POST"})
    with Raw(client.url) as raw:
        raw.send(build("POST", LINKS, LARGE))
        received = b""
        try:
            while chunk := raw.socket.recv(65536):
                received += chunk
        except ConnectionResetError:
            assert kind == "reset"
        else:
            assert kind != "reset"

    assert received[:8] == {"truncate": b"HTTP/1.1", "garbage": b"\x00\x9f\x92\x96 thi"}.get(kind, b"")


def test_a_body_over_the_limit_is_matched_as_empty_and_gets_the_fault(client: Client) -> None:
    arm(client, {"status": 503}, match={"body": {"external_id": None}})
    with Raw(client.url) as raw:
        assert raw.call(with_length("POST", LINKS, b" " * 3_000_000)).status == 503


def test_a_client_can_give_up_on_a_hung_connection_and_retry(client: Client) -> None:
    arm(client, {"connection": "hang"}, phase="after_commit", when={"times": 1}, match={"method": "POST"})

    assert outcome(client, "POST") == "ReadTimeout"
    assert outcome(client, "POST") == "400"  # the first attempt was carried out
    assert client.get(LINKS).json()["record_count"] == 1


def test_a_truncated_response_is_the_first_half_of_the_real_one(client: Client) -> None:
    full_body = client.get("/v1/IntegrationSystem/4").content
    arm(client, {"connection": "truncate"})
    with Raw(client.url) as raw:
        raw.send(head("GET", "/v1/IntegrationSystem/4"))
        received = b""
        while chunk := raw.socket.recv(65536):
            received += chunk

    headers, _, body = received.partition(b"\r\n\r\n")
    assert body == full_body[: len(full_body) // 2]
    assert b"Content-Length: %d" % len(full_body) in headers


def test_a_dripping_response_arrives_completely(client: Client) -> None:
    arm(client, {"drip": {"chunks": 4, "over": "300ms"}})

    response = client.get("/v1/IntegrationSystem")

    assert response.json()["record_count"] >= 1
    assert "fault 1 fired" in response.headers["X-Mock-Explain"]


def test_a_dripping_error_replaces_the_real_response(client: Client) -> None:
    arm(client, {"status": 502, "body": "slow and bad", "drip": {"chunks": 4, "over": "50ms"}})

    response = client.post(LINKS, json=LINK)

    assert (response.status_code, response.text, stored(client)) == (502, "slow and bad", [])


def test_faults_never_apply_to_the_admin_api(client: Client) -> None:
    arm(client, {"connection": "reset"})
    assert client.patch("/__admin/settings", json={"error_rate": "1", "latency": "1h"}).status_code == 200

    for path in ("health", "ready", "state", "faults", "requests", "settings", "clock", "behaviours"):
        assert client.get(f"/__admin/{path}").status_code == 200
    headers = {"X-Mock-Fault": "status=503", "X-Mock-Latency": "1h"}
    assert client.get("/__admin/health", headers=headers).status_code == 200
    assert client.delete("/__admin/faults").json() == {"count": 1}


@pytest.mark.parametrize("shape", ["array", "object"])
@pytest.mark.parametrize("effect", [{"status": 503}, {"preset": "server_error"}, {"preset": "forbidden"}])
def test_fault_responses_follow_the_error_shape_of_the_world(
    client: Client, effect: dict[str, Any], shape: str
) -> None:
    client.patch("/__admin/settings", json={"error_shape": shape})
    arm(client, effect)

    body = client.get(LINKS).json()

    assert isinstance(body, list if shape == "array" else dict)


def test_the_body_and_headers_of_a_rule_are_sent_unchanged(client: Client) -> None:
    body = {"any": ["json", 1.5, None]}
    arm(client, {"status": 418, "body": body, "headers": {"X-Own": "yes", "Content-Type": "text/json"}})

    response = client.get(LINKS)

    assert (response.status_code, response.json()) == (418, body)
    assert (response.headers["X-Own"], response.headers["Content-Type"]) == ("yes", "text/json")


@pytest.mark.parametrize("status", [200, 204, 205, 304, 400, 401, 404, 429, 500, 504, 599])
def test_any_status_is_returned_and_the_connection_stays_usable(client: Client, status: int) -> None:
    arm(client, {"status": status}, when={"times": 1})
    with Raw(client.url) as raw:
        raw.send(head("GET", LINKS))
        assert raw.read(bodiless=status in (204, 304)).status == status
        assert raw.call(head("GET", "/v1/SystemStatus")).json() == {"ok": True}


def test_a_lone_surrogate_in_a_body_is_replaced(client: Client) -> None:
    body = json.dumps({"effect": {"status": 500, "body": "a\ud800b"}})
    assert client.post("/__admin/faults", data=body).status_code == 201
    assert client.get(LINKS).text == "a?b"


@pytest.mark.parametrize("number", ["1E+999999", "-1e400", "1e300", "0.1", "4.0"])
def test_a_number_matcher_copes_with_any_number(client: Client, number: str) -> None:
    arm(client, {"status": 503}, match={"body": {"internal_id": 4}})
    body = f'{{"internal_id": {number}}}'.encode()
    with Raw(client.url) as raw:
        assert raw.call(with_length("POST", LINKS, body)).status == (503 if number == "4.0" else 400)
