"""Pages of an allowed origin can call Rev.io's API from a browser; the admin API stays closed to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.quantities import Limit
from mockrevio.settings import Settings, hash_secret
from tests.contract.common import LINKS, STATUS
from tests.support import LINK, Client, running, serving

APP = "http://localhost:3000"
ASKED = "authorization,content-type,ocp-apim-subscription-key,x-mock-fault"
OWN = {"Origin": None, "Sec-Fetch-Site": None}
"""What makes a request of the page one of the test's own."""
PREFLIGHT = {
    "Origin": APP,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": ASKED,
    "Sec-Fetch-Site": "same-site",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    with serving(allow_origin=(APP, "https://app.example"), subscription_key=(hash_secret("k"),)) as client:
        yield client


@pytest.fixture
def client(server: Client) -> Iterator[Client]:
    """A client whose requests come from a page of an allowed origin."""
    server.post("/__admin/reset").raise_for_status()
    server.headers = {"Origin": APP, "Sec-Fetch-Site": "same-site", "Ocp-Apim-Subscription-Key": "k"}
    yield server
    server.headers = {}


def cors_headers(response: requests.Response) -> dict[str, str]:
    """What a response tells the browser, by lowercase name without the prefix."""
    headers = {name.lower(): text for name, text in response.headers.items()}
    prefix = "access-control-"
    return {name.removeprefix(prefix): text for name, text in headers.items() if name.startswith(prefix)}


def assert_readable(response: requests.Response, origin: str = APP) -> None:
    """Check that a page of the origin can read the response and the headers that explain it."""
    headers = cors_headers(response)
    assert headers["allow-origin"] == origin
    assert headers["allow-credentials"] == "true"
    exposed = headers["expose-headers"].split(", ")
    assert {"X-Mock-Request-Id", "X-Mock-Explain", "Location", "Retry-After"} <= set(exposed)
    assert response.headers["Vary"] == "Origin"


def preflight(client: Client, path: str = LINKS, **headers: str) -> requests.Response:
    """Ask as a browser does: without credentials."""
    return requests.options(client.url + path, headers={**PREFLIGHT, **headers}, timeout=30)


@pytest.mark.parametrize("path", [LINKS, f"{LINKS}/1", "/v1/Nowhere", "/V1/customers/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_preflight_succeeds(server: Client, path: str, method: str) -> None:
    response = preflight(server, path, **{"Access-Control-Request-Method": method})
    assert (response.status_code, response.reason, response.text) == (204, "No Content", "")
    assert "Content-Type" not in response.headers
    assert_readable(response)
    headers = cors_headers(response)
    assert method in headers["allow-methods"].split(", ")
    assert headers["allow-headers"] == ASKED
    assert int(headers["max-age"]) > 0


def test_a_preflight_passes_gateway_authentication_faults_and_log() -> None:
    with serving(
        allow_origin=(APP,),
        subscription_key=(hash_secret("k"),),
        rate_limit=Limit.parse("1/60"),
        isolate_clients=True,
    ) as client:
        client.post("/__admin/faults", json={"effect": {"status": 503}}).raise_for_status()
        assert [preflight(client).status_code for _ in range(3)] == [204] * 3
        assert client.get("/__admin/faults").json()["faults"][0]["matched"] == 0
        assert client.get("/__admin/requests").json()["count"] == 0
        assert client.get("/__admin/worlds").json()["count"] == 0


def test_a_preflight_succeeds_while_the_fixture_is_loading() -> None:
    app = create_app(Settings(ephemeral=True, allow_origin=(APP,)), load=False)
    with running(app) as client:
        assert preflight(client).status_code == 204
        response = client.get(STATUS, headers={"Origin": APP})
        assert response.status_code == 503
        assert_readable(response)


def test_a_public_page_may_reach_this_machine(server: Client) -> None:
    response = preflight(server, **{"Access-Control-Request-Private-Network": "true"})
    assert cors_headers(response)["allow-private-network"] == "true"
    assert "allow-private-network" not in cors_headers(preflight(server))


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3001", "https://localhost:3000", "http://127.0.0.1:3000", "null", "", "http://localhost",
     "http://localhost:3000.evil.example", "http://localhost:3000/", "https://evil.app.example"],
)  # fmt: skip
def test_other_origins_get_ordinary_responses_without_cors_headers(server: Client, origin: str) -> None:
    response = preflight(server, Origin=origin)
    assert response.status_code == 401  # the gateway: a preflight has no subscription key
    assert cors_headers(response) == {}
    assert response.headers["Vary"] == "Origin"
    headers = {"Origin": origin, "Ocp-Apim-Subscription-Key": "k"}
    assert cors_headers(server.get(STATUS, headers=headers)) == {}
    assert server.post(LINKS, json=LINK, headers=headers).status_code == 403


def test_options_is_not_a_preflight_unless_it_names_a_method(client: Client) -> None:
    response = client.options(LINKS)
    assert (response.status_code, response.headers["Allow"]) == (200, "GET, HEAD, OPTIONS, POST")
    assert_readable(response)


@pytest.mark.parametrize("origin", [APP, "https://app.example", "HTTPS://APP.EXAMPLE:443"])
def test_a_page_of_an_allowed_origin_can_write_and_read(client: Client, origin: str) -> None:
    client.headers["Origin"] = origin
    created = client.post(LINKS, json=LINK)
    assert created.status_code == 201
    for response in (created, client.get(LINKS), client.head(LINKS), client.delete(f"{LINKS}/1")):
        assert_readable(response, origin)


def test_an_allowed_origin_may_use_any_host_name(client: Client) -> None:
    assert client.post(LINKS, json=LINK, headers={"Host": "restapi.rev.io"}).status_code == 201


def test_errors_can_be_read(client: Client) -> None:
    for response, status in (
        (client.get(STATUS, auth=("nobody", "x")), 401),
        (client.get(STATUS, headers={"Ocp-Apim-Subscription-Key": "x"}), 401),
        (client.get(f"{LINKS}/99"), 404),
        (client.get("/v1/Nowhere"), 404),
        (client.request("BREW", LINKS), 405),
        (client.post(LINKS, json={}), 400),
        (client.post(LINKS, data=b"<x/>", headers={"Content-Type": "text/xml"}), 415),
        (client.get(STATUS, headers={"X-Mock-Fault": "nonsense"}), 400),
    ):
        assert response.status_code == status
        assert_readable(response)


def test_the_gateways_limits_can_be_read(client: Client) -> None:
    client.patch("/__admin/settings", json={"rate_limit": "1/60"}, headers=OWN)
    responses = [client.get(STATUS) for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 429]
    assert_readable(responses[1])


@pytest.mark.parametrize("phase", ["before_commit", "after_commit"])
@pytest.mark.parametrize("effect", [{"status": 503}, {"preset": "html_error"}, {"latency": "1ms"}])
@pytest.mark.parametrize("server_headers", ["mock", "iis"])
def test_faults_that_respond_can_be_read(
    client: Client, effect: dict[str, Any], phase: str, server_headers: str
) -> None:
    client.patch("/__admin/settings", json={"server_headers": server_headers}, headers=OWN)
    client.post("/__admin/faults", json={"effect": effect, "phase": phase}, headers=OWN).raise_for_status()
    response = client.post(LINKS, json=LINK)
    assert_readable(response)
    assert "fired" in response.headers["X-Mock-Explain"]
    [logged] = client.get("/__admin/requests", headers=OWN).json()["requests"]
    assert ["Access-Control-Allow-Origin", APP] in [
        list(pair) for pair in logged["response"]["headers"].items()
    ]


@pytest.mark.parametrize("path", ["/__admin/state", "/__admin/health", "/__admin/", "/__admin/nonsense"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_the_admin_api_stays_closed(server: Client, method: str, path: str) -> None:
    response = server.request(method, path, headers=PREFLIGHT)
    assert response.status_code == 403 or (method, path) == ("GET", "/__admin/health")
    assert cors_headers(response) == {}
    assert cors_headers(server.request(method, path)) == {}


def test_without_allowed_origins_no_response_varies(server: Client) -> None:
    assert server.get(STATUS).headers["Vary"] == "Origin"
    with serving() as client:
        response = client.get(STATUS, headers={"Origin": APP})
        assert "Vary" not in response.headers
        assert cors_headers(response) == {}
