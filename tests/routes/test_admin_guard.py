"""The admin side is open to this machine and to nobody's website."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.routes.test_admin_responses import assert_refused
from tests.support import Client, serving

HEALTH = "/__admin/health"


def call(client: Client, path: str = HEALTH, method: str = "GET", **headers: str) -> requests.Response:
    return requests.request(method, client.url + path, headers=headers, timeout=30)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:7384", "LOCALHOST", "mock.localhost", "127.0.0.1", "127.9.9.9:1", "[::1]:5"],
)
def test_a_loopback_host_may_call(client: Client, host: str) -> None:
    assert call(client, Host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7384",
        "10.0.0.1",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "xlocalhost",
        "[",
        "a b",
        "rev_mock",
    ],
)
@pytest.mark.parametrize("path", [HEALTH, "/__admin/entities/CUSTOMER/1", "/__admin/nonsense"])
def test_any_other_host_is_refused_whatever_it_asks_for(client: Client, host: str, path: str) -> None:
    message = assert_refused(call(client, path, Host=host), 403, "foreign_host")
    assert "--allow-host" in message


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://[", ""])
def test_a_foreign_origin_is_refused_whatever_it_asks_for(client: Client, method: str, origin: str) -> None:
    answer = call(client, "/__admin/reset", method, Origin=origin)
    assert_refused(answer, 403, "foreign_origin")
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("host", ["localhost:65535", "localhost:60001", "127.0.0.1:80", "[::1]:49152"])
def test_a_page_of_the_mock_itself_may_call_from_any_port(client: Client, host: str) -> None:
    assert call(client, Host=host, Origin=f"http://{host}").status_code == 200


def test_the_mock_s_own_pages_may_call(client: Client) -> None:
    assert call(client, Origin=client.url).status_code == 200
    assert call(client, Origin="http://LOCALHOST:5", Host="localhost:5").status_code == 200


def test_a_host_without_a_name_is_no_browser(client: Client) -> None:
    from tests.contract.raw import Raw

    with Raw(client.url) as raw:
        assert raw.call(f"GET {HEALTH} HTTP/1.0\r\n\r\n".encode()).status == 200


@pytest.fixture(scope="module")
def guarded() -> Iterator[Client]:
    with serving(
        admin_token="s3cret",  # noqa: S106 (no secret)
        allow_host=("rev_mock", "Mock.Example", "Ported.Example:7384"),
    ) as client:
        yield client


@pytest.mark.parametrize(
    "host", ["rev_mock:7384", "mock.example", "MOCK.EXAMPLE:1", "ported.example", "localhost"]
)
def test_further_hosts_may_be_allowed(guarded: Client, host: str) -> None:
    assert call(guarded, Host=host, Authorization="Bearer s3cret").status_code == 200
    assert call(guarded, Host=host, Authorization="Bearer s3cret", Origin=f"http://{host}").status_code == 200


@pytest.mark.parametrize(
    "sent", [None, "", "Bearer", "Bearer wrong", "s3cret", "Basic s3cret", "Bearer s3cretü"]
)
@pytest.mark.parametrize("path", [HEALTH, "/__admin/state", "/__admin/nonsense"])
def test_where_there_is_a_token_nobody_calls_without_it(guarded: Client, sent: str | None, path: str) -> None:
    headers = {} if sent is None else {"Authorization": sent}
    message = assert_refused(call(guarded, path, **headers), 401, "unauthorized")
    assert "Bearer TOKEN" in message


def test_the_token_does_not_concern_the_api(guarded: Client) -> None:
    assert guarded.get("/v1/SystemStatus").status_code == 200


@pytest.mark.parametrize("token", ["pässwört ☃", " blanks "])
def test_a_token_may_have_any_characters(token: str) -> None:
    with serving(admin_token=token) as client:
        sent = f"Bearer {token}".encode()
        assert client.get(HEALTH, headers={"Authorization": sent.rstrip()}, auth=NO_AUTH).status_code == 200
        assert_refused(
            client.get(HEALTH, headers={"Authorization": sent + b"x"}, auth=NO_AUTH), 401, "unauthorized"
        )


def NO_AUTH(prepared: requests.PreparedRequest) -> requests.PreparedRequest:  # noqa: N802 (a constant)
    """Leaves the header as it is."""
    return prepared
