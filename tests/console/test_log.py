"""The live log: calls as they happen."""

from __future__ import annotations

import threading

import pytest
from selenium.webdriver.common.keys import Keys

from tests.console.common import Console
from tests.console.logged_calls import DETAIL, NO_CUSTOMER, ROWS, call, paths, row_texts
from tests.programs import needs
from tests.support import Client

pytestmark = needs("chromium", "chromedriver")


def test_a_call_appears_with_what_matters_at_a_glance(page: Console) -> None:
    page.open("log")
    page.wait_for("No calls yet")
    page.client.get("/v1/Customers/42")
    page.wait_for("/v1/Customers/42", ROWS)
    assert "404" in row_texts(page)[0]
    assert "customer 42 does not exist" in row_texts(page)[0]
    assert "acme" in row_texts(page)[0]
    page.client.post("/__admin/faults", json={"name": "outage", "effect": {"status": 503}})
    page.client.get("/v1/Bills")
    page.wait_for("fault 1 (outage)", ROWS)
    assert "503" in row_texts(page)[0]
    page.client.delete("/__admin/faults")
    page.client.post("/v1/IntegrationKeyLink", json={"integration_system_id": 4})
    page.wait_for("assumed", ROWS)
    assert "/v1/IntegrationKeyLink" in row_texts(page)[0]


def test_a_slow_call_waits_and_the_slowest_has_the_longest_bar(page: Console) -> None:
    page.open("log")
    page.client.get("/v1/SystemStatus", headers={"X-Mock-Latency": "40ms"})
    page.client.get("/v1/SystemStatus", headers={"X-Mock-Latency": "80ms"})
    page.wait(lambda: len(row_texts(page)) == 2, "both calls")
    script = """return [...document.querySelectorAll('.log-bar')].map((bar) =>
      parseFloat(getComputedStyle(bar, '::before').width) / bar.getBoundingClientRect().width)"""
    took = [entry["duration_ms"] for entry in page.client.get("/__admin/requests").json()["requests"]]
    shares = [duration / max(took) for duration in reversed(took)]
    assert page.driver.execute_script(script) == pytest.approx(shares, abs=0.03)
    done = threading.Thread(
        target=page.client.get, args=("/v1/Users",), kwargs={"headers": {"X-Mock-Latency": "2s"}}
    )
    done.start()
    page.wait_for("waiting", ROWS)
    page.follow("/v1/Users")
    page.wait_for("The call waits", DETAIL)
    done.join()
    page.wait_for("JSON", DETAIL)
    page.wait_until_gone("waiting", ROWS)


def test_filters_are_in_the_address_and_text_is_found_in_bodies(page: Console) -> None:
    page.client.post("/v1/IntegrationKeyLink", json=NO_CUSTOMER)
    page.client.get("/v1/Customers")
    page.client.get("/v1/Bills", headers={"X-Mock-Fault": "status=503"})
    page.client.get("/v1/Agents", auth=("crm@globex", "x"))
    page.open("log")
    page.wait(lambda: len(row_texts(page)) == 4, "all calls")

    page.choose("Status", "Errors")
    page.wait(lambda: paths(page) == ["/v1/Bills", "/v1/IntegrationKeyLink"], "the errors")
    page.choose("Fault", "With a fault")
    page.wait(lambda: paths(page) == ["/v1/Bills"], "the fault")
    assert "status=errors" in page.driver.current_url
    page.driver.refresh()
    page.wait(lambda: paths(page) == ["/v1/Bills"], "the same after a reload")
    page.click("Remove filters")
    page.choose("Client", "globex")
    page.wait(lambda: paths(page) == ["/v1/Agents"], "the calls of globex")
    page.click("Remove filters")
    page.choose("Method", "POST")
    page.wait(lambda: paths(page) == ["/v1/IntegrationKeyLink"], "the writes")
    page.choose("Method", "Any method")
    page.fill("Filter by text", "o'brien")
    page.wait(lambda: paths(page) == ["/v1/IntegrationKeyLink"], "the call whose body has it")
    page.client.post("/v1/IntegrationKeyLink", json={**NO_CUSTOMER, "internal_id": 99943})
    page.wait(lambda: len(paths(page)) == 2, "a new call whose body has it")
    page.fill("Filter by text", "no such text")
    page.wait_for("No call matches")
    page.click("Remove all filters")
    page.wait(lambda: len(paths(page)) == 5, "all calls")
    page.open("log", status="503", method="GET")
    page.wait(lambda: paths(page) == ["/v1/Bills"], "what a link asks for")


def test_a_paused_log_does_not_move_and_says_how_many_wait(page: Console) -> None:
    call(page.client, "/v1/Customers")
    page.open("log")
    page.wait_for("/v1/Customers", ROWS)
    page.click("Pause")
    page.wait_for("Paused: 0 new calls wait")
    call(page.client, "/v1/Bills", 2)
    page.wait_for("Paused: 2 new calls wait")
    assert paths(page) == ["/v1/Customers"]
    page.click("Resume")
    page.wait(lambda: paths(page) == ["/v1/Bills", "/v1/Bills", "/v1/Customers"], "the calls that waited")


def test_keys_move_open_and_close_while_calls_arrive(page: Console) -> None:
    call(page.client, "/v1/Bills", 2)
    call(page.client, "/v1/Customers/1015")
    page.open("log")
    page.wait(lambda: len(row_texts(page)) == 3, "the calls")
    page.press("j")
    assert "/v1/Customers/1015" in page.focused()
    page.press(Keys.ARROW_DOWN)
    page.press("k")
    page.press(Keys.ENTER)
    page.wait_for("/v1/Customers/1015", DETAIL)
    call(page.client, "/v1/Agents", 3)
    page.wait(lambda: len(row_texts(page)) == 6, "more calls")
    assert "/v1/Customers/1015" in page.focused()
    page.press("j")
    page.wait_for("/v1/Bills", f"{DETAIL} h2")
    assert "/v1/Bills" in page.focused()
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.elements(DETAIL), "the pane to close")
    assert "/v1/Bills" in page.focused()
    page.press("p")
    page.wait_for("Paused")
    page.press("/")
    page.press("j")
    assert page.field("Filter by text").get_attribute("value") == "j"


def test_the_focused_and_the_open_call_stay_when_hundreds_arrive(page: Console) -> None:
    first = call(page.client, "/v1/Customers/1015")[0]
    page.open("log", first)
    page.wait_for("/v1/Customers/1015", DETAIL)
    page.press("k")  # the cursor is on the row, too
    assert "/v1/Customers/1015" in page.focused()
    call(page.client, "/v1/SystemStatus", 250)
    page.wait_for("251 calls")
    assert len(row_texts(page)) == 201
    assert "/v1/Customers/1015" in page.focused()
    assert "/v1/Customers/1015" in page.text(DETAIL)
    page.click("Show 51 more")
    page.wait(lambda: len(row_texts(page)) == 251, "all rows")


def test_text_stays_selected_while_the_log_runs(page: Console) -> None:
    call(page.client, "/v1/Customers/1015")
    page.open("log")
    page.wait_for("/v1/Customers/1015", ROWS)
    page.driver.execute_script("getSelection().selectAllChildren(document.querySelector('.log-path'))")
    call(page.client, "/v1/Bills", 2)
    page.wait_for("Held while text is selected: 2 new calls wait")
    assert page.driver.execute_script("return String(getSelection())") == "/v1/Customers/1015"
    page.driver.execute_script("getSelection().removeAllRanges()")
    page.wait(lambda: len(row_texts(page)) == 3, "the calls that waited")


def test_more_calls_at_once_than_events_list_are_all_shown(page: Console) -> None:
    page.open("log")
    page.wait_for("No calls yet")
    threads = [
        threading.Thread(target=call, args=(Client(page.client.url), "/v1/SystemStatus", 100))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page.wait_for("500 calls")


def test_a_hidden_page_rests_and_catches_up(page: Console) -> None:
    page.open("log")
    page.wait_for("No calls yet")
    script = """Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});
      document.dispatchEvent(new Event('visibilitychange'))"""
    page.driver.execute_script(script, True)
    call(page.client, "/v1/Customers")
    call(page.client, "/v1/Bills")
    assert "No calls yet" in page.text()
    page.driver.execute_script(script, False)
    page.wait(lambda: paths(page) == ["/v1/Bills", "/v1/Customers"], "the calls")
