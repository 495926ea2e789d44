"""The live log: calls as they happen, one call in detail, and sending it again."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.console.common import Console
from tests.programs import PYTEST_OF_A_USER, find, needs
from tests.support import LINK, Client

pytestmark = needs("chromium", "chromedriver")

ROWS = ".log-rows"
DETAIL = ".log-detail"
NO_CUSTOMER = {**LINK, "internal_id": 99942, "external_id": 'O\'Brien "Ünï" \\ $HOME `x`'}
"""A key link that is rejected, with text that each language quotes differently."""


def row_texts(page: Console) -> list[str]:
    """The text of each row, newest first."""
    script = "return [...document.querySelectorAll('.log-row')].map((row) => row.innerText)"
    return list(page.driver.execute_script(script))


def call(client: Client, path: str, count: int = 1, **options: Any) -> list[str]:
    """Call the API, and return the ids of the calls in the log."""
    method = options.pop("method", "GET")
    responses = [client.request(method, path, **options) for _ in range(count)]
    return [response.headers["X-Mock-Request-Id"] for response in responses]


def paths(page: Console) -> list[str]:
    """The path of each row, newest first."""
    script = "return [...document.querySelectorAll('.log-path')].map((path) => path.firstChild.data)"
    return list(page.driver.execute_script(script))


def logged(client: Client, request_id: str) -> dict[str, Any]:
    """An entry of the log."""
    entry: dict[str, Any] = client.get(f"/__admin/requests/{request_id}").json()
    return entry


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


def code(page: Console, language: str) -> str:
    """The code of the open call in a language."""
    page.click(language)
    page.wait_for(language, f"{DETAIL} [role=tab][aria-selected=true]")
    element = page.driver.find_element(By.CSS_SELECTOR, f"{DETAIL} [aria-label='{language} code']")
    return str(element.get_attribute("textContent"))


def run(language: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run code as its reader does."""
    commands = {
        "curl": ["sh", "-c", text],
        "Python": [sys.executable, "-c", text],
        "Node": [str(find("node")), "--input-type=module", "-e", text],
    }
    return subprocess.run(commands[language], capture_output=True, text=True, timeout=60, check=False)


PATCH = '[{"op": "replace", "path": "/status", "value": "Ä"}]'
CALLS: dict[str, dict[str, Any]] = {
    "quotes and letters": {"method": "POST", "path": "/v1/IntegrationKeyLink", "json": NO_CUSTOMER},
    "no body, a name twice": {
        "path": "/v1/Customers",
        "params": {"status": ["A", "it's & more"], "page": "1"},
    },
    "numbers as they are": {
        "method": "POST",
        "path": "/v1/Customers",
        "data": '{"class_id": 1.0, "n": 12345678901234567890}',
        "headers": {"Content-Type": "application/json"},
    },
    "a patch": {
        "method": "PATCH",
        "path": "/v1/Customers/1015",
        "data": PATCH.encode(),
        "headers": {"Content-Type": "application/json-patch+json", "X-Mock-Latency": "1ms"},
    },
    "a form": {
        "method": "POST",
        "path": "/v1/IntegrationKeyLink",
        "data": {"internal_id": "1", "external_id": "@a"},
    },
    "no credentials": {"path": "/v1/Cust omers/ä", "auth": lambda request: request},
}


@needs("node", "curl")
@pytest.mark.parametrize("name", CALLS)
def test_the_code_of_a_call_makes_the_same_call(page: Console, name: str, tmp_path: Path) -> None:
    (request_id,) = call(page.client, **CALLS[name])
    original = logged(page.client, request_id)
    page.open("log", request_id)
    same = ("method", "path", "query", "json", "login", "client")
    for language in ("curl", "Python", "Node"):
        done = run(language, code(page, language))
        assert done.returncode == 0, done.stderr
        latest = page.client.get("/__admin/requests?limit=1").json()["requests"][0]
        assert latest["id"] > request_id
        assert {each: latest[each] for each in same} == {each: original[each] for each in same}, language
        for header in ("content-type", "x-mock-latency"):
            assert latest["headers"].get(header) == original["headers"].get(header), language
        assert latest["response"]["status"] == original["response"]["status"], language
        if original["json"] is None:
            assert latest["body"] == original["body"], language
        assert language == "curl" or str(original["response"]["status"]) in done.stdout
    test = tmp_path / "test_call.py"
    test.write_text(code(page, "pytest"), "utf-8")
    options = ["-q", "--mock-revio-fixture", "demo", *PYTEST_OF_A_USER.split()]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(test)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
