"""Web pages of other origins cannot change anything through Rev.io's API, other programs can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockrevio.settings import parse_credential
from tests.contract.common import LINKS, STATUS
from tests.support import AUTH, LINK, Client, serving

WRITES = ["POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture(scope="module", params=["required", "off"])
def server(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A server that lists no credentials."""
    with serving(auth=request.param, allow_host=("mock.example",)) as client:
        yield client


def write(client: Client, method: str = "POST", **headers: str) -> requests.Response:
    """Send a write as a page does that has credentials in its address."""
    return client.request(method, LINKS if method == "POST" else f"{LINKS}/1", json=LINK, headers=headers)


def explanation(response: requests.Response) -> str:
    """Why a write was refused."""
    assert response.status_code == 403
    assert response.json() == [
        {"ok": False, "error": "forbidden", "message": "The origin of this request is not allowed."}
    ]
    return response.headers["X-Mock-Explain"]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        ({"Origin": "https://evil.example"}, "--allow-origin https://evil.example"),
        ({"Origin": "http://localhost:3000"}, "--allow-origin http://localhost:3000"),
        (
            {"Origin": "http://localhost:3000", "Host": "localhost:7384"},
            "--allow-origin http://localhost:3000",
        ),
        ({"Origin": "HTTP://[0::1]:080", "Host": "[::1]:81"}, "--allow-origin http://[::1]"),
        ({"Origin": "null"}, "Origin: null"),
        ({"Origin": "null", "Host": "null"}, "Origin: null"),
        ({"Origin": "http://["}, "Origin: http://["),
        ({"Origin": ""}, "Origin: "),
        ({"Origin": "chrome-extension://localhost:5", "Host": "localhost:5"}, "Origin: chrome-extension"),
        ({"Sec-Fetch-Site": "cross-site"}, "Sec-Fetch-Site: cross-site"),
        ({"Sec-Fetch-Site": "same-site"}, "Sec-Fetch-Site: same-site"),
        (
            {"Sec-Fetch-Site": "cross-site", "Host": "localhost:5", "Origin": "http://localhost:5"},
            "Sec-Fetch-Site: cross-site",
        ),
        # Such a name may resolve to this machine (DNS rebinding).
        ({"Host": "evil.example", "Origin": "http://evil.example"}, "--allow-host evil.example"),
        ({"Host": "evil.example", "Sec-Fetch-Site": "same-origin"}, "--allow-host evil.example"),
    ],
)
def test_a_page_of_another_origin_cannot_write(
    server: Client, method: str, headers: dict[str, str], hint: str
) -> None:
    response = write(server, method, **headers)
    assert hint in explanation(response)
    assert not [name for name in response.headers if name.lower().startswith("access-control")]
    assert server.get(LINKS).json()["records"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "restapi.rev.io"},
        {"Sec-Fetch-Mode": "cors"},  # Node
        {"Host": "localhost:1", "Origin": "http://localhost:1", "Sec-Fetch-Site": "same-origin"},
        {"Host": "LOCALHOST:80", "Origin": "http://localhost"},
        {"Host": "[::1]:5", "Origin": "http://[::1]:5"},
        {"Host": "mock.example:7384", "Origin": "http://mock.example:7384"},
        {"Sec-Fetch-Site": "none"},
        {"Host": "localhost.:7384", "Sec-Fetch-Site": "same-origin"},
        {"Host": "restapi.rev.io", "Origin": "https://restapi.rev.io", "Sec-Fetch-Site": "same-origin"},
        {"Host": "API.RevIOAPI.com:443", "User-Agent": "Mozilla/5.0"},
    ],
)
def test_programs_and_same_origin_pages_can_write(server: Client, headers: dict[str, str]) -> None:
    server.post("/__admin/reset")
    assert write(server, **headers).status_code == 201
    assert write(server, "DELETE", **headers).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_page_of_another_origin_may_send_reads_that_browsers_hide_from_it(
    server: Client, method: str
) -> None:
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Host": "restapi.rev.io"}
    response = server.request(method, LINKS, headers=headers)
    assert response.status_code == 200
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


BROWSERS = [
    {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Mode": "navigate"},
    {"Sec-Fetch-User": "?1"},
    {"Origin": "http://evil.example:7384"},
    {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"},
]


@pytest.mark.parametrize("headers", BROWSERS, ids=lambda headers: next(iter(headers)))
@pytest.mark.parametrize(
    "host",
    [
        "evil.example:7384",
        "restapi.rev.io.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "0.0.0.0:7384",
        "localhost,evil.example",
        "local%68ost",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_page_under_a_rebound_name_can_neither_read_nor_write(
    server: Client, method: str, host: str, headers: dict[str, str]
) -> None:
    response = server.request(method, f"{LINKS}/1", headers={"Host": host, **headers})
    assert response.status_code == 403
    assert "--allow-" in response.headers["X-Mock-Explain"]


@pytest.mark.parametrize("headers", BROWSERS, ids=lambda headers: next(iter(headers)))
@pytest.mark.parametrize(
    "host",
    [
        "localhost:1",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.9.9.9:80",
        "[::1]:5",
        "[::FFFF:127.0.0.1]",
        "mock.example",
        "Mock.Example.:7384",
        "restapi.rev.io",
        "api.revioapi.com:443",
    ],
)
def test_a_browser_may_read_under_names_that_cannot_be_rebound(
    server: Client, host: str, headers: dict[str, str]
) -> None:
    assert server.get(STATUS, headers={"Host": host, **headers}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Mode": "cors", "User-Agent": "node"}])
def test_a_program_may_use_any_name(server: Client, headers: dict[str, str]) -> None:
    for host in ("mock", "10.0.0.1:7384", "revio.example"):
        assert server.get(STATUS, headers={"Host": host, **headers}).status_code == 200


def test_a_page_of_an_allowed_origin_may_read_under_any_name() -> None:
    with serving(allow_origin=("http://app.example",)) as client:
        headers = {"Host": "mock:7384", "Origin": "http://app.example", "Sec-Fetch-Site": "cross-site"}
        assert client.get(STATUS, headers=headers).status_code == 200


def test_with_listed_credentials_a_page_has_to_know_some() -> None:
    with serving(credentials=(parse_credential(":".join(AUTH)),)) as client:
        assert write(client, Origin="https://app.example").status_code == 201
        client.auth = ("a@b", "guessed")
        assert write(client, Origin="https://app.example").status_code == 401
        client.auth = AUTH
        # Nobody has to know any with --auth off.
        client.patch("/__admin/settings", json={"auth": "off"}).raise_for_status()
        assert "--allow-origin https://app.example" in explanation(
            write(client, Origin="https://app.example")
        )


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_page_of_another_origin_cannot_create_a_world_by_reading(headers: dict[str, str]) -> None:
    def worlds(client: Client) -> Any:
        return [each["client"] for each in client.get("/__admin/worlds").json()["worlds"]]

    with serving(isolate_clients=True) as client:
        explanation(client.get(STATUS, headers=headers))
        assert worlds(client) == []
        assert client.get(STATUS).status_code == 200
        assert client.get(STATUS, headers=headers).status_code == 200
        assert worlds(client) == ["acme"]
