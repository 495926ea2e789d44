"""The admin API accepts requests from this machine, not from web pages on other sites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.routes.common import assert_error
from tests.support import Client, serving

HEALTH = "/__admin/health"


def send(client: Client, path: str = HEALTH, method: str = "GET", **headers: str) -> requests.Response:
    return requests.request(method, client.url + path, headers=headers, timeout=30)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:7384", "LOCALHOST", "mock.localhost", "127.0.0.1", "127.9.9.9:1", "[::1]:5"],
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
        "[",
        "a b",
        "rev_mock",
    ],
)
@pytest.mark.parametrize("path", [HEALTH, "/__admin/entities/CUSTOMER/1", "/__admin/nonsense"])
def test_any_other_host_is_rejected_on_every_path(client: Client, host: str, path: str) -> None:
    message = assert_error(send(client, path, Host=host), 403, "foreign_host")
    assert "--allow-host" in message


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://[", ""])
def test_a_foreign_origin_is_rejected_with_every_method(client: Client, method: str, origin: str) -> None:
    response = send(client, "/__admin/reset", method, Origin=origin)
    assert_error(response, 403, "foreign_origin")
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("host", ["localhost:65535", "localhost:60001", "127.0.0.1:80", "[::1]:49152"])
def test_the_mocks_own_pages_are_accepted_on_any_port(client: Client, host: str) -> None:
    assert send(client, Host=host, Origin=f"http://{host}").status_code == 200


def test_the_mocks_own_pages_are_accepted(client: Client) -> None:
    assert send(client, Origin=client.url).status_code == 200
    assert send(client, Origin="http://LOCALHOST:5", Host="localhost:5").status_code == 200


def test_a_request_without_a_host_header_is_accepted(client: Client) -> None:
    from tests.contract.raw import Raw

    with Raw(client.url) as raw:
        assert raw.call(f"GET {HEALTH} HTTP/1.0\r\n\r\n".encode()).status == 200


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
@pytest.mark.parametrize("path", [HEALTH, "/__admin/state", "/__admin/nonsense"])
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
            client.get(HEALTH, headers={"Authorization": authorization.rstrip()}, auth=NO_AUTH).status_code
            == 200
        )
        assert_error(
            client.get(HEALTH, headers={"Authorization": authorization + b"x"}, auth=NO_AUTH),
            401,
            "unauthorized",
        )


def NO_AUTH(prepared: requests.PreparedRequest) -> requests.PreparedRequest:  # noqa: N802 (a constant)
    """Authentication for requests that leaves the header as it is."""
    return prepared
