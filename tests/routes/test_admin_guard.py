"""The admin API accepts requests from this machine, not from web pages on other sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.routes.common import assert_error
from tests.support import Client, running, serving

HEALTH = "/__admin/health"
PROBES = [HEALTH, "/__admin/ready"]
STATE = "/__admin/state"
CONSOLE = "/__admin/"
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def send(client: Client, path: str = STATE, method: str = "GET", **headers: str) -> requests.Response:
    return requests.request(method, client.url + path, headers=headers, timeout=30)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:7384",
        "LOCALHOST",
        "mock.localhost",
        "127.0.0.1",
        "127.9.9.9:1",
        "[::1]:5",
        "localhost.",
        "Localhost.:7384",
        "mock.localhost.",
        "localhost:",
        "[::ffff:127.0.0.1]:7384",
    ],
)
def test_loopback_hosts_are_accepted(client: Client, host: str) -> None:
    assert send(client, Host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7384",
        "10.0.0.1",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "xlocalhost",
        "rev_mock",
        "localhost..",
        ".localhost.evil.example",
        "0.0.0.0:7384",
        "localhost,evil.example",
        "localhost;evil.example",
        "local%68ost",
        "[::ffff:10.0.0.1]",
    ],
)
@pytest.mark.parametrize("path", [STATE, "/__admin/entities/CUSTOMER/1", "/__admin/nonsense"])
def test_any_other_host_is_rejected_on_every_path(client: Client, host: str, path: str) -> None:
    message = assert_error(send(client, path, Host=host), 403, "foreign_host")
    assert "--allow-host" in message


@pytest.mark.parametrize("host", ["[", "a b", "localhost/", "u@localhost", "localhost:x", "localhost:70000"])
def test_an_invalid_host_is_rejected_by_the_server(client: Client, host: str) -> None:
    assert_error(send(client, Host=host), 400, "bad_request")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost:1",
        "http://[",
        "",
        "foo://127.0.0.1",
        "http://127.0.0.1/x",
        "http://127.0.0.1@evil.example",
        "http://localhost.evil.example",
    ],
)
def test_a_foreign_origin_is_rejected_with_every_method(client: Client, method: str, origin: str) -> None:
    response = send(client, "/__admin/reset", method, Origin=origin)
    assert_error(response, 403, "foreign_origin")
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "CROSS-SITE", "anything", ""])
@pytest.mark.parametrize("path", [STATE, "/__admin/static/options.json", "/__admin/nonsense"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_page_of_another_site_is_rejected_without_an_origin_too(
    client: Client, method: str, path: str, site: str
) -> None:
    message = assert_error(send(client, path, method, **{"Sec-Fetch-Site": site}), 403, "foreign_origin")
    assert "Sec-Fetch-Site" in message
    # A navigation to anything but the console is no exception.
    response = send(client, path, method, **{"Sec-Fetch-Site": site}, **NAVIGATION)
    assert_error(response, 403, "foreign_origin")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_console_and_the_address_bar_are_accepted(client: Client, site: str) -> None:
    assert send(client, **{"Sec-Fetch-Site": site}).status_code == 200


@pytest.mark.parametrize("path", [CONSOLE, "/__admin"])
def test_a_link_on_another_site_opens_the_console(client: Client, path: str) -> None:
    link = {"Sec-Fetch-Site": "cross-site", **NAVIGATION}
    assert send(client, path, **link).status_code == 200
    for change in (
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
    ):
        assert send(client, path, **{**link, **change}).status_code == 403
    assert send(client, path, "POST", **link).status_code == 403


@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "10.1.2.3:7384"},
        {"Host": "evil.example", "Authorization": "Bearer s3cret"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_probe_that_does_not_pass_the_guards_gets_a_bare_status(
    client: Client, guarded: Client, path: str, headers: dict[str, str]
) -> None:
    for server in (client, guarded):
        response = send(server, path, **headers)
        assert (response.status_code, response.json()) == (200, {"ok": True})
        assert not [name for name in response.headers if name.lower().startswith("access-control")]
        assert send(server, path, "HEAD", **headers).status_code == 200
        assert send(server, path, "POST", **headers).status_code in (401, 403)


@pytest.mark.parametrize("path", PROBES)
def test_without_the_token_the_status_is_bare(guarded: Client, path: str) -> None:
    assert send(guarded, path).json() == {"ok": True}
    assert send(guarded, path, Authorization="Bearer wrong").json() == {"ok": True}
    assert send(guarded, path, Authorization="Bearer s3cret").json()["worlds"] == ["default"]


def test_while_the_fixture_is_loading_every_client_gets_not_ready() -> None:
    app = create_app(Settings(ephemeral=True, admin_token="s3cret"), load=False)  # noqa: S106
    with running(app) as client:
        assert send(client, HEALTH, Host="10.1.2.3").json() == {"ok": True}
        assert_error(send(client, "/__admin/ready", Host="10.1.2.3"), 503, "not_ready")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer ", "bEaReR  "])
def test_the_scheme_of_the_token_ignores_case(guarded: Client, scheme: str) -> None:
    assert send(guarded, Authorization=f"{scheme} s3cret").status_code == 200


@pytest.mark.parametrize("host", ["localhost:65535", "localhost:60001", "127.0.0.1:80", "[::1]:49152"])
def test_the_mocks_own_pages_are_accepted_on_any_port(client: Client, host: str) -> None:
    assert send(client, Host=host, Origin=f"http://{host}").status_code == 200


def test_the_mocks_own_pages_are_accepted(client: Client) -> None:
    assert send(client, Origin=client.url).status_code == 200
    assert send(client, Origin="http://LOCALHOST:5", Host="localhost:5").status_code == 200
    assert send(client, Origin="http://localhost", Host="localhost:80").status_code == 200
    assert send(client, Origin="http://[::1]:5", Host="[0:0::1]:5").status_code == 200
    assert send(client, Origin="https://localhost", Host="localhost").status_code == 200  # TLS by a proxy


@pytest.mark.parametrize("origins", [("own", "https://evil.example"), ("https://evil.example", "own")])
def test_of_two_origins_none_counts(client: Client, origins: tuple[str, str]) -> None:
    from tests.contract.raw import Raw

    own = client.url.removeprefix("http://")
    lines = [f"Origin: {each.replace('own', client.url)}\r\n" for each in origins]
    with Raw(client.url) as raw:
        response = raw.call(f"GET {STATE} HTTP/1.1\r\nHost: {own}\r\n{''.join(lines)}\r\n".encode())
    assert response.status == 403


@pytest.mark.parametrize(
    "host", ["localhost/evil.example", "localhost?.evil.example", "localhost#", "@localhost"]
)
def test_under_other_servers_an_invalid_host_is_rejected_too(host: str) -> None:
    app = create_app(Settings(ephemeral=True))
    response = app.test_client().get(STATE, environ_overrides={"HTTP_HOST": host})
    assert response.status_code == 403
    app.close()


def test_a_request_without_a_host_header_is_accepted(client: Client) -> None:
    from tests.contract.raw import Raw

    with Raw(client.url) as raw:
        assert raw.call(f"GET {STATE} HTTP/1.0\r\n\r\n".encode()).status == 200


@pytest.fixture(scope="module")
def guarded() -> Iterator[Client]:
    with serving(
        admin_token="s3cret",  # noqa: S106 (no secret)
        allow_host=("rev_mock", "mock.example"),
    ) as client:
        yield client


@pytest.mark.parametrize(
    "host", ["rev_mock:7384", "mock.example", "MOCK.EXAMPLE:1", "mock.example.:80", "localhost"]
)
def test_allow_host_accepts_more_hosts(guarded: Client, host: str) -> None:
    assert send(guarded, Host=host, Authorization="Bearer s3cret").status_code == 200
    assert send(guarded, Host=host, Authorization="Bearer s3cret", Origin=f"http://{host}").status_code == 200


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "s3cret", "Basic s3cret", "Bearer s3cretü"]
)
@pytest.mark.parametrize("path", [STATE, "/__admin/nonsense"])
def test_the_admin_token_is_required_on_every_path(
    guarded: Client, authorization: str | None, path: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    message = assert_error(send(guarded, path, **headers), 401, "unauthorized")
    assert "Bearer TOKEN" in message


def test_the_api_needs_no_admin_token(guarded: Client) -> None:
    assert guarded.get("/v1/SystemStatus").status_code == 200


@pytest.mark.parametrize("token", ["pässwört ☃", " spaces "])
def test_a_token_may_contain_any_characters(token: str) -> None:
    with serving(admin_token=token) as client:
        authorization = f"Bearer {token}".encode()
        assert (
            client.get(STATE, headers={"Authorization": authorization.rstrip()}, auth=NO_AUTH).status_code
            == 200
        )
        assert_error(
            client.get(STATE, headers={"Authorization": authorization + b"x"}, auth=NO_AUTH),
            401,
            "unauthorized",
        )


def NO_AUTH(prepared: requests.PreparedRequest) -> requests.PreparedRequest:  # noqa: N802 (a constant)
    """Authentication for requests that leaves the header as it is."""
    return prepared


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/__admin/state", 200),
        ("GET", "/__admin/health", 200),
        ("GET", "/__admin/", 200),
        ("GET", "/__admin/static/options.json", 200),
        ("GET", "/__admin/static/nothing.js", 404),
        ("GET", "/__admin/nothing", 404),
        ("PUT", "/__admin/health", 405),
        ("PUT", "/__admin/clock", 400),
    ],
)
def test_no_response_of_the_admin_side_is_taken_for_a_script(
    client: Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.headers["X-Content-Type-Options"]) == (status, "nosniff")


def test_the_api_sends_what_rev_io_sends(client: Client) -> None:
    for path in ("/v1/SystemStatus", "/v1/Customers/1", "/v1/nothing"):
        assert "X-Content-Type-Options" not in client.get(path).headers
