"""Code with hard-coded Rev.io addresses reaches the mock, with every supported HTTP library."""

from __future__ import annotations

import asyncio
import base64
import http.client
import os
import socket
import ssl
import urllib.request
from collections.abc import Callable

import aiohttp
import httpx
import pytest
import requests
import urllib3

from mockrevio import MockRevio
from tests.support import Client

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
    request = urllib.request.Request(url, headers=BASIC)  # noqa: S310 (https)
    with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
        return int(response.status)


def by_httpx(url: str) -> int:
    return httpx.get(url, auth=AUTH, timeout=5).status_code


def by_httpx_async(url: str) -> int:
    async def send() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(url, auth=AUTH, timeout=5)).status_code

    return asyncio.run(send())


def by_aiohttp(url: str) -> int:
    async def send() -> int:
        async with aiohttp.ClientSession(headers=BASIC) as session, session.get(url) as response:
            return response.status

    return asyncio.run(send())


LIBRARIES = [
    by_requests,
    by_session,
    by_urllib3,
    by_http_client,
    by_urllib,
    by_httpx,
    by_httpx_async,
    by_aiohttp,
]
Send = Callable[[str], int]
each_library = pytest.mark.parametrize("send", LIBRARIES)


@each_library
@pytest.mark.parametrize("host", ["restapi.rev.io", "api.revioapi.com", "RESTAPI.Rev.IO"])
def test_a_request_to_rev_io_reaches_the_mock(revio: MockRevio, send: Send, host: str) -> None:
    with revio.intercept():
        assert send(f"https://{host}/v1/SystemStatus") == 200

    hosts = {entry["headers"]["host"].lower().partition(":")[0] for entry in revio.requests}
    assert hosts == {host.lower()}


@each_library
def test_after_the_block_requests_no_longer_reach_the_mock(revio: MockRevio, send: Send) -> None:
    with revio.intercept("restapi.invalid"):
        send("https://restapi.invalid/v1/SystemStatus")
    revio.requests.clear()

    with pytest.raises((OSError, httpx.HTTPError, aiohttp.ClientError, urllib3.exceptions.HTTPError)):
        send("https://restapi.invalid/v1/SystemStatus")
    assert len(revio.requests) == 0


@each_library
def test_other_hosts_are_unaffected(revio: MockRevio, client: Client, send: Send) -> None:
    with revio.intercept():
        if send is by_http_client:  # it speaks only TLS
            with pytest.raises(ssl.SSLError):
                send(client.url + "/v1/SystemStatus")
        else:
            assert send(client.url + "/v1/SystemStatus") == 200

    assert len(revio.requests) == 0


@each_library
def test_a_proxy_from_the_environment_is_bypassed(
    revio: MockRevio, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.org")
    before = dict(os.environ)  # in which the plugin may have exempted a mock of its own
    with revio.intercept():
        assert send(f"{REVIO}/SystemStatus") == 200

        assert dict(os.environ) == before


def test_a_proxy_from_the_code_is_bypassed(revio: MockRevio) -> None:
    with revio.intercept():
        response = requests.get(
            f"{REVIO}/SystemStatus", auth=AUTH, proxies={"https": "http://127.0.0.1:9"}, timeout=5
        )

    assert response.status_code == 200


def test_pooled_connections_to_the_mock_are_closed_after_the_block(revio: MockRevio) -> None:
    with requests.Session() as session:
        with revio.intercept("restapi.invalid"):
            assert session.get("https://restapi.invalid/v1/Bills", auth=AUTH, timeout=5).status_code == 200
        revio.requests.clear()

        with pytest.raises(requests.ConnectionError):
            session.get("https://restapi.invalid/v1/Bills", auth=AUTH, timeout=5)
    assert len(revio.requests) == 0


def test_responses_arrive_and_their_location_can_be_followed(revio: MockRevio) -> None:
    link = {
        "integration_system_id": 4,
        "integration_entity_type_id": 2,
        "internal_id": 1015,
        "external_id": "a",
    }
    with revio.intercept():
        created = requests.post(f"{REVIO}/IntegrationKeyLink", json=link, auth=AUTH, timeout=5)
        fetched = requests.get(created.headers["Location"], auth=AUTH, timeout=5)

    assert created.headers["Location"].endswith("://restapi.rev.io/v1/IntegrationKeyLink/1")
    assert fetched.json()["external_id"] == "a"


def test_faults_apply_to_intercepted_requests(revio: MockRevio) -> None:
    revio.lose_answer()
    with revio.intercept(), pytest.raises(requests.ConnectionError):
        requests.get(f"{REVIO}/SystemStatus", auth=AUTH, timeout=5)


def test_other_hosts_can_be_intercepted(revio: MockRevio) -> None:
    with revio.intercept("billing.example"):
        assert by_requests("https://billing.example/v1/SystemStatus") == 200


def test_sockets_and_clients_that_ask_for_ipv6_reach_the_mock(revio: MockRevio) -> None:
    async def send() -> int:
        connector = aiohttp.TCPConnector(family=socket.AF_INET6)
        async with (
            aiohttp.ClientSession(headers=BASIC, connector=connector) as session,
            session.get(f"{REVIO}/SystemStatus") as response,
        ):
            return response.status

    with revio.intercept():
        assert asyncio.run(send()) == 200
        (*_, address), *_ = socket.getaddrinfo("restapi.rev.io", 443, socket.AF_INET6, socket.SOCK_STREAM)
        with socket.socket(socket.AF_INET6) as sock:
            sock.connect(address)
            sock.sendall(b"GET /v1/SystemStatus HTTP/1.1\r\nHost: restapi.rev.io\r\n\r\n")
            assert sock.recv(100).startswith(b"HTTP/1.1 401")
