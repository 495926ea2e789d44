"""Finding calls in the request log by a text or a record, and listing them in short."""

from __future__ import annotations

from typing import Any

import pytest

from tests.routes.common import LINKS, assert_error
from tests.support import LINK, Client

LOG = "/__admin/requests"


@pytest.fixture
def called(client: Client) -> Client:
    """A client after seven calls."""
    client.link()  # 0
    client.get(f"{LINKS}/1")  # 1
    client.get("/v1/customers/1015")  # 2
    client.get("/v1/Services?search.customer_id=1015&page=1")  # 3
    client.post("/v1/Customers", json={"status": "Gr\u00fc\u00dfe"})  # 4
    client.get("/v1/Customers?page_size=3&note=M%C3%BCller")  # 5
    client.get("/v1/Custmers?subscription-key=sesame-1015")  # 6
    return client


def select(client: Client, **parameters: str) -> list[int]:
    """Which of the calls a query selects, by index."""
    all_ids = [entry["id"] for entry in client.get(LOG).json()["requests"]]
    response = client.get(LOG, params=parameters)
    assert response.status_code == 200, response.text
    found = [all_ids.index(entry["id"]) for entry in response.json()["requests"]]
    assert response.json()["count"] == len(found)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("post /v1", [0, 4]),
        ("INTEGRATIONKEYLINK", [0, 1]),
        ("0012d00000DASFZ", [0, 1]),
        ("grüße", [4]),
        ("MÜLLER", [5]),
        ("m%c3%bcller", [5]),
        ("did you mean", [6]),
        ("sesame", []),
        ("page_size", [5]),
        ("nothing at all", []),
        ("", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_calls_are_found_by_a_text_in_them(called: Client, text: str, expected: list[int]) -> None:
    found = select(called, text=text)
    assert found == expected


def test_calls_are_found_by_the_fault_that_fired(client: Client) -> None:
    client.post("/__admin/faults", json={"name": "Outage", "effect": {"status": 503}, "when": {"times": 1}})
    client.get("/v1/SystemStatus")
    client.get("/v1/SystemStatus")
    assert select(client, text="outage") == [0]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("CUSTOMER/1015", [0, 1, 2, 3]),
        ("customers/1015", [0, 1, 2, 3]),
        ("Customers/1026", [4]),
        ("CUSTOMER/1002", [5]),
        ("CUSTOMER/101", []),
        ("SERVICE/1015", []),
        ("IntegrationKeyLink/1", [0, 1]),
        ("IntegrationKeyLink/2", []),
        ("IntegrationSystem/4", [0, 1]),
    ],
)
def test_calls_are_found_by_the_record_that_they_touched(
    called: Client, record: str, expected: list[int]
) -> None:
    assert select(called, record=record) == expected


def test_a_record_is_found_in_a_page_that_the_log_has_cut(client: Client) -> None:
    client.post("/__admin/entities/CUSTOMER", json={"count": 120})
    client.get("/v1/Customers?page_size=500")
    response = client.get(LOG).json()["requests"][0]["response"]
    assert "body_truncated" in response
    assert select(client, record="CUSTOMER/1003") == [0]


def test_searches_can_be_combined(called: Client) -> None:
    assert select(called, record="CUSTOMER/1015", text="search", method="GET") == [3]
    assert select(called, text="customer", status="404") == [6]


def test_the_short_form(called: Client) -> None:
    listing = called.get(f"{LOG}?form=summary&limit=1&offset=0").json()
    (summary,) = listing["requests"]
    (entry,) = called.get(f"{LOG}?form=full&limit=1&offset=0").json()["requests"]
    assert (listing["count"], listing["evicted"]) == (7, 0)
    assert summary == {
        **{name: entry[name] for name in ("id", "at", "client", "method", "path", "duration_ms", "fault")},
        **{name: entry[name] for name in ("explain", "client_left")},
        "query": "",
        "status": 201,
        "delivered": None,
        "in_progress": False,
        "assumed": [],
    }


def test_secrets_are_masked_in_the_short_form(called: Client) -> None:
    summary = called.get(f"{LOG}?form=summary&limit=1").json()["requests"][0]
    assert summary["query"] == "subscription-key=***"


def test_one_call(called: Client) -> None:
    entry: dict[str, Any] = called.get(LOG).json()["requests"][0]
    assert called.get(f"{LOG}/{entry['id']}").json() == entry


def test_a_call_that_is_not_in_the_log_is_404(called: Client) -> None:
    request_id = called.get(LOG).json()["requests"][0]["id"]
    called.delete(LOG)
    for unknown in (request_id, "x"):
        message = assert_error(called.get(f"{LOG}/{unknown}"), 404, "not_found")
        assert message.startswith(f"the request log has no request '{unknown}'")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("form=short", "query: form: must be full or summary, not 'short'"),
        (
            "record=CUSTOMER",
            "query: record: must be a type or an endpoint and an id, as in CUSTOMER/1015, not",
        ),
        ("record=CUSTOMER/x", "query: record: must be a type or an endpoint and an id"),
        ("record=PEOPLE/1", "query: record: unknown entity type or endpoint 'PEOPLE'; known: AGENT"),
        ("behaviour=link.dup", "query: behaviour: 'link.dup' is no rule; did you mean 'link.duplicate'?"),
        ("recrd=1", "query: recrd: unknown, did you mean record?"),
    ],
)
def test_invalid_parameters_are_rejected(client: Client, query: str, message: str) -> None:
    assert assert_error(client.get(f"{LOG}?{query}"), 400, "invalid").startswith(message)


def test_a_link_is_touched_by_its_id_in_a_query(client: Client) -> None:
    client.link()
    client.link(external_id="other")
    client.get(f"{LINKS}?integration_key_link_id=2")
    client.put(f"{LINKS}/2", json={**LINK, "external_id": "new"})
    client.delete(f"{LINKS}/2")
    assert select(client, record="IntegrationKeyLink/2") == [1, 2, 3, 4]


def test_calls_are_found_by_the_rule_that_decided_their_response(client: Client) -> None:
    client.link()
    client.post(LINKS, json=LINK)
    client.get(LINKS)
    assert select(client, behaviour="link.duplicate") == [1]
    assert select(client, behaviour="webhook.code") == []
