"""Clients that reach the mock through nginx, as docs/proxy.md configures it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import trustme

from mockrevio.errors import ServerError
from mockrevio.testing.health import check_health
from tests.events import Events
from tests.load_settings import load
from tests.programs import needs
from tests.routes.proxies.nginx import nginx
from tests.support import LINK, Client, serving

pytestmark = needs("nginx")
LINKS = "/v1/IntegrationKeyLink"
PREFIXED = ["prefix-left.conf", "prefix-stripped.conf"]


@contextmanager
def behind(name: str, folder: Path, **options: Any) -> Iterator[tuple[Client, Client]]:
    """A client of nginx, and one of the mock itself."""
    options = {"base_path": "/revio", "trusted_proxy": ("127.0.0.1",), **options}
    with serving(**options) as direct, nginx(name, direct.url, folder) as proxied:
        yield proxied, direct


@pytest.fixture(params=PREFIXED)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Client, Client]]:
    with behind(request.param, tmp_path) as clients:
        yield clients


def test_a_client_can_follow_the_location_of_what_it_creates(pair: tuple[Client, Client]) -> None:
    proxied, _ = pair
    created = proxied.post(LINKS, json=LINK)
    assert created.status_code == 201
    location = created.headers["Location"]
    assert location == f"{proxied.url}{LINKS}/{created.json()['id']}"
    assert proxied.get(location).json()["internal_id"] == 1015


def test_the_mock_names_addresses_below_the_prefix(pair: tuple[Client, Client]) -> None:
    proxied, _ = pair
    assert proxied.get("/").json()["api"] == "/revio/v1"
    for document in ("/openapi.json", "/__admin/openapi.json"):
        server = requests.compat.urljoin(
            proxied.url + document, proxied.get(document).json()["servers"][0]["url"]
        )
        assert server in (f"{proxied.url}/v1", f"{proxied.url}/__admin")
    assert proxied.get("/__admin").url == f"{proxied.url}/__admin/"
    navigation = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
    assert proxied.get("/v1", headers=navigation).url == f"{proxied.url}/__admin/"
    missing = proxied.post(LINKS, json={**LINK, "internal_id": 4711})
    assert "POST /revio/__admin/entities/CUSTOMER" in missing.headers["X-Mock-Explain"]


def test_faults_and_the_log_have_the_paths_of_rev_io(pair: tuple[Client, Client]) -> None:
    proxied, direct = pair
    rule = {"match": {"path": "/v1/Customers"}, "effect": {"status": 503}, "when": {"times": 1}}
    assert proxied.post("/__admin/faults", json=rule).status_code == 201
    assert [proxied.get("/v1/Customers").status_code for _ in range(2)] == [503, 200]
    verified = proxied.post("/__admin/requests/verify", json={"match": {"path": "/v1/Customers"}, "count": 2})
    assert verified.json() == {"ok": True, "count": 2}
    assert {call["path"] for call in direct.get("/__admin/requests").json()["requests"]} == {"/v1/Customers"}


def test_the_log_has_the_address_of_the_client_whatever_it_claims(pair: tuple[Client, Client]) -> None:
    proxied, _ = pair
    for claim in ({}, {"X-Forwarded-For": "192.0.2.9"}, {"Forwarded": "for=192.0.2.9;host=evil.example"}):
        created = proxied.post(LINKS, json=LINK, headers={**claim, "X-Forwarded-Prefix": "/evil"})
        assert created.status_code in (201, 400)
        assert "does not count" not in created.headers.get("X-Mock-Explain", "")
    calls = proxied.get("/__admin/requests").json()["requests"]
    assert [call["peer"] for call in calls] == ["127.0.0.1"] * 3  # nginx does not tell the port


def test_calls_of_several_clients_share_a_connection_to_the_mock(tmp_path: Path) -> None:
    with behind("prefix-left.conf", tmp_path, trusted_proxy=()) as (proxied, _):
        for path in ("/v1/Customers", "/v1/Customers/1015", "/v1/SystemStatus"):
            assert proxied.get(path, headers={"Connection": "close"}).status_code == 200
        calls = proxied.get("/__admin/requests").json()["requests"]
        assert len({call["peer"] for call in calls}) == 1  # the port of nginx, which is not trusted here


def test_a_broken_connection_reaches_the_mock_once(pair: tuple[Client, Client]) -> None:
    proxied, _ = pair
    assert proxied.get("/v1/Customers").status_code == 200  # so that nginx has a connection to reuse
    assert proxied.post("/__admin/faults", json={"effect": {"connection": "reset"}, "when": {"times": 1}}).ok
    assert proxied.get("/v1/Customers").status_code == 502
    assert proxied.post("/__admin/requests/count", json={"match": {}}).json()["count"] == 2


def test_events_arrive_as_they_happen(pair: tuple[Client, Client]) -> None:
    proxied, direct = pair
    with Events(proxied) as events:
        direct.get("/v1/Customers/1015")
        assert events.call(path="/v1/Customers/1015", in_progress=False)["status"] == 200


def test_large_bodies_pass_in_both_directions(pair: tuple[Client, Client]) -> None:
    proxied, _ = pair
    links = [{**LINK, "integration_key_link_id": n, "external_id": f"{n:0>200}"} for n in range(1, 10_001)]
    state = {**proxied.get("/__admin/state").json(), "key_links": links}
    replaced = proxied.put("/__admin/state", json=state)
    assert replaced.status_code == 200, replaced.text
    assert len(proxied.get("/__admin/state").json()["key_links"]) == 10_000
    too_large = proxied.post(
        LINKS, data=b"{" + b" " * (2 << 20) + b"}", headers={"Content-Type": "application/json"}
    )
    assert too_large.status_code == 413
    assert "X-Mock-Request-Id" in too_large.headers


@pytest.mark.parametrize("path", ["/%72evio/v1/Customers/1015", "/revio/V1/CUSTOMERS/1015"])
def test_other_spellings_of_a_path_work(pair: tuple[Client, Client], path: str) -> None:
    proxied, _ = pair
    assert proxied.get(proxied.url.removesuffix("/revio") + path).status_code == 200


def test_the_admin_api_needs_an_allowed_host_through_the_proxy(tmp_path: Path) -> None:
    with behind("prefix-left.conf", tmp_path, allow_host=("staging.example",)) as (proxied, _):
        for host, status in (("staging.example", 200), ("evil.example", 403)):
            for claim in ({}, {"X-Forwarded-Host": "localhost"}, {"Forwarded": "host=localhost"}):
                response = proxied.get("/__admin/state", headers={"Host": host, **claim})
                assert response.status_code == status


def test_pages_of_the_proxy_may_use_the_admin_api_and_others_may_not(tmp_path: Path) -> None:
    with behind("prefix-left.conf", tmp_path, allow_host=("staging.example",)) as (proxied, _):
        for origin, status in (("http://staging.example:8080", 200), ("http://evil.example", 403)):
            headers = {"Host": "staging.example:8080", "Origin": origin, "Sec-Fetch-Site": "same-origin"}
            assert proxied.post("/__admin/reset", headers=headers).status_code == status


def test_healthcheck_goes_through_the_proxy(pair: tuple[Client, Client]) -> None:
    proxied, direct = pair
    assert check_health(proxied.url, load()).startswith(f"{proxied.url} is ready: mockrevio")
    with pytest.raises(ServerError, match="is not mockrevio"):
        check_health(proxied.url.removesuffix("/revio"), load())
    settings = load({"port": str(urlsplit(direct.url).port), "base_path": "/revio"})
    assert f":{settings.port}/revio is ready" in check_health(None, settings)


def test_addresses_have_the_scheme_that_the_proxy_serves(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "staging.example.pem"))
    certificate.private_key_pem.write_to_path(str(tmp_path / "staging.example.key"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    with behind("tls.conf", tmp_path, base_path="") as (proxied, _):
        proxied.verify = str(tmp_path / "ca.pem")
        location = proxied.post(LINKS, json=LINK).headers["Location"]
        assert location == f"{proxied.url}{LINKS}/1"
        assert proxied.get(location).status_code == 200
        assert proxied.get("/__admin", allow_redirects=False).headers["Location"] == f"{proxied.url}/__admin/"
