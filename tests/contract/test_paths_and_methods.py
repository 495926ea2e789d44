"""Known paths and methods, and the errors for all others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from mockrevio.revio.resources import BUILT_IN
from tests.contract.raw import Raw, head
from tests.contract.test_error_shape import ACTIONS, RECORD_ROUTES, ROUTES
from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/addresses/1001",
        "/v1/Addresses/1001",
        "/V1/ADDRESSES/1001",
        "/v1/serviceProduct",
        "/v1/ServiceProduct",
        "/v1/systemstatus",
        "/v1/SYSTEMSTATUS",
        "/v1/integrationKeyLink",
    ],
)
@pytest.mark.parametrize("end", ["", "/"])
def test_paths_ignore_case_and_a_trailing_slash_is_tolerated(client: Client, path: str, end: str) -> None:
    response = client.get(path + end, allow_redirects=False)
    assert response.status_code == 200
    assert response.json() == client.get(path.lower()).json()


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v2/Customers",
        "/v1/Customers//",
        "//v1/Customers",
        "//v1/customers",
        "///v1/integrationkeylink",
        "//v1/systemstatus",
        "/v1//Customers",
        "/v1/Customers/1001/x",
        "/v1/Customer",
        "/v1x",
        "/v1/Customers%2F1001",
        "/v1/%ff",
        "/v1/Ünknown",
    ],
)
def test_any_other_path_is_404(client: Client, path: str) -> None:
    response = client.get(path, allow_redirects=False)
    assert (response.status_code, response.reason) == (404, "Not Found")
    assert response.json()[0]["error"] == "not_found"


@pytest.mark.parametrize(
    ("path", "closest"), [("/v1/Customer", "/v1/Customers"), ("/v1/keylinks/1", "/v1/IntegrationKeyLink")]
)
def test_the_explanation_of_a_404_suggests_the_closest_path(client: Client, path: str, closest: str) -> None:
    assert closest in client.get(path).headers["X-Mock-Explain"]


def test_the_message_of_a_404_repeats_the_path_unchanged(client: Client) -> None:
    assert "'/v1/Ünknown/É'" in client.get("/v1/Ünknown/É").json()[0]["message"]


IDS = ["abc", "-1", "0", "1.0", "99999999999999999999", "2147483647", "٤", "4", "²", "%20", "+4", "null"]


@pytest.mark.parametrize("text", [text for text in IDS if text != "4"])
@pytest.mark.parametrize("endpoint", ["IntegrationSystem", "IntegrationKeyLink", "Customers"])
def test_an_invalid_id_is_404(client: Client, endpoint: str, text: str) -> None:
    response = client.get(f"/v1/{endpoint}/{text}")
    assert response.status_code == 404
    decoded = " " if text == "%20" else text
    assert response.json()[0]["message"] == f"{endpoint} {decoded} was not found."
    if endpoint == "IntegrationKeyLink":
        assert client.put(f"/v1/{endpoint}/{text}", json=LINK).status_code == 404
        assert client.delete(f"/v1/{endpoint}/{text}").status_code == 404


@pytest.mark.parametrize(
    ("path", "explanation"),
    [
        ("/v1/Customers/99", "customer 99 does not exist; nearest 1001"),
        ("/v1/IntegrationSystem/77", "integration system 77 does not exist; nearest 14"),
        (f"{LINKS}/5", "integration key link 5 does not exist; none exist"),
        ("/v1/Customers/x", "ids are whole numbers"),
    ],
)
def test_the_explanation_of_a_missing_record_suggests_the_nearest(
    client: Client, path: str, explanation: str
) -> None:
    assert client.get(path).headers["X-Mock-Explain"] == explanation


@pytest.mark.parametrize("path", [path for path in RECORD_ROUTES if "webhook" not in path])
def test_head_returns_the_headers_of_get_without_a_body(client: Client, path: str) -> None:
    client.link()
    if path.endswith("/1"):
        collection = path.removesuffix("1")
        first = client.get(collection, params={"page_size": 1}).json()["records"][0]
        path = collection + str(first[BUILT_IN.at_path(path.split("/")[2]).id_field])
    get_response = client.get(path)
    with Raw(client.url) as raw:
        raw.send(head("HEAD", path))
        response = raw.read(bodiless=True)
        assert response.status == get_response.status_code == 200
        for name in ("Content-Length", "Content-Type"):
            assert response.headers[name.lower()] == get_response.headers[name]
        assert response.headers["x-mock-request-id"]
        assert raw.call(head("GET", path)).body == get_response.content  # so HEAD sent no body


def test_head_of_a_missing_record_is_404_without_a_body(raw: Raw) -> None:
    raw.send(head("HEAD", f"{LINKS}/1"))
    response = raw.read(bodiless=True)
    assert (response.status, response.reason) == (404, "Not Found")
    assert raw.call(head("GET", "/v1/SystemStatus")).status == 200


@pytest.mark.parametrize("path", ROUTES)
def test_options_returns_allow_and_no_body(client: Client, path: str) -> None:
    response = client.options(path)
    assert (response.status_code, response.content) == (200, b"")
    assert "Content-Type" not in response.headers
    allowed = response.headers["Allow"].split(", ")
    assert ({ACTIONS[path], "OPTIONS"} if path in ACTIONS else {"GET", "HEAD", "OPTIONS"}) <= set(allowed)
    assert allowed == sorted(allowed)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/IntegrationSystem", "GET, HEAD, OPTIONS"),
        ("/v1/IntegrationSystem/4", "GET, HEAD, OPTIONS"),
        ("/v1/IntegrationEntityType", "GET, HEAD, OPTIONS"),
        ("/v1/IntegrationEntityType/2", "GET, HEAD, OPTIONS"),
        (LINKS, "GET, HEAD, OPTIONS, POST"),
        (f"{LINKS}/1", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/v1/SystemStatus", "GET, HEAD, OPTIONS"),
    ],
)
def test_every_other_method_is_405_with_the_allowed_methods(client: Client, path: str, allowed: str) -> None:
    other_methods = {"GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"} - set(allowed.split(", "))
    for method in other_methods:
        response = client.request(method, path)
        assert (response.status_code, response.reason) == (405, "Method Not Allowed")
        assert response.headers["Allow"] == allowed
        assert method in response.json()[0]["message"]
        assert response.headers["X-Mock-Request-Id"]


@pytest.mark.parametrize("host", ["restapi.rev.io", "api.revioapi.com:8443", "rev_mock:7384", "[::1]:80"])
def test_the_location_of_a_new_record_uses_the_host_of_the_request(client: Client, host: str) -> None:
    response = client.post(LINKS, json=LINK, headers={"Host": host})
    assert (response.status_code, response.reason) == (201, "Created")
    assert response.headers["Location"] == f"http://{host}{LINKS}/1"


def test_any_host_may_read_and_write(client: Client) -> None:
    headers = {"Host": "restapi.rev.io"}
    assert client.get(LINKS, headers=headers).status_code == 200
    assert client.post(LINKS, json=LINK, headers=headers).status_code == 201


def test_request_ids_are_unique_under_threads(client: Client) -> None:
    def send(number: int) -> str:
        path = ["/v1/SystemStatus", f"{LINKS}/1", "/v1/Nowhere", LINKS][number % 4]
        response = requests.request(["GET", "HEAD", "BREW"][number % 3], client.url + path, timeout=30)
        return response.headers["X-Mock-Request-Id"]

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(send, range(160)))
    assert len(set(ids)) == len(ids)


def test_the_root_describes_the_server(client: Client) -> None:
    welcome = requests.get(client.url + "/", timeout=30).json()
    assert welcome["mockrevio"] == "a local mock of Rev.io"
    assert (welcome["api"], welcome["console"]) == ("/v1", "/__admin/")
