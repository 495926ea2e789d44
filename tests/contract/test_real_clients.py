"""Requests of real integrations, each taken from client code in use (C)."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import requests

from tests.contract.raw import basic
from tests.support import AUTH, LINK, Client

LINKS = "/v1/IntegrationKeyLink"
HEADERS = {"accept": "application/json", "authorization": basic(*AUTH)}


def test_a_lookup_by_external_id_with_prefixed_parameters(client: Client) -> None:
    client.link()
    parameters: dict[str, str] = {
        "search.external_id": LINK["external_id"],
        "search.page_size": "100",
        "search.page": "1",
    }
    response = requests.get(client.url + LINKS, params=parameters, headers=HEADERS, timeout=30)
    assert response.json()["records"][0]["internal_id"] == 1015


def fetch(client: Client, method: str, path: str, body: Any = None) -> Any:
    """Do what `fetch(url, {method, headers, body}).then(response => response.json())` does."""
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=30)
    text = None if body is None else json.dumps(body, separators=(",", ":"))
    headers = {"Accept": "application/json", "authorization": basic(*AUTH), "content-type": "text/json"}
    connection.request(method, path, text, headers)
    response = json.loads(connection.getresponse().read())
    connection.close()
    return response


def test_fetch_with_text_json_gets_json_for_every_method(client: Client) -> None:
    assert fetch(client, "POST", LINKS, LINK) == {"ok": True, "id": 1}
    assert fetch(client, "PUT", f"{LINKS}/1", {**LINK, "external_id": "x"}) == {"ok": True, "id": 1}
    assert fetch(client, "GET", f"{LINKS}/1")["external_id"] == "x"
    assert fetch(client, "DELETE", f"{LINKS}/1") == {"ok": True, "id": 1}
    assert fetch(client, "DELETE", f"{LINKS}/1")[0]["error"] == "not_found"


def test_a_paging_loop_that_asks_for_1000_sees_every_record_once(client: Client) -> None:
    client.post("/__admin/entities/CONTACT", json={"count": 1200}).raise_for_status()
    total = client.get("/__admin/entities").json()["counts"]["CONTACT"]
    seen: list[int] = []
    page, more = 1, True
    while more:
        body = client.get("/v1/Contacts", params={"page_size": "1000", "page": str(page)}).json()
        seen += [record["contact_id"] for record in body["records"]]
        page, more = page + 1, body["has_more"]
    assert len(seen) == len(set(seen)) == total
    assert page > 3


def test_the_first_element_of_any_error_has_a_readable_message(client: Client) -> None:
    for response in (
        client.get(f"{LINKS}/1"),
        client.post(LINKS, json={}),
        requests.get(client.url + LINKS, timeout=30),
        client.patch(LINKS),
    ):
        assert not response.ok
        assert response.json()[0]["message"].endswith(".")


def test_system_status_checks_the_credentials(client: Client) -> None:
    assert requests.get(client.url + "/v1/SystemStatus", headers=HEADERS, timeout=30).ok
    response = requests.get(
        client.url + "/v1/SystemStatus", headers={"authorization": "Basic eDp5"}, timeout=30
    )
    assert response.status_code == 401


def test_curl_samples_of_the_portal_need_no_json_content_type(client: Client) -> None:
    request = Request(client.url + LINKS, json.dumps(LINK).encode(), {"Authorization": basic(*AUTH)})  # noqa: S310
    with urlopen(request, timeout=30) as response:  # noqa: S310 (the URL is the test server's)
        assert request.get_header("Content-type") == "application/x-www-form-urlencoded"
        assert (response.status, json.load(response)) == (201, {"ok": True, "id": 1})


def test_links_can_record_which_ids_have_been_processed(client: Client) -> None:
    def is_done(external_id: str) -> bool:
        page = client.get(f"{LINKS}?external_id={external_id}&integration_system_id=4").json()
        return bool(page["record_count"])

    assert not is_done("001")
    client.link(external_id="001")
    assert is_done("001")


def test_an_integration_looks_up_a_record_before_linking_it(client: Client) -> None:
    customer = client.get("/v1/customers/1015", headers=HEADERS).json()
    assert (customer["customer_id"], customer["status"]) == (1015, "ACTIVE")
    assert {"bill_profile_id", "balance", "amount_due", "cycle_date"} <= set(customer["finance"])
    assert "line_1" in customer["billing_address"]
