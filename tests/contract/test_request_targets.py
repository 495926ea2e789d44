"""What a request is for: paths, complete URLs as proxies' clients send them, and the host of either."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
import requests

from tests.contract.raw import Raw, Response, basic, with_length
from tests.programs import needs
from tests.support import AUTH, LINK, Client

LINKS = "/v1/IntegrationKeyLink"


def call(client: Client, line: str, *headers: str, host: str | None = "elsewhere.test") -> Response:
    """Send a request line and a few headers."""
    lines = [line, f"Authorization: {basic(*AUTH)}", *headers]
    if host is not None:
        lines.append(f"Host: {host}")
    with Raw(client.url) as raw:
        raw.send("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return raw.read(bodiless=line.startswith("HEAD "))


@pytest.mark.parametrize("scheme", ["http", "HTTP", "hTTp"])
@pytest.mark.parametrize(
    "authority", ["restapi.rev.io", "restapi.rev.io:80", "[::1]:7384", "127.0.0.1", "rev_mock:1", "a.test:"]
)
@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_complete_url_asks_for_its_path_and_host(
    client: Client, scheme: str, authority: str, version: str
) -> None:
    body = json.dumps(LINK).encode()
    with Raw(client.url) as raw:
        url = f"{scheme}://{authority}{LINKS}?x=1"
        created = raw.call(with_length("POST", url, body).replace(b"HTTP/1.1", b"HTTP/" + version.encode()))
    host = authority.removesuffix(":")
    assert (created.status, created.headers["location"]) == (201, f"http://{host}{LINKS}/1")
    (logged,) = client.get("/__admin/requests").json()["requests"]
    assert (logged["path"], logged["query"], logged["headers"]["host"]) == (LINKS, {"x": ["1"]}, host)


@pytest.mark.parametrize("target", ["http://mock.test", "http://mock.test/", "http://mock.test?a=b"])
def test_a_url_without_a_path_asks_for_the_root(client: Client, target: str) -> None:
    assert call(client, f"GET {target} HTTP/1.1").json()["mockrevio"] == "a local mock of Rev.io"


@pytest.mark.parametrize("target", ["*", "http://mock.test", "http://mock.test:80"])
def test_options_may_ask_for_the_whole_server(client: Client, target: str) -> None:
    response = call(client, f"OPTIONS {target} HTTP/1.1")
    assert (response.status, response.body) == (200, b"")
    assert "POST" in response.headers["allow"]


NO_TARGETS = {
    "*": 400,
    "http://": 400,
    "http:///v1/SystemStatus": 400,
    "http://:80/v1/SystemStatus": 400,
    "http://mock.test:65536/v1/SystemStatus": 400,
    "http://mock.test:x/v1/SystemStatus": 400,
    "http://[::1/v1/SystemStatus": 400,
    "http://[mock.test]/v1/SystemStatus": 400,
    "http://user@mock.test/v1/SystemStatus": 400,
    "http://user:secret@mock.test/v1/SystemStatus": 400,
    "http://mock.test/v1/SystemStatus#x": 400,
    "ftp://mock.test/v1/SystemStatus": 400,
    "file:///v1/SystemStatus": 400,
    "mock.test/v1/SystemStatus": 400,
    "mock.test:80": 400,
    "?x=1": 400,
    "https://restapi.rev.io/v1/SystemStatus": 421,
}


@pytest.mark.parametrize("target", NO_TARGETS)
def test_a_target_that_asks_for_nothing_here_is_rejected(client: Client, target: str) -> None:
    response = call(client, f"GET {target} HTTP/1.1")
    assert response.status == NO_TARGETS[target]
    assert response.json()[0]["message"]
    assert "secret" not in client.get("/__admin/requests").text


@pytest.mark.parametrize("host", ["restapi.rev.io:443", "127.0.0.1:7384"])
def test_connect_gets_a_501_with_advice(client: Client, host: str) -> None:
    response = call(client, f"CONNECT {host} HTTP/1.1")
    assert response.status == 501
    assert "not a proxy" in response.json()[0]["message"]
    (logged,) = client.get("/__admin/requests").json()["requests"]
    assert (logged["method"], logged["path"]) == ("CONNECT", host)


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("/__admin/settings", "127.0.0.1", 200),
        ("http://127.0.0.1:7384/__admin/settings", "evil.test", 200),
        ("http://evil.test/__admin/settings", "127.0.0.1", 403),
        ("http://evil.test:7384/__admin/state", "localhost", 403),
        ("http://127.0.0.1@evil.test/__admin/state", "localhost", 400),
        ("http://evil.test/__admin/state", "", 403),
    ],
)
def test_the_guard_of_the_admin_api_sees_the_host_of_the_url(
    client: Client, target: str, host: str, status: int
) -> None:
    assert call(client, f"GET {target} HTTP/1.1", host=host).status == status


@pytest.mark.parametrize(("origin", "status"), [("http://localhost:1", 200), ("http://elsewhere.test", 403)])
def test_the_origin_of_a_page_is_compared_with_the_host_of_the_url(
    client: Client, origin: str, status: int
) -> None:
    response = call(client, "GET http://localhost:1/__admin/settings HTTP/1.1", f"Origin: {origin}")
    assert response.status == status


@pytest.mark.parametrize("target", ["/v1/SystemStatus", "http://localhost/v1/SystemStatus"])
def test_http_1_1_needs_one_host_header_and_http_1_0_none(client: Client, target: str) -> None:
    assert call(client, f"GET {target} HTTP/1.1", host=None).status == 400
    assert call(client, f"GET {target} HTTP/1.1", "Host: elsewhere.test").status == 400
    assert call(client, f"GET {target} HTTP/1.0", host=None).status == 200
    assert call(client, f"GET {target} HTTP/1.1", host="").status == 200


@needs("curl")
@pytest.mark.parametrize("option", ["--proxy", "--proxy1.0", "http_proxy"])
def test_curl_reaches_the_mock_as_its_proxy(client: Client, option: str) -> None:
    environment, arguments = dict(os.environ), [option, client.url]
    if option == "http_proxy":
        environment[option], arguments = client.url, []
    command = ["curl", "-sS", "-u", ":".join(AUTH), *arguments, "http://restapi.rev.io/v1/SystemStatus"]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=30, check=True)
    assert json.loads(done.stdout) == {"ok": True}
    (logged,) = client.get("/__admin/requests").json()["requests"]
    assert (logged["path"], logged["headers"]["host"]) == ("/v1/SystemStatus", "restapi.rev.io")


def test_requests_reaches_the_mock_as_its_proxy(client: Client) -> None:
    proxies = {"http": client.url, "https": client.url}
    url = "http://restapi.rev.io" + LINKS
    created = requests.post(url, json=LINK, auth=AUTH, proxies=proxies, timeout=30)
    assert created.headers["Location"] == f"{url}/1"
    assert requests.get(f"{url}/1", auth=AUTH, proxies=proxies, timeout=30).json()["internal_id"] == 1015
    with pytest.raises(requests.exceptions.ProxyError, match="501"):
        requests.get("https://restapi.rev.io/v1/SystemStatus", proxies=proxies, timeout=30)
