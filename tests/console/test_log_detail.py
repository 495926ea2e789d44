"""One call of the live log in detail, and sending it again."""

from __future__ import annotations

import pytest
import requests

from tests.console.common import Console
from tests.console.logged_calls import DETAIL, NO_CUSTOMER, ROWS, call, logged
from tests.programs import needs
from tests.support import LINK

pytestmark = needs("chromium", "chromedriver")


def test_the_detail_shows_all_about_a_call(page: Console) -> None:
    page.client.post("/__admin/faults", json={"name": "slow", "effect": {"latency": "5ms"}})
    (request_id,) = call(page.client, "/v1/IntegrationKeyLink?x=1&x=2", method="POST", json=NO_CUSTOMER)
    page.open("log", request_id)
    page.wait_for("add it with POST /__admin/entities/CUSTOMER", DETAIL)
    for text in (
        "400",
        "fault 1 (slow)",
        "acme",
        "as tester",
        "127.0.0.1",
        request_id,
        "entity_not_found",
        "99942",
    ):
        page.wait_for(text, DETAIL)
    page.wait_for("the record behind a key link must exist", DETAIL)
    page.driver.execute_script(
        "document.querySelectorAll('.log-detail details').forEach((each) => { each.open = true })"
    )
    assert "application/json" in page.text(DETAIL)
    assert "Basic ***" in page.text(DETAIL)
    links = {link.text: link.get_attribute("href") or "" for link in page.elements(f"{DETAIL} a")}
    assert links["link.entity_exists"].endswith("#/rules?search=link.entity_exists")
    assert links["fault 1 (slow)"].endswith("#/faults/1")
    page.click("Raw", "Request")
    page.wait_for('"internal_id": 99942, "external_id"', DETAIL)
    page.follow("Make a fault for calls like this")
    page.wait_for("New rule", "main h1")
    page.click("Arm the rule")
    page.wait(lambda: page.client.get("/__admin/faults").json()["count"] == 2, "the rule")
    match = page.client.get("/__admin/faults").json()["faults"][-1]["match"]
    assert match == {"method": "POST", "path": "/v1/IntegrationKeyLink"}


def test_what_broke_is_said_in_words(page: Console) -> None:
    with pytest.raises(requests.ConnectionError):
        page.client.get("/v1/Customers", headers={"X-Mock-Fault": "connection=reset; phase=after_commit"})
    page.open("log")
    page.wait_for("reset", ROWS)
    page.follow("/v1/Customers")
    page.wait_for("The connection was reset (RST) instead of an answer.", DETAIL)


def test_a_call_that_is_gone_says_so(page: Console) -> None:
    (request_id,) = call(page.client, "/v1/Customers/1015")
    page.open("log", request_id)
    page.wait_for("/v1/Customers/1015", DETAIL)
    page.wait_for("1 call")
    page.click("Clear")
    page.wait_for("Clear the log?")
    page.click("Cancel")
    assert page.client.get("/__admin/requests").json()["count"] == 1
    page.click("Clear")
    page.click("Clear the log")
    page.wait_for("No calls yet")
    page.wait_for("1 call removed from the log.")
    assert page.client.get("/__admin/requests").json()["count"] == 0
    page.wait_for("The log does not have this call any more", DETAIL)
    page.driver.refresh()
    page.wait_for("This call is gone", DETAIL)
    page.forgive("status of 404")


def test_a_call_is_sent_again_with_credentials_that_are_chosen_once(page: Console) -> None:
    (request_id,) = call(
        page.client, "/v1/IntegrationKeyLink", method="POST", json={**LINK, "external_id": "replayed"}
    )
    page.open("log", request_id)
    page.click("Replay")
    page.wait_for("kept until you close this tab")
    page.wait(lambda: page.field("User").get_attribute("value") == "tester@acme", "the user of the call")
    page.fill("User", "other@acme")
    page.click("Send")
    page.wait_for("Sent again: 400")
    page.wait(lambda: f"#/log/{request_id}" not in page.driver.current_url, "the new call to be shown")
    page.wait_for("as other", DETAIL)
    replayed = logged(page.client, page.driver.current_url.rsplit("/", 1)[1])
    assert replayed["json"] == logged(page.client, request_id)["json"]
    assert replayed["login"] == "other"
    before = page.driver.current_url
    page.click("Replay")
    page.wait(lambda: page.driver.current_url != before, "another call, without a question")
    assert page.client.get("/__admin/requests").json()["count"] == 3
    page.forgive("status of 400")


def test_a_replay_whose_connection_breaks_or_hangs_is_reported(page: Console) -> None:
    (request_id,) = call(page.client, "/v1/IntegrationSystem")
    page.open("log", request_id)
    page.client.post("/__admin/faults", json={"effect": {"connection": "garbage"}})
    page.click("Replay")
    page.click("Send")
    page.wait_for("The connection broke before an answer came", DETAIL)
    page.follow("Show the new call")
    page.wait_for("Bytes that are no HTTP were sent", DETAIL)
    page.client.delete("/__admin/faults")
    page.client.post("/__admin/faults", json={"effect": {"connection": "hang"}})
    page.click("Replay")
    page.click("Stop waiting")
    page.wait_for("You stopped waiting for an answer.", DETAIL)
    page.forgive("net::ERR_")


def test_text_from_clients_is_shown_as_text_and_never_runs(page: Console) -> None:
    evil = "<img src=x onerror=document.title='owned'>"
    (request_id,) = call(
        page.client, "/v1/IntegrationKeyLink", method="POST", params={"a": evil}, json={"external_id": evil}
    )
    page.open("log", request_id)
    page.wait_for(evil, DETAIL)
    assert page.driver.title == "Live log · mockrevio"
    assert not page.elements("main img")
