"""The reference page at `/__admin/docs`, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.programs import needs
from tests.support import AUTH, Client, serving

needs_browser = needs("chromium", "chromedriver")


@pytest.fixture
def quiet(browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """A browser whose log must have no error at the end, such as a script that the page's policy blocks."""
    browser.get("about:blank")
    yield browser
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]  # type: ignore[no-untyped-call]
    assert not errors


def wait_for(browser: webdriver.Chrome, text: str, css: str = "main") -> None:
    WebDriverWait(browser, 20, 0.05).until(
        lambda _: text in browser.find_element(By.CSS_SELECTOR, css).text, f"waited for {text!r} in {css}"
    )


def loaded_from(browser: webdriver.Chrome) -> set[str]:
    """The origins that the page has loaded something from."""
    script = "return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).origin)"
    return set(browser.execute_script(script))


@needs_browser
def test_it_shows_both_documents_and_loads_nothing_from_elsewhere(
    quiet: webdriver.Chrome, client: Client
) -> None:
    quiet.get(f"{client.url}/__admin/docs")
    wait_for(quiet, "Rev.io REST API")
    wait_for(quiet, "search.prefix")  # a rule with its evidence
    quiet.get(f"{client.url}/__admin/docs#revio/createIntegrationKeyLink")
    wait_for(quiet, "/IntegrationKeyLink")
    for text in ("application/x-www-form-urlencoded", "documented", "Location", "201"):
        wait_for(quiet, text)
    quiet.get(f"{client.url}/__admin/docs#revio/schema/Customer")
    wait_for(quiet, "billing_address")
    quiet.get(f"{client.url}/__admin/docs#admin/addFaults")
    wait_for(quiet, "Arm a rule")
    assert loaded_from(quiet) == {client.url}
    quiet.get(f"{client.url}/__admin/")
    wait_for(quiet, "API reference", "nav")


@needs_browser
def test_it_can_be_used_with_the_keyboard_alone(quiet: webdriver.Chrome, client: Client) -> None:
    quiet.get(f"{client.url}/__admin/docs")
    wait_for(quiet, "Rev.io REST API")
    quiet.switch_to.active_element.send_keys("/")
    quiet.switch_to.active_element.send_keys("delete keylink")
    wait_for(quiet, "1 found", "#found")
    quiet.switch_to.active_element.send_keys(Keys.TAB, Keys.NULL)
    link = quiet.find_element(By.CSS_SELECTOR, "#groups a")
    for _ in range(3):
        if quiet.switch_to.active_element == link:
            break
        quiet.switch_to.active_element.send_keys(Keys.TAB)
    assert quiet.switch_to.active_element == link
    link.send_keys(Keys.ENTER)
    wait_for(quiet, "Delete a record of IntegrationKeyLink")
    assert quiet.switch_to.active_element == quiet.find_element(By.ID, "main")
    assert quiet.title == "Delete a record of IntegrationKeyLink · mockrevio"
    assert link.get_attribute("aria-current") == "page"


def brightness(browser: webdriver.Chrome) -> float:
    """That of the text, from 0 to 255."""
    script = "return getComputedStyle(document.body).color.match(/\\d+/g).slice(0, 3).map(Number)"
    levels: list[int] = browser.execute_script(script)
    return sum(levels) / 3


@needs_browser
def test_it_is_light_or_dark_as_the_user_prefers(quiet: webdriver.Chrome, client: Client) -> None:
    found = {}
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        quiet.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        quiet.get(f"{client.url}/__admin/docs")
        wait_for(quiet, "Rev.io REST API")
        found[scheme] = brightness(quiet)
    quiet.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert found["light"] < 60
    assert found["dark"] > 195


@needs_browser
def test_it_needs_no_admin_token(quiet: webdriver.Chrome) -> None:
    with serving(admin_token=AUTH[1]) as client:
        quiet.get(f"{client.url}/__admin/docs#admin/getClock")
        wait_for(quiet, "The time of the world")


@needs_browser
def test_it_has_the_colours_that_were_chosen_in_the_console(quiet: webdriver.Chrome, client: Client) -> None:
    quiet.get(f"{client.url}/__admin/docs")
    wait_for(quiet, "Rev.io REST API")
    for scheme in ("dark", "light"):
        quiet.find_element(By.ID, "theme").click()
        assert quiet.execute_script("return document.documentElement.dataset.theme") == scheme
    quiet.refresh()
    wait_for(quiet, "Rev.io REST API")
    assert brightness(quiet) < 60
    quiet.find_element(By.ID, "theme").click()
    assert quiet.execute_script("return localStorage.length") == 0


@needs_browser
def test_an_operation_leads_to_its_form_in_the_console(quiet: webdriver.Chrome, client: Client) -> None:
    quiet.get(f"{client.url}/__admin/docs#revio/getSystemStatus")
    wait_for(quiet, "Try it")
    quiet.find_element(By.LINK_TEXT, "Try it").click()
    wait_for(quiet, "/SystemStatus", ".try-path")


@needs_browser
@pytest.mark.parametrize("width", [360, 768])
def test_it_fits_a_narrow_screen(quiet: webdriver.Chrome, client: Client, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    quiet.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    for part in ("", "#revio/createIntegrationKeyLink", "#revio/schema/Customer", "#admin/addFaults"):
        quiet.get("about:blank")
        quiet.get(f"{client.url}/__admin/docs{part}")
        WebDriverWait(quiet, 20, 0.05).until(lambda _: quiet.find_elements(By.CSS_SELECTOR, "main h2"))
        script = "const page = document.documentElement; return page.scrollWidth - page.clientWidth"
        assert quiet.execute_script(script) <= 0
    quiet.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_other_sites_may_link_to_it(client: Client) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/__admin/docs", headers=link).status_code == 200
    assert client.get("/__admin/docs", headers={**link, "Sec-Fetch-Dest": "iframe"}).status_code == 403


def test_its_policy_allows_no_inline_script_and_nothing_from_elsewhere(client: Client) -> None:
    response = client.get("/__admin/docs", auth=None)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in response.text.replace('lang="en"', "")
