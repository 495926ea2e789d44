"""Proxies are not asked for intercepted hosts, however a client knows them; other hosts keep theirs."""

from __future__ import annotations

import os
import sys

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.testing.intercept.proxies import exempt_from_proxies
from tests.testing.intercept.clients import PROXIED, client
from tests.testing.intercept.services import Running
from tests.testing.suites import run_alone

pytest_plugins = ["pytester"]

each_proxied = pytest.mark.parametrize("name", PROXIED)


@each_proxied
def test_a_proxy_in_the_code_is_asked_only_outside(
    revio: MockRevio, real: Running, proxy: Running, name: str
) -> None:
    with client(name, proxy.url) as call:
        assert call(f"{real.url}/v1/Bills") == "real"
        assert proxy.requests == [f"CONNECT {real.host}"]
        seen = proxy.connections, real.connections
        with revio.intercept("localhost"):
            assert call(f"{real.url}/v1/Bills") != "real"
            assert call(f"{real.url}/v1/Bills") != "real"
        assert (proxy.connections, real.connections) == seen
        assert revio.requests.count(method="POST") == 2
        assert call(f"{real.url}/v1/Bills") == "real"
        assert set(proxy.requests) == {f"CONNECT {real.host}"}
        assert len(real.requests) == 2


@each_proxied
def test_a_proxy_is_not_asked_for_calls_without_tls(
    revio: MockRevio, real_http: Running, proxy: Running, name: str
) -> None:
    with client(name, proxy.url) as call, revio.intercept("localhost"):
        assert call(f"{real_http.url}/v1/Bills") != "real"
        assert call(f"{real_http.url}/v1/Bills") != "real"
    assert (proxy.connections, real_http.connections) == (0, 0)
    assert revio.requests.count(method="POST", path="/v1/Bills") == 2


@pytest.fixture(params=["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def in_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, proxy: Running) -> None:
    """The proxy is in a variable, without exemptions."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(request.param, proxy.url)


@pytest.mark.usefixtures("in_environment")
@pytest.mark.parametrize("name", ["requests", "urllib", "httpx", "httpx-asyncio"])
def test_a_proxy_of_the_environment_is_not_asked(
    revio: MockRevio, real: Running, proxy: Running, name: str
) -> None:
    before = dict(os.environ)
    with client(name) as call, revio.intercept("localhost"):
        assert call(f"{real.url}/v1/Bills") != "real"
        assert dict(os.environ) == before
    assert (proxy.connections, real.connections) == (0, 0)


def test_other_hosts_still_go_through_their_proxy(
    revio: MockRevio, real_http: Running, proxy: Running
) -> None:
    proxies = {"http": proxy.url}
    with revio.intercept(), requests.Session() as session:
        session.get(f"{real_http.url}/other", proxies=proxies, timeout=5)
        session.get("http://restapi.rev.io/v1/Bills", proxies=proxies, timeout=5)
        session.get(f"{real_http.url}/other", proxies=proxies, timeout=5)
    assert proxy.requests == [f"GET {real_http.url}/other"] * 2
    assert revio.requests.count(path="/v1/Bills") == 1


def test_a_socks_proxy_is_not_asked(revio: MockRevio, real: Running, proxy: Running) -> None:
    proxies = {"https": f"socks5h://{proxy.host}"}
    with revio.intercept("localhost"), requests.Session() as session:
        response = session.get(
            f"{real.url}/v1/SystemStatus", auth=revio.credentials, proxies=proxies, timeout=5
        )
    assert response.json() == {"ok": True}
    assert (proxy.connections, real.connections) == (0, 0)


def test_the_mocks_own_address_needs_no_proxy(
    revio: MockRevio, proxy: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    with revio.intercept(), client("requests") as call:
        call(f"{revio.url}/Bills")
    assert proxy.connections == 0


def test_the_exemption_keeps_the_exemptions_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.delenv("no_proxy", raising=False)
    with exempt_from_proxies("http://127.0.0.1:7384"):
        assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "example.org,127.0.0.1"
    assert os.environ["NO_PROXY"] == "example.org"
    assert "no_proxy" not in os.environ


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_the_proxies_of_the_system_stay_in_use(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    before = dict(os.environ)
    with exempt_from_proxies("http://127.0.0.1:7384"):
        assert dict(os.environ) == before


def test_the_fixture_is_exempt_from_the_proxy_of_the_environment(
    pytester: pytest.Pytester, proxy: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    pytester.makepyfile(
        """
        import requests

        def test_call(mock_revio):
            url = f"{mock_revio.url}/SystemStatus"
            assert requests.get(url, auth=mock_revio.credentials, timeout=5).status_code == 200
        """
    )
    run_alone(pytester).assert_outcomes(passed=1)
    assert proxy.connections == 0


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_the_fixture_is_exempt_from_a_proxy_that_a_test_or_a_fixture_sets(
    pytester: pytest.Pytester, proxy: Running, variable: str
) -> None:
    pytester.makepyfile(
        f"""
        import os
        import pytest, requests

        def send(revio):
            url = f"{{revio.url}}/SystemStatus"
            return requests.get(url, auth=revio.credentials, timeout=5).status_code

        @pytest.fixture
        def proxy(monkeypatch):
            monkeypatch.setenv("NO_PROXY", "")
            monkeypatch.setenv("no_proxy", "corp.example")
            monkeypatch.setenv({variable!r}, {proxy.url!r})

        def test_in_the_test(mock_revio, monkeypatch):
            monkeypatch.setenv({variable!r}, {proxy.url!r})
            assert send(mock_revio) == 200

        def test_in_a_fixture(proxy, mock_revio):
            assert os.environ["no_proxy"] == "corp.example,127.0.0.1"
            assert send(mock_revio) == 200
        """
    )
    run_alone(pytester).assert_outcomes(passed=2)
    assert proxy.connections == 0
