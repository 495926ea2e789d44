"""The prefix of paths, and whose forwarding headers count. The peer of these calls is 127.0.0.1."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.app import create_app
from mockrevio.routes.proxies.front import without_prefix
from mockrevio.settings import Settings
from tests.contract.raw import Raw
from tests.routes.common import assert_error
from tests.support import LINK, Client, process, serving

LINKS = "/v1/IntegrationKeyLink"
PROXY = ("127.0.0.1",)


def location(client: Client, path: str = LINKS, **headers: str) -> str:
    created = client.post(path, json={**LINK, "external_id": str(id(headers))}, headers=headers)
    assert created.status_code == 201, created.text
    return created.headers["Location"]


def peers(client: Client) -> list[str]:
    return [call["peer"] for call in client.get("/__admin/requests").json()["requests"]]


# The prefix.


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/revio/v1", "/v1"),
        ("/REVIO/v1", "/v1"),
        ("/revio", "/"),
        ("/revio/", "/"),
        ("/revio/revio/v1", "/revio/v1"),
        ("/revio//v1", "//v1"),
        ("/reviox/v1", None),
        ("/v1", None),
        ("//revio/v1", None),
        ("/revio%2Fv1", None),
        ("*", None),
    ],
)
def test_a_prefix_is_whole_segments_at_the_start(path: str, rest: str | None) -> None:
    assert without_prefix(path, "/revio") == rest


@pytest.mark.parametrize("prefix", ["/revio", "/%72evio", "/Revio", ""])
def test_with_or_without_the_prefix_the_mock_is_the_same(prefix: str) -> None:
    with serving(base_path="/revio") as client:
        assert location(client, f"{prefix}{LINKS}") == f"{client.url}/revio{LINKS}/1"
        assert client.get(f"{prefix}/__admin/ready").json()["worlds"] == ["default"]
        assert client.get(f"{prefix}/v1/IntegrationKeyLink/1").json()["external_id"]
        navigation = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
        response = client.get(f"{prefix}/", headers=navigation, allow_redirects=False)
        assert response.headers["Location"] == "/revio/__admin/"
        assert client.get(f"{prefix}/__admin/openapi.json").json()["servers"][0]["url"] == "/revio/__admin"
        paths = [call["path"] for call in client.get("/__admin/requests").json()["requests"]]
        assert paths == [LINKS, f"{LINKS}/1"]


def test_a_path_with_the_prefix_twice_is_unknown() -> None:
    with serving(base_path="/revio") as client:
        assert client.get("/revio/revio/v1/Customers").status_code == 404
        assert client.get("/revio//v1/Customers").status_code == 404


def test_a_delayed_call_and_one_whose_body_comes_late_lose_the_prefix_once() -> None:
    with serving(base_path="/revio", isolate_clients=True) as client:
        slow = client.get("/revio/v1/Customers/1015", headers={"X-Mock-Latency": "10ms"})
        assert slow.status_code == 200
        body = iter([b'{"integration_system_id": 4, ', b'"integration_entity_type_id": 2}'])
        assert client.post(f"/revio{LINKS}", data=body).status_code in (400, 415)
        calls = client.get("/__admin/requests?client=acme").json()["requests"]
        assert [call["path"] for call in calls] == ["/v1/Customers/1015", LINKS]


@pytest.mark.parametrize("prefix", ["/revio", "/%72evio"])
def test_the_admin_api_takes_large_bodies_below_the_prefix(prefix: str) -> None:
    with serving(base_path="/revio") as client:
        state = client.get("/__admin/state").json()
        state["snapshot_comment"] = "x" * (2 << 20)
        response = client.put(f"{prefix}/__admin/state", json=state)
        assert "snapshot_comment" in assert_error(response, 400, "invalid")  # read in full, not too large


def test_rejected_requests_are_logged_without_the_prefix() -> None:
    with serving(base_path="/revio") as client:
        with Raw(client.url) as connection:
            assert (
                connection.call(b"GET /revio/v1/Customers HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status
                == 400
            )
        assert [call["path"] for call in client.get("/__admin/requests").json()["requests"]] == [
            "/v1/Customers"
        ]


def test_messages_name_paths_below_the_prefix() -> None:
    with serving(base_path="/revio", fixture=("empty",), isolate_clients=True, max_worlds=1) as client:
        explain = client.post(LINKS, json=LINK).headers["X-Mock-Explain"]
        assert "POST /revio/__admin/entities/CUSTOMER" in explain
        call = client.get("/__admin/requests?client=acme").json()["requests"][0]
        assert call["explain"] == explain
        assert {"advice": "add_entity", "entity_type": "CUSTOMER", "id": 1015} in call["explanation"]
        unknown = assert_error(client.get("/__admin/state?client=other"), 404, "not_found")
        assert "POST /revio/__admin/reset?client=other" in unknown
        full = client.get("/v1/Customers", auth=("tester@other", "secret")).headers["X-Mock-Explain"]
        assert "DELETE /revio/__admin/worlds/acme" in full


def test_a_handle_and_its_advice_work_with_a_prefix() -> None:
    with MockRevio(base_path="/revio") as revio:
        assert revio.url.endswith("/revio/v1")
        response = requests.post(
            f"{revio.url}/IntegrationKeyLink",
            json={**LINK, "internal_id": 4711},
            auth=revio.credentials,
            timeout=5,
        )
        assert response.status_code == 400
        with pytest.raises(AssertionError, match=r'mock_revio\.entities\.add\("CUSTOMER", 4711\)'):
            revio.check(strict="calls")
        assert len(revio.requests) == 1
    with serving(base_path="/revio", isolate_clients=True) as client:
        client.get("/v1/Customers")
        assert len(MockRevio.connect(f"{client.url}/revio", client="acme").requests) == 1


def test_the_lines_at_the_start_name_the_prefix() -> None:
    with process("--ephemeral", "--base-path", "/revio") as server:
        url = server.client.url
        assert f" on {url}/revio/v1 " in server.start_line
        assert server.process.stdout is not None
        assert server.process.stdout.readline() == f"console: {url}/revio/__admin/\n"


def test_another_wsgi_server_may_mount_the_app_below_a_path() -> None:
    app = create_app(Settings(ephemeral=True, base_path="/revio"))
    try:
        response = app.test_client().get("/revio/", environ_overrides={"SCRIPT_NAME": "/mounted"})
        assert response.get_json()["api"] == "/mounted/revio/v1"
    finally:
        app.close()


# Forwarding headers.


@pytest.mark.parametrize("trusted", [(), ("10.0.0.0/8", "::1")])
def test_headers_of_others_are_passed_over(trusted: tuple[str, ...]) -> None:
    with serving(trusted_proxy=trusted) as client:
        claims = {
            "Forwarded": "for=192.0.2.1;proto=https;host=evil.example",
            "X-Forwarded-For": "malformed",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/evil",
        }
        assert location(client, **claims).startswith(f"{client.url}/v1/")
        assert peers(client)[0].startswith("127.0.0.1:")
        assert client.get("/__admin/state", headers=claims).status_code == 200
        assert "X-Mock-Explain" not in client.get("/v1/SystemStatus", headers=claims).headers


@pytest.mark.parametrize(
    ("headers", "address", "peer"),
    [
        (
            {"Forwarded": 'for="[2001:db8::1]:4711";proto=https;host="staging.example:8443"'},
            "https://staging.example:8443/v1",
            "[2001:db8::1]:4711",
        ),
        ({"Forwarded": "for=_hidden;proto=https", "Host": "a.test"}, "https://a.test/v1", "_hidden"),
        (
            {
                "X-Forwarded-For": "9.9.9.9, 192.0.2.1",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": "a.test",
            },
            "https://a.test/v1",
            "192.0.2.1",
        ),
        ({"X-Forwarded-Prefix": "/outer", "Host": "a.test"}, "http://a.test/outer/v1", "127.0.0.1:PORT"),
    ],
)
def test_what_a_trusted_proxy_says_counts(headers: dict[str, str], address: str, peer: str) -> None:
    with serving(trusted_proxy=("127.0.0.0/8",)) as client:
        assert location(client, **headers) == f"{address}/IntegrationKeyLink/1"
        (logged,) = peers(client)
        assert logged == peer or (peer.endswith("PORT") and logged.startswith(peer.removesuffix("PORT")))
        headers_in_log = client.get("/__admin/requests").json()["requests"][0]["headers"]
        assert headers_in_log.items() >= {name.lower(): text for name, text in headers.items()}.items()


@pytest.mark.parametrize(
    ("path", "prefix", "root"),
    [
        ("/v1", "/outer", "/outer"),
        ("/v1", "/", ""),
        ("/revio/v1", "/outer", "/outer/revio"),
        ("/revio/v1", "/outer/revio", "/outer/revio"),
        ("/revio/v1", "/revio", "/revio"),
        ("/v1", None, "/revio"),
    ],
)
def test_what_the_proxy_has_stripped_replaces_the_base_path(path: str, prefix: str | None, root: str) -> None:
    with serving(base_path="/revio", trusted_proxy=PROXY) as client:
        headers = {} if prefix is None else {"X-Forwarded-Prefix": prefix}
        assert location(client, f"{path}/IntegrationKeyLink", **headers) == f"{client.url}{root}{LINKS}/1"


@pytest.mark.parametrize("suspended", [{}, {"X-Mock-Latency": "10ms"}])
def test_headers_that_do_not_count_are_explained_once(suspended: dict[str, str]) -> None:
    with serving(trusted_proxy=PROXY) as client:
        claims = {"X-Forwarded-For": "nonsense", "X-Forwarded-Host": "evil.example", **suspended}
        explain = client.get("/v1/Customers", headers=claims).headers["X-Mock-Explain"]
        assert explain.count("X-Forwarded-For is malformed: 'nonsense' is not an IP address") == 1
        call = client.get("/__admin/requests").json()["requests"][0]
        assert call["explain"] == explain
        assert call["peer"].startswith("127.0.0.1:")
        admin = client.get("/__admin/health", headers=claims)
        assert admin.status_code == 200
        assert "does not count" in admin.headers["X-Mock-Explain"]


# The guards.


def get(client: Client, **headers: str) -> requests.Response:
    return client.get("/__admin/state", headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"Host": "staging.example", "X-Forwarded-Host": "evil.example"},
        # DNS rebinding: the page's own requests may have any header, and some proxies pass it on.
        {"Host": "evil.example", "X-Forwarded-Host": "localhost"},
        {"Host": "evil.example", "X-Forwarded-Host": "staging.example"},
        {"Host": "evil.example", "Forwarded": "host=localhost"},
        {"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
        {"Host": "evil.example", "X-Forwarded-Port": "80"},
        {"Host": "evil.example", "X-Forwarded-Host": "localhost, localhost"},
    ],
)
def test_both_the_host_and_the_forwarded_host_must_be_allowed(headers: dict[str, str]) -> None:
    with serving(trusted_proxy=PROXY, allow_host=("staging.example",)) as client:
        assert "evil.example" in assert_error(get(client, **headers), 403, "foreign_host")
        browser = client.get("/v1/Customers", headers={**headers, "User-Agent": "Mozilla/5.0"})
        assert browser.status_code == 403


def test_allowed_hosts_pass() -> None:
    with serving(trusted_proxy=PROXY, allow_host=("staging.example",)) as client:
        for forwarded in ({}, {"X-Forwarded-Host": "staging.example:8443"}, {"Forwarded": "host=localhost"}):
            assert get(client, **forwarded).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://staging.example", 200), ("http://127.0.0.1:{port}", 403), ("https://evil.example", 403)],
)
def test_the_origin_is_compared_with_the_host_that_the_client_used(origin: str, status: int) -> None:
    with serving(trusted_proxy=PROXY, allow_host=("staging.example",)) as client:
        claims = {"X-Forwarded-Host": "staging.example", "X-Forwarded-Proto": "https"}
        headers = {**claims, "Origin": origin.format(port=client.url.rpartition(":")[2])}
        assert client.post("/__admin/reset", headers=headers).status_code == status


def test_the_guards_look_at_the_fetch_metadata_as_always() -> None:
    with serving(trusted_proxy=PROXY) as client:
        for site in ("cross-site", "same-site"):
            response = get(client, **{"X-Forwarded-Host": "localhost", "Sec-Fetch-Site": site})
            assert_error(response, 403, "foreign_origin")


def test_nothing_is_in_between_if_neither_setting_is_used() -> None:
    def layers(**options: Any) -> str:
        app = create_app(Settings(ephemeral=True, **options))
        app.close()
        return type(app.wsgi_app).__name__

    assert layers() == "SuspensionMiddleware"
    assert layers(base_path="/revio") == layers(trusted_proxy=PROXY) == "function"
