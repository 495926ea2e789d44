"""The explorer: every operation of the API, with a form, its answer and the code for it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.console.common import SETTLED, Console
from tests.console.test_accessibility import check
from tests.programs import needs
from tests.support import LINK

pytestmark = needs("chromium", "chromedriver")

ANSWER = "main .stack"


def latest(page: Console) -> dict[str, Any]:
    """The latest entry of the log."""
    (entry,) = page.client.get("/__admin/requests?limit=1").json()["requests"]
    return dict(entry)


def test_an_operation_is_found_and_its_example_sent(page: Console) -> None:
    page.open("try")
    page.wait_for("Choose an operation")
    page.fill("Find an operation", "create keylink")
    page.wait_for("1 found")
    page.follow("Create a record")
    page.wait_for("Create a record of IntegrationKeyLink", ".try-head h2")
    page.click("Send")
    page.wait_for("201", ANSWER)
    entry = latest(page)
    assert (entry["method"], entry["path"], entry["json"]) == ("POST", "/v1/IntegrationKeyLink", LINK)
    assert page.client.get(f"/v1/IntegrationKeyLink/{json.loads(entry['response']['body'])['id']}").ok
    page.wait_for("Rules that decided", ANSWER)
    page.wait_for("create.answer", ANSWER)
    page.follow("In the log")
    page.wait_for(entry["id"], ".log-detail")


def test_a_link_fills_the_form_and_the_form_makes_the_link(page: Console) -> None:
    page.open("try", "listCustomers", page_size="2", query="status=ACTIVE&status=CLOSED")
    page.wait_for("Search Customers", ".try-head h2")
    assert page.field("page_size").get_attribute("value") == "2"
    page.fill("page", "3")
    page.wait(lambda: "page=3" in page.driver.current_url, "the address")
    page.press(Keys.CONTROL + Keys.ENTER)
    page.wait_for('"records"', ANSWER)
    assert latest(page)["query"] == {"page": ["3"], "page_size": ["2"], "status": ["ACTIVE", "CLOSED"]}
    page.driver.refresh()
    page.wait(lambda: page.field("page").get_attribute("value") == "3", "the same after a reload")


def test_a_record_is_found_by_its_name_and_a_missing_one_explained(page: Console) -> None:
    page.open("try", "getCustomer")
    page.click("Send")
    page.wait_for("This is a part of the path, so it is needed.")
    page.wait(
        lambda: "words to search for" in (page.field("customer_id").get_attribute("placeholder") or ""),
        "names",
    )
    page.field("customer_id").send_keys("martin-dougherty")
    page.wait_for("Martin-Dougherty", "[role=listbox]")
    page.press(Keys.ENTER)
    page.click("Send")
    page.wait_for('"customer_id": 1015', ANSWER)
    page.fill("customer_id", "4242")
    page.press(Keys.ESCAPE)
    page.click("Send")
    page.wait_for("customer 4242 does not exist", ANSWER)
    page.forgive("status of 404")


def test_one_call_can_be_made_to_fail(page: Console) -> None:
    page.open("try", "getSystemStatus", **{"X-Mock-Fault": "preset=unavailable"})
    page.click("Send")
    page.wait_for("503", ANSWER)
    page.fill("X-Mock-Fault", "connection=garbage")
    page.press(Keys.ESCAPE)
    page.click("Send")
    page.wait_for("The connection broke before an answer came", ANSWER)
    page.fill("X-Mock-Fault", "connection=hang")
    page.press(Keys.ESCAPE)
    page.click("Send")
    page.click("Stop waiting")
    page.wait_for("You stopped waiting for an answer.", ANSWER)
    complaints = page.complaints()
    assert all("status of 503" in each or "net::ERR_" in each for each in complaints)


def test_a_body_that_is_no_json_is_said_and_can_be_sent_nevertheless(page: Console) -> None:
    page.open("try", "createIntegrationKeyLink")
    page.fill("Body", '{"internal_id": 1015,}')
    page.wait_for("This is no JSON, and is sent as it is")
    page.click("Send")
    page.wait_for("400", ANSWER)
    assert latest(page)["body"] == '{"internal_id": 1015,}'
    page.click("The example")
    page.wait_until_gone("This is no JSON")
    page.forgive("status of 400")


def test_credentials_are_those_of_the_tab(page: Console) -> None:
    page.open("try", "getSystemStatus")
    page.wait_for("as you@acme")
    page.click("Change the credentials")
    page.fill("User", "müller@globex")
    page.click("Use these")
    page.wait_for("as müller@globex")
    page.click("Send")
    page.wait_for("200", ANSWER)
    assert (latest(page)["login"], latest(page)["client"]) == ("müller", "globex")
    page.driver.refresh()
    page.wait_for("as müller@globex")


def test_the_last_calls_of_the_tab_can_be_sent_again(page: Console) -> None:
    page.open("try", "listCustomers", page_size="1")
    page.click("Send")
    page.wait_for("Sent from this tab")
    page.open("try", "getSystemStatus")
    page.wait_for("/v1/Customers", ".try-history")
    page.follow("/v1/Customers")
    page.wait(lambda: page.field("page_size").get_attribute("value") == "1", "the form to be filled")
    page.driver.refresh()
    page.wait_for("/v1/Customers", ".try-history")


def test_the_code_says_what_the_form_says(page: Console) -> None:
    page.open("try", "createIntegrationKeyLink")
    page.fill("Body", json.dumps({**LINK, "external_id": "it's"}))
    page.click("Python")
    page.wait_for("it's", "[aria-label='Python code']")
    text = page.driver.find_element(By.CSS_SELECTOR, "[aria-label='Python code']").get_attribute(
        "textContent"
    )
    done = subprocess.run(
        [sys.executable, "-c", str(text)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("201")
    assert latest(page)["json"]["external_id"] == "it's"


def test_an_unknown_operation_says_so(page: Console) -> None:
    page.open("try", "makeCoffee")
    page.wait_for("There is no such operation")


@needs("npm")
def test_a_form_with_its_answer_is_accessible_and_fits_the_screen(page: Console, axe: str) -> None:
    page.open("try", "listCustomers", status="ACTIVE", **{"X-Mock-Latency": "1ms"})
    page.wait(lambda: page.driver.execute_script(SETTLED), "the view")
    page.click("Send")
    page.wait_for("Rules that decided", ANSWER)
    check(page, axe)
