"""The request log over the wire: what it contains, what it omits, and that it loses nothing."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from typing import Any

import pytest
import requests
from flask import Flask

from mockrevio.app import create_app
from mockrevio.server import Server
from mockrevio.settings import Settings
from tests.contract.raw import Raw, head, with_length
from tests.support import LINK, Client, serving

LINKS = "/v1/IntegrationKeyLink"
LOG = "/__admin/requests"
SECRET = "s3cr3t"  # noqa: S105 (not a real secret)


def log(client: Client, **query: Any) -> list[dict[str, Any]]:
    body = client.get(LOG, params=query).json()
    assert body["count"] == len(body["requests"])
    entries: list[dict[str, Any]] = body["requests"]
    return entries


def test_an_exchange_is_logged_completely(client: Client) -> None:
    client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"}).raise_for_status()
    response = client.post(f"{LINKS}?Search.X=1&x=2", json=LINK, headers={"X-Own": "yes"})
    (entry,) = log(client)
    assert entry.pop("duration_ms") >= 0
    assert re.fullmatch(r"127\.0\.0\.1:\d+", entry.pop("peer"))
    headers = entry.pop("headers")
    assert (headers["x-own"], headers["content-type"]) == ("yes", "application/json")
    logged = entry.pop("response")
    assert (logged["status"], logged["body"]) == (201, response.text)
    assert logged["headers"]["Location"] == response.headers["Location"]
    assert json.loads(entry.pop("body")) == entry.pop("json") == LINK
    assert set(entry.pop("behaviours")) >= {"create.answer"}
    assert entry == {
        "id": response.headers["X-Mock-Request-Id"],
        "at": "2030-01-02T03:04:05.000",
        "client": "acme",
        "login": "tester",
        "trace_id": None,
        "method": "POST",
        "path": LINKS,
        "query": {"x": ["1", "2"]},
        "client_left": False,
        "fault": None,
        "explain": None,
        "error": None,
    }


def test_path_and_method_are_logged_unchanged(client: Client, raw: Raw) -> None:
    raw.call(head("GET", "/V1/integrationKEYlink/?page=1"))
    raw.call(head("BREW", "/v1/Nowhere"))
    assert [(entry["method"], entry["path"]) for entry in log(client)] == [
        ("GET", "/V1/integrationKEYlink/"),
        ("BREW", "/v1/Nowhere"),
    ]


def test_rejected_requests_are_logged_with_the_explanation(client: Client) -> None:
    client.patch("/__admin/settings", json={"subscription_key": "k", "rate_limit": "1/60"}).raise_for_status()
    key = {"Ocp-Apim-Subscription-Key": "k"}
    client.get("/v1/Customers")
    client.get("/v1/Nowhere", headers=key)
    requests.get(client.url + "/v1/Customers", headers=key, timeout=30)
    client.get("/v1/Customers", headers=key)
    entries = log(client)
    assert [entry["response"]["status"] for entry in entries] == [401, 404, 401, 429]
    assert all(entry["explain"] for entry in entries)
    assert [entry["client"] for entry in entries] == ["acme", "acme", None, "acme"]


def test_requests_outside_the_api_are_not_logged(client: Client) -> None:
    client.get("/__admin/state")
    client.get("/__admin/nonsense")
    client.get("/")
    assert log(client) == []


def test_the_log_names_the_fault_that_fired_and_the_connection_fault(client: Client) -> None:
    for effect in ({"status": 503}, {"connection": "reset"}):
        rule = {"name": "mine", "when": {"times": 1}, "effect": effect}
        client.post("/__admin/faults", json=rule).raise_for_status()
    client.get("/v1/SystemStatus")
    with pytest.raises(requests.ConnectionError):
        client.get("/v1/SystemStatus")
    client.get("/v1/SystemStatus", headers={"X-Mock-Fault": "status=500"})
    first, second, third = log(client)
    assert (first["fault"], first["response"]["status"]) == ("fault 1 (mine)", 503)
    assert (second["fault"], second["response"]["status"]) == ("fault 2 (mine)", None)
    assert second["response"]["delivered"] == "reset"
    assert (third["fault"], third["response"]["status"]) == ("X-Mock-Fault", 500)


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {SECRET}",
        SECRET,
        f"Basic {SECRET}",
        f"{SECRET}==",
    ],
)
def test_passwords_and_keys_appear_nowhere(client: Client, header: str) -> None:
    query = (
        f"subscription-key={SECRET}&x=1&SUBSCRIPTION-KEY={SECRET}&subscription%2Dkey={SECRET}"
        f"&search.subscription-key={SECRET}"
    )
    headers = {
        "Authorization": header,
        "Proxy-Authorization": header,
        "Cookie": f"session={SECRET}",
        "ocp-apim-subscription-KEY": SECRET,
    }
    response = requests.get(f"{client.url}{LINKS}?{query}", headers=headers, timeout=30)
    assert SECRET not in response.text + str(response.headers)
    logged = client.get(LOG)
    assert SECRET not in logged.text
    (entry,) = logged.json()["requests"]
    assert entry["query"]["x"] == ["1"]
    assert set(entry["query"]["subscription-key"]) == {"***"}
    assert entry["headers"]["authorization"].endswith("***")
    expectation = {"match": {"method": "PUT", "headers": {"Authorization": "x", "cookie": "y"}}}
    mismatch = client.post(f"{LOG}/verify", json=expectation)
    assert (mismatch.status_code, SECRET in mismatch.text) == (409, False)


def test_the_authorization_scheme_is_logged(client: Client) -> None:
    client.get(LINKS)
    assert log(client)[0]["headers"]["authorization"] == "Basic ***"


def test_a_long_body_is_truncated_and_marked(client: Client) -> None:
    data = json.dumps({**LINK, "note": "x" * 100_000})
    client.post(LINKS, data=data).raise_for_status()
    (entry,) = log(client)
    assert entry["body"] == data[:65536]
    assert entry["body_truncated"] == f"65536 of {len(data)} bytes"
    assert "body_truncated" not in entry["response"]


@pytest.mark.parametrize(("data", "logged"), [(b"", None), (b"\x00\xff\xfe", "\x00\ufffd\ufffd")])
def test_a_binary_body_is_logged_with_replacement_characters(
    client: Client, data: bytes, logged: str
) -> None:
    with Raw(client.url) as raw:
        raw.call(with_length("POST", LINKS, data))
    assert log(client)[0]["body"] == logged


def test_an_internal_error_is_logged_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(Settings(ephemeral=True))
    add_broken_route(app)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    client = Client(server.url)
    assert client.get("/v1/broken").status_code == 500
    (entry,) = log(client)
    assert "ZeroDivisionError: broken on purpose" in entry["error"]
    assert entry["error"].startswith("Traceback")
    assert "broken on purpose" in capsys.readouterr().err
    client.close()
    server.stop()
    app.close()


def add_broken_route(app: Flask) -> None:
    def breaks() -> str:
        raise ZeroDivisionError("broken on purpose")

    app.add_url_rule("/v1/broken", view_func=breaks)


def test_the_log_is_complete_under_sixteen_threads(
    client: Client,
) -> None:
    request_ids: list[str] = []

    def work(number: int) -> None:
        own_client = Client(client.url)
        for step in range(20):
            response = own_client.post(LINKS, json={**LINK, "external_id": f"{number}-{step}"})
            request_ids.append(response.headers["X-Mock-Request-Id"])
        own_client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = log(client)
    assert Counter(entry["id"] for entry in entries) == Counter(request_ids)
    assert len(set(request_ids)) == 320
    bodies = {json.loads(entry["body"])["external_id"] for entry in entries}
    assert bodies == {f"{number}-{step}" for number in range(16) for step in range(20)}


@pytest.mark.parametrize("size", [0, 3])
def test_the_log_keeps_at_most_log_size_entries(size: int) -> None:
    with serving(log_size=size) as client:
        for number in range(5):
            client.get(f"{LINKS}/{number}")
        assert [entry["path"] for entry in log(client)] == [f"{LINKS}/{n}" for n in (2, 3, 4)][:size]
        assert client.get(LOG).json()["evicted"] == 5 - size


def test_the_log_keeps_a_limited_number_of_bytes(client: Client) -> None:
    body = json.dumps({**LINK, "note": "x" * 64 * 1024})
    for number in range(560):
        client.put(f"{LINKS}/{number}", data=body)
    entries = log(client)
    logged_bytes = sum(len(entry["body"]) for entry in entries)
    assert 28 * 1024 * 1024 < logged_bytes <= 32 * 1024 * 1024
    assert entries[-1]["path"] == f"{LINKS}/559"
    assert len(entries) == len({entry["id"] for entry in entries}) < 560
