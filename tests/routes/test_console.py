"""The console, as people see and use it in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import alert_is_present
from selenium.webdriver.support.ui import Select, WebDriverWait

from mockrevio.control.faults.effects import CONNECTION_FAULTS
from mockrevio.control.faults.presets import PRESETS
from tests.programs import needs
from tests.support import LINK, Client, serving

TOKEN = "sesame"  # noqa: S105 (opens nothing)
needs_browser = needs("chromium", "chromedriver")


class Page:
    """The console in a browser: what it shows and what a user does there."""

    def __init__(self, driver: webdriver.Chrome, client: Client) -> None:
        self.driver = driver
        self.client = client

    def open(self, tab: str = "requests", url: str | None = None) -> None:
        self.driver.get("about:blank")  # or a page that differs only in its hash would not be reloaded
        self.driver.get(f"{url or self.client.url}/__admin/#{tab}")

    def text(self, css: str) -> str:
        return self.driver.find_element(By.CSS_SELECTOR, css).text

    def wait_for(self, text: str, css: str = "body") -> None:
        self.wait(lambda: text in self.text(css), f"{text!r} to appear in {css}")

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        WebDriverWait(self.driver, 10, 0.05).until(lambda _: condition(), f"waited for {what}")

    def click(self, label: str) -> None:
        self.driver.find_element(
            By.XPATH, f"//button[normalize-space()='{label}' and not(ancestor::*[@hidden])]"
        ).click()

    def field(self, form: str, name: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, f"#{form} [name='{name}']")

    def settings_field(self, name: str) -> WebElement:
        """Reload the settings tab and find one of the fields."""
        self.open("settings")
        css = f"#settings-form [name='{name}']"
        self.wait(lambda: self.driver.find_elements(By.CSS_SELECTOR, css), "the settings")
        return self.field("settings-form", name)


@pytest.fixture
def page(browser: webdriver.Chrome, client: Client) -> Iterator[Page]:
    yield Page(browser, client)
    errors = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]  # type: ignore[no-untyped-call]
    assert not errors


@needs_browser
def test_a_request_appears_with_its_response_while_the_page_is_open(page: Page) -> None:
    page.open()
    page.wait_for("No requests yet.")

    page.client.post("/v1/IntegrationKeyLink", json=LINK)

    page.wait_for("POST /v1/IntegrationKeyLink", "#request-rows")
    assert "201" in page.text("#request-rows")


@needs_browser
def test_input_from_clients_is_shown_as_text_and_never_runs(page: Page) -> None:
    evil = "<img src=x onerror=document.title='owned'>"
    page.client.get("/v1/Customers", params={"status": evil})
    page.client.link(external_id=evil)

    page.open("requests")
    page.wait_for(evil, "#request-rows")
    page.open("data")
    page.wait_for(evil, "#data-rows")
    assert page.driver.title == "mockrevio"


@needs_browser
def test_a_fault_rule_is_added_fires_and_is_removed(page: Page) -> None:
    page.open("faults")
    page.wait_for("No fault rules.")
    page.field("fault-form", "method").send_keys("GET")
    Select(page.field("fault-form", "effect")).select_by_visible_text("429 rate limit exceeded")
    page.field("fault-form", "times").send_keys("1")
    page.click("Add rule")
    page.wait_for("rate_limited", "#fault-rows")

    assert [page.client.get("/v1/Customers").status_code for _ in range(2)] == [429, 200]

    page.wait_for("the rule has reached its limit (times 1)", "#fault-rows")
    page.click("Remove")
    page.wait_for("No fault rules.")
    assert page.client.get("/__admin/faults").json()["count"] == 0


@needs_browser
def test_a_setting_is_changed_and_an_invalid_value_explained(page: Page) -> None:
    page.settings_field("latency").send_keys("fast\t")
    page.wait_for("latency: must be a duration (200ms)", "#message")
    page.driver.get_log("browser")  # type: ignore[no-untyped-call]  # the 400 that this test is about

    page.settings_field("latency").send_keys("5ms\t")

    page.wait_for("latency changed.", "#message")
    assert page.client.get("/__admin/settings").json()["latency"] == "5ms"


@needs_browser
def test_the_clock_is_set_and_released(page: Page) -> None:
    page.open("settings")
    page.field("clock-form", "now").send_keys("2030-01-02T03:04:05")
    page.click("Change")
    page.wait_for("2030-01-02T03:04:05.000 (frozen)", "#clock")

    page.click("Release")
    page.wait(lambda: "frozen" not in page.text("#clock"), "the clock to run")


@needs_browser
def test_a_snapshot_is_saved_compared_and_restored(page: Page) -> None:
    page.open("snapshots")
    page.field("snapshot-form", "name").send_keys("before")
    page.click("Save snapshot")
    page.wait_for("before", "#snapshot-rows")
    page.client.link(external_id="made-since")

    page.click("Show changes")
    page.wait_for("Changes since before: 1", "#diff")
    assert "made-since" in page.text("#diff")

    page.click("Restore")
    page.wait_for("Restored before.", "#message")
    assert page.client.get("/v1/IntegrationKeyLink").json()["records"] == []


@needs_browser
def test_records_are_listed_and_added(page: Page) -> None:
    page.open("data")
    page.wait_for("No records.")
    kind = Select(page.field("data-form", "type"))
    kind.select_by_visible_text("CUSTOMER (25)")
    page.wait_for("1015", "#data-rows")
    page.field("data-form", "id").send_keys("4242")
    page.click("Add record")

    page.wait_for("4242", "#data-rows")
    assert page.client.get("/v1/Customers/4242").status_code == 200


@needs_browser
def test_a_reset_asks_for_confirmation(page: Page) -> None:
    page.client.link()
    page.open()
    page.wait_for("port")
    page.click("Reset to fixture")
    page.driver.switch_to.alert.dismiss()
    assert page.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 1

    page.click("Reset to fixture")
    page.driver.switch_to.alert.accept()
    page.wait_for("Reset to the fixture.", "#message")
    assert page.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 0


@needs_browser
def test_every_rule_is_listed_with_its_evidence(page: Page) -> None:
    page.client.get("/v1/SystemStatus")
    page.open("rules")

    page.wait_for("status.credentials", "#rule-rows")
    row = next(line for line in page.text("#rule-rows").splitlines() if line.startswith("status.credentials"))
    assert "observed" in row
    assert row.endswith("1")


@needs_browser
def test_with_isolation_the_world_can_be_chosen(browser: webdriver.Chrome) -> None:
    with serving(isolate_clients=True) as client:
        client.get("/v1/Customers", auth=("me@acme", "x"))
        client.get("/v1/Bills", auth=("me@globex", "x"))
        page = Page(browser, client)
        page.open()
        page.wait_for("globex", "#world")
        Select(browser.find_element(By.ID, "world")).select_by_visible_text("acme")

        page.wait_for("/v1/Customers", "#request-rows")
        assert "/v1/Bills" not in page.text("#request-rows")


@needs_browser
def test_the_admin_token_is_asked_for_and_used(browser: webdriver.Chrome) -> None:
    with serving(admin_token=TOKEN) as client:
        page = Page(browser, client)
        page.open()
        page.wait(lambda: alert_is_present()(browser), "the prompt")
        browser.switch_to.alert.send_keys(TOKEN)
        browser.switch_to.alert.accept()

        page.wait_for("version")
        browser.execute_script("sessionStorage.clear()")
        browser.get_log("browser")  # type: ignore[no-untyped-call]  # the 401 that this test is about


def test_the_page_runs_nothing_from_elsewhere(client: Client) -> None:
    response = client.get("/__admin/")

    assert response.headers["Content-Type"].startswith("text/html")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in response.text.replace("http-equiv", "")  # nothing is fetched from elsewhere


@pytest.mark.parametrize("name", ["console.js", "console.css", "calls.js", "elements.js"])
def test_the_files_of_the_page_have_their_content_type(client: Client, name: str) -> None:
    response = client.get(f"/__admin/static/{name}")

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(
        "text/css" if name.endswith("css") else "text/javascript"
    )


def test_the_page_needs_no_token_but_all_data_does() -> None:
    with serving(admin_token=TOKEN) as client:
        assert client.get("/__admin/", auth=("a@b", "c")).status_code == 200
        assert client.get("/__admin/static/calls.js").status_code == 200
        assert client.get("/__admin/static/options.json").status_code == 200
        assert client.get("/__admin/settings").status_code == 401
        assert client.get("/__admin/", headers={"Host": "evil.example"}).status_code == 403


def test_the_forms_offer_the_values_that_the_server_accepts(client: Client) -> None:
    options = client.get("/__admin/static/options.json").json()

    assert options["settings"].keys() == client.get("/__admin/settings").json().keys()
    assert options["settings"]["duplicates"]["choices"] == ["reject", "allow"]
    effects = {label: effect for group in options["effects"].values() for label, effect in group.items()}
    assert len(effects) == len(PRESETS) + len(CONNECTION_FAULTS) + 2
    for effect in effects.values():
        assert client.post("/__admin/faults", json={"effect": effect}).status_code == 201, effect


def test_the_files_of_the_page_are_small() -> None:
    for path in (Path(__file__).parents[2] / "mockrevio" / "routes" / "console" / "static").iterdir():
        assert path.stat().st_size < 20_000, path.name
