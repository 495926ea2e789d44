"""Code that hard-codes Rev.io's addresses reaches the mock, whichever library it calls with."""

from __future__ import annotations

import asyncio
import base64
import http.client
import os
import ssl
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from mockrevio import MockRevio
from mockrevio.errors import MockrevioError
from tests.support import Client, serving

REVIO = "https://restapi.rev.io/v1"
AUTH = ("tester@acme", "secret")
BASIC = {"Authorization": "Basic " + base64.b64encode(":".join(AUTH).encode()).decode()}


def by_requests(url: str) -> int:
    return requests.get(url, auth=AUTH, timeout=5).status_code


def by_session(url: str) -> int:
    with requests.Session() as session:
        return [session.get(url, auth=AUTH, timeout=5).status_code for _ in range(3)][-1]


def by_urllib3(url: str) -> int:
    with urllib3.PoolManager() as pool:
        return pool.request("GET", url, headers=BASIC, timeout=5, retries=False).status


def by_http_client(url: str) -> int:
    connection = http.client.HTTPSConnection(url.split("/")[2], timeout=5)
    connection.request("GET", "/" + url.split("/", 3)[3], headers=BASIC)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def by_urllib(url: str) -> int:
    call = urllib.request.Request(url, headers=BASIC)  # noqa: S310 (https)
    with urllib.request.urlopen(call, timeout=5) as response:  # noqa: S310
        return int(response.status)


def by_httpx(url: str) -> int:
    return httpx.get(url, auth=AUTH, timeout=5).status_code


def by_httpx_async(url: str) -> int:
    async def call() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(url, auth=AUTH, timeout=5)).status_code

    return asyncio.run(call())


def by_aiohttp(url: str) -> int:
    async def call() -> int:
        async with aiohttp.ClientSession(headers=BASIC) as session, session.get(url) as response:
            return response.status

    return asyncio.run(call())


WAYS = [by_requests, by_session, by_urllib3, by_http_client, by_urllib, by_httpx, by_httpx_async, by_aiohttp]
Way = Callable[[str], int]
way = pytest.mark.parametrize("call", WAYS)


@way
@pytest.mark.parametrize("host", ["restapi.rev.io", "api.revioapi.com", "RESTAPI.Rev.IO"])
def test_a_call_to_rev_io_reaches_the_mock(revio: MockRevio, call: Way, host: str) -> None:
    with revio.intercept():
        assert call(f"https://{host}/v1/SystemStatus") == 200

    hosts = {each["headers"]["host"].lower().partition(":")[0] for each in revio.requests}
    assert hosts == {host.lower()}


@way
def test_afterwards_nothing_reaches_the_mock_any_more(revio: MockRevio, call: Way) -> None:
    with revio.intercept("restapi.invalid"):
        call("https://restapi.invalid/v1/SystemStatus")
    revio.requests.clear()

    with pytest.raises((OSError, httpx.HTTPError, aiohttp.ClientError, urllib3.exceptions.HTTPError)):
        call("https://restapi.invalid/v1/SystemStatus")
    assert len(revio.requests) == 0


@way
def test_every_other_host_is_left_alone(revio: MockRevio, client: Client, call: Way) -> None:
    with revio.intercept():
        if call is by_http_client:  # which speaks TLS alone
            with pytest.raises(ssl.SSLError):
                call(client.url + "/v1/SystemStatus")
        else:
            assert call(client.url + "/v1/SystemStatus") == 200

    assert len(revio.requests) == 0


@way
def test_a_proxy_of_the_environment_is_not_asked(
    revio: MockRevio, call: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.org")
    with revio.intercept():
        assert call(f"{REVIO}/SystemStatus") == 200

    assert os.environ["NO_PROXY"] == "example.org"
    assert "no_proxy" not in os.environ


def test_a_proxy_that_the_code_names_is_not_asked_either(revio: MockRevio) -> None:
    with revio.intercept():
        answer = requests.get(
            f"{REVIO}/SystemStatus", auth=AUTH, proxies={"https": "http://127.0.0.1:9"}, timeout=5
        )

    assert answer.status_code == 200


def test_a_session_that_outlives_it_keeps_no_connection_to_the_mock(revio: MockRevio) -> None:
    with requests.Session() as session:
        with revio.intercept("restapi.invalid"):
            assert session.get("https://restapi.invalid/v1/Bills", auth=AUTH, timeout=5).status_code == 200
        revio.requests.clear()

        with pytest.raises(requests.ConnectionError):
            session.get("https://restapi.invalid/v1/Bills", auth=AUTH, timeout=5)
    assert len(revio.requests) == 0


def test_whole_answers_come_through_and_location_leads_back(revio: MockRevio) -> None:
    link = {
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": 1015,
        "external_id": "a",
    }
    with revio.intercept():
        created = requests.post(f"{REVIO}/IntegrationKeyLink", json=link, auth=AUTH, timeout=5)
        found = requests.get(created.headers["Location"], auth=AUTH, timeout=5)

    assert created.headers["Location"].endswith("://restapi.rev.io/v1/IntegrationKeyLink/1")
    assert found.json()["external_id"] == "a"


def test_faults_reach_intercepted_calls(revio: MockRevio) -> None:
    revio.lose_answer()
    with revio.intercept(), pytest.raises(requests.ConnectionError):
        requests.get(f"{REVIO}/SystemStatus", auth=AUTH, timeout=5)


def test_one_may_lie_within_another(revio: MockRevio) -> None:
    with serving() as other, revio.intercept():
        from mockrevio.testing.intercept import Interception

        with Interception(other.url):
            by_requests(f"{REVIO}/SystemStatus")
        assert len(revio.requests) == 0
        by_requests(f"{REVIO}/SystemStatus")
    assert len(revio.requests) == 1


def test_other_hosts_can_be_named(revio: MockRevio) -> None:
    with revio.intercept("billing.example"):
        assert by_requests("https://billing.example/v1/SystemStatus") == 200


def test_what_was_hooked_is_what_it_was_even_after_an_error(revio: MockRevio) -> None:
    before = _hooked()
    with suppress(MockrevioError), revio.intercept():
        assert _hooked() != before
        raise MockrevioError("on the way")

    assert _hooked() == before


def test_a_start_that_fails_leaves_nothing_hooked(revio: MockRevio, monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp.connector

    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.delattr(aiohttp.connector.TCPConnector, "_resolve_host")  # as in a release that has another
    interception = revio.intercept()
    before = _hooked()

    with pytest.raises(AttributeError, match="_resolve_host"):
        interception.start()

    assert _hooked() == before
    assert os.environ["NO_PROXY"] == "example.org"


def _hooked() -> list[Any]:
    import aiohttp.connector
    import httpcore
    import urllib3.connection

    return [
        http.client.HTTPConnection.connect,
        http.client.HTTPSConnection.connect,
        urllib3.connection.HTTPConnection.connect,
        urllib3.connection.HTTPSConnection.connect,
        httpcore.SyncBackend.connect_tcp,
        httpcore.AnyIOBackend.connect_tcp,
        getattr(aiohttp.connector.TCPConnector, "_resolve_host", None),
        aiohttp.connector.TCPConnector._get_ssl_context,
    ]


def test_a_mock_that_speaks_https_cannot_be_intercepted_for_and_says_so() -> None:
    with MockRevio(tls="auto") as revio, pytest.raises(MockrevioError, match="without --tls"):
        revio.intercept()


def test_one_interception_is_entered_once_and_leaves_the_environment_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    with MockRevio() as revio:
        twice = revio.intercept()
        with twice, pytest.raises(MockrevioError, match=r"call intercept\(\) again"):
            twice.start()
    assert "NO_PROXY" not in os.environ
