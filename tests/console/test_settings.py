"""Settings and the clock in the console: changed with checks, warnings and undo, as the server has them."""

from __future__ import annotations

from datetime import datetime, timedelta

from selenium.webdriver.common.by import By

from tests.console.common import Console
from tests.programs import needs

pytestmark = needs("chromium", "chromedriver")

FROZEN = "2030-01-31T03:04:05"


def setting(page: Console, name: str) -> object:
    """The value that the server has."""
    return page.client.get("/__admin/settings").json()[name]


def wait_for_setting(page: Console, name: str, value: object) -> None:
    """Wait until the server has a value."""
    page.wait(lambda: setting(page, name) == value, f"{name} to be {value!r}")


def choose_one(page: Console, name: str, choice: str) -> None:
    """Choose one of the few values of a setting."""
    page.wait(lambda: page.elements(f"#setting-{name}"), f"the setting {name}")
    xpath = f"//*[@id='setting-{name}']//label[normalize-space()={choice!r}]"
    page.driver.find_element(By.XPATH, xpath).click()


def clock_now(page: Console) -> str:
    """The time that the server has, in seconds."""
    return str(page.client.get("/__admin/clock").json()["now"])[:19]


def test_a_text_is_checked_while_it_is_typed_and_applied_with_an_undo(page: Console) -> None:
    page.open("settings")
    page.fill("Latency", "fast")
    page.wait_for("Must be a duration (200ms)", "#setting-latency")
    assert not page.button("Apply Latency").is_enabled()
    assert setting(page, "latency") is None
    page.forgive("status of 400")

    page.fill("Latency", "5ms")
    page.wait_until_gone("Must be a duration", "#setting-latency")
    page.click("Apply Latency")
    page.wait_for("Latency: 5ms.")
    page.wait_for("changed", "#setting-latency")
    assert setting(page, "latency") == "5ms"
    page.wait_for("latency", ".topbar-badges")

    page.click("Undo")
    wait_for_setting(page, "latency", None)
    page.wait_until_gone("changed", "#setting-latency")
    assert page.field("Latency").get_attribute("value") == ""


def test_choices_switches_and_lists_are_changed_and_go_back_to_the_default(page: Console) -> None:
    page.open("settings")
    choose_one(page, "duplicates", "Allow")
    wait_for_setting(page, "duplicates", "allow")
    page.click("Strict logins")
    wait_for_setting(page, "strict_login", value=True)
    page.fill("Statuses of errors", "link.duplicate=409")
    page.press("\n")
    page.wait_for("link.duplicate=409", "#setting-error_status .chips")
    page.fill("Statuses of errors", "body.invalid=422")
    page.click("Add to Statuses of errors")
    wait_for_setting(page, "error_status", ["link.duplicate=409", "body.invalid=422"])
    page.click("Remove link.duplicate=409")
    wait_for_setting(page, "error_status", ["body.invalid=422"])

    page.click("Duplicate key links: back to the default")
    wait_for_setting(page, "duplicates", "reject")
    page.wait_for("Only changed (2)")
    page.click("All back to the start")
    page.wait_for("All settings are back at the start.")
    assert setting(page, "error_status") == []
    assert setting(page, "strict_login") is False
    page.click("Undo")
    wait_for_setting(page, "error_status", ["body.invalid=422"])
    assert setting(page, "strict_login") is True


def test_a_warning_of_the_server_is_shown_at_the_setting(page: Console) -> None:
    page.client.patch("/__admin/settings", json={"auth": "off"})
    page.open("settings")
    page.click("Strict logins")

    page.wait_for("has no effect with auth off", "#setting-strict_login")


def test_what_is_half_typed_survives_a_change_by_another(page: Console) -> None:
    page.open("settings")
    page.fill("Rate limit", "10")
    page.client.patch("/__admin/settings", json={"quota": "7/60"})

    page.wait(lambda: page.field("Quota").get_attribute("value") == "7/60", "the quota")
    page.press("/6")
    assert page.field("Rate limit").get_attribute("value") == "10/6"
    page.forgive("status of 400")  # half of it is no limit yet


def test_settings_are_searched_and_the_changed_ones_listed_by_the_address(page: Console) -> None:
    page.client.patch("/__admin/settings", json={"put": "merge"})
    page.open("settings", search="key link")
    page.wait_for("Duplicate key links", "main")
    assert "Latency" not in page.text("main .settings")
    page.fill("Search settings", "")
    page.field("Only changed (1)").click()

    page.wait(lambda: len(page.elements(".setting")) == 1, "the changed setting only")
    assert "PUT of a key link" in page.text(".setting")
    assert "changed=1" in page.driver.current_url


def test_a_link_to_a_setting_leads_to_it(page: Console) -> None:
    page.open("settings", setting="unset_dates")
    page.wait(lambda: "Dates that are not set" in page.focused(), "the focus")
    top = "return document.getElementById('setting-unset_dates').getBoundingClientRect().top"
    assert 0 < page.driver.execute_script(top) < 900


def test_the_settings_of_the_server_are_listed_with_what_set_them(page: Console) -> None:
    page.open("settings", search="--fixture")
    page.wait_for("MOCKREVIO_FIXTURE", "[aria-label='Settings of the server']")
    assert "demo" in page.text("[aria-label='Settings of the server']")


def test_the_clock_is_frozen_moved_on_set_and_released(page: Console) -> None:
    page.open("settings")
    page.wait_for("real time", "main")
    page.click("Freeze now")
    page.wait_for("frozen", "main .panel-head")
    assert page.client.get("/__admin/clock").json()["frozen"] is True
    start = datetime.fromisoformat(clock_now(page))

    page.click("1 h")
    moved = (start + timedelta(hours=1)).isoformat()
    page.wait(lambda: clock_now(page) == moved, moved)
    page.wait_for(moved[11:], ".clock-time")
    page.fill("A duration", "ages")
    page.click("Move on")
    page.wait_for("must be a duration such as 90s", ".clock")
    page.forgive("status of 400")
    page.fill("A duration", "2d12h")
    page.press("\n")
    later = (start + timedelta(days=2, hours=13)).isoformat()
    page.wait_for("moved on by 2d12h")
    assert clock_now(page) == later
    page.click("Undo")
    page.wait(lambda: clock_now(page) == moved, "the time before")

    page.click("Release to real time")
    page.wait_for("real time", "main .panel-head")
    assert page.client.get("/__admin/clock").json()["frozen"] is False


def test_a_month_later_is_the_same_day_or_the_last_of_the_month(page: Console) -> None:
    page.client.put("/__admin/clock", json={"now": FROZEN})
    page.open("settings")
    page.wait_for("Thursday, January 31, 2030", ".clock-face")
    page.click("1 month")

    page.wait_for("Thursday, February 28, 2030", ".clock-face")
    assert clock_now(page) == "2030-02-28T03:04:05"


def test_the_clock_runs_from_a_date_and_runs_live(page: Console) -> None:
    page.open("settings")
    set_value = """
    const [field, value] = arguments;
    field.value = value;
    field.dispatchEvent(new Event("input", {bubbles: true}));"""
    field = page.field("Date and time, UTC")
    page.driver.execute_script(set_value, field, "2031-05-06T07:08:09")
    page.click("Run from there")
    page.wait_for("May 6, 2031", ".clock-face")
    page.wait_for("ahead of real time", "main .panel-head")
    first = page.text(".clock-time")
    page.wait(lambda: page.text(".clock-time") != first, "the next second")
    assert clock_now(page).startswith("2031-05-06T07:08")

    page.driver.execute_script(set_value, page.field("Date and time, UTC"), "")
    page.click("Freeze there")
    page.wait_for("Choose a date and a time.", ".clock")
