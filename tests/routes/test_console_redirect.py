"""A person who opens the mock's address in a browser comes to the console; a client does not."""

from __future__ import annotations

import pytest

from tests.support import Client

NAVIGATION = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"}


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/V1"])
def test_a_browser_is_sent_to_the_console(client: Client, path: str) -> None:
    response = client.get(path, headers=NAVIGATION, allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (302, "/__admin/")
    assert "<title>" in client.get(path, headers=NAVIGATION).text
    assert client.get("/__admin/requests").json()["requests"] == []


@pytest.mark.parametrize("path", ["/v1/Customers", "/v1/Nothing", "/v2", "/openapi.json"])
def test_other_pages_are_not(client: Client, path: str) -> None:
    plain = client.get(path)
    assert client.get(path, headers=NAVIGATION, allow_redirects=False).status_code == plain.status_code


@pytest.mark.parametrize("without", ["Accept", "Sec-Fetch-Mode"])
@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/v1", 404)])
def test_other_clients_are_not(client: Client, without: str, path: str, status: int) -> None:
    headers = {**NAVIGATION, without: "*/*" if without == "Accept" else "cors"}
    assert client.get(path, headers=headers, allow_redirects=False).status_code == status


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_other_methods_are_not(client: Client, method: str) -> None:
    response = client.request(method, "/v1", headers=NAVIGATION, allow_redirects=False)
    assert response.status_code != 302
