"""The frame around the views: worlds, the token, colours, the menu, a lost server, and what is loaded."""

from __future__ import annotations

from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.support.ui import Select

from mockrevio.app import create_app
from mockrevio.server.server import Server
from mockrevio.settings import Settings
from tests.console.common import Console
from tests.programs import needs
from tests.support import Client, serving

needs_browser = needs("chromium", "chromedriver")

TOKEN = "sesame"  # noqa: S105 (opens nothing)
MAX_FIRST_LOAD = 500_000
"""Bytes of all files of a first load, uncompressed."""

RESOURCES = """
return performance.getEntriesByType("resource").map(({name, decodedBodySize}) => [name, decodedBodySize])
"""


@needs_browser
def test_the_world_is_a_part_of_the_address(browser: webdriver.Chrome) -> None:
    with serving(isolate_clients=True, fixture=("demo",)) as client:
        for code in ("acme", "globex"):
            client.get("/v1/Customers", auth=(f"me@{code}", "x"))
        client.patch("/__admin/settings?client=globex", json={"latency": "3ms"})
        page = Console(browser, client)
        page.resize(1280)
        page.open("settings", world="acme")
        page.wait_for("Only changed (0)")
        page.choose("World", "globex")

        page.wait_for("Only changed (1)")
        assert page.driver.current_url.endswith("#/settings?world=globex")
        page.follow("Rules")
        page.wait_for("How sure we are")
        assert page.driver.current_url.endswith("#/rules?world=globex")
        assert Select(page.field("World")).first_selected_option.text == "globex"
        browser.get("about:blank")  # before the server is gone
        page.forgive("status of 404")  # the world of calls without a client code was not asked for


@needs_browser
def test_the_token_is_asked_for_in_a_form_and_kept_for_the_tab(browser: webdriver.Chrome) -> None:
    with serving(admin_token=TOKEN, fixture=("demo",)) as client:
        page = Console(browser, client)
        page.resize(1280)
        page.open("rules")
        page.wait_for("Admin token")
        page.fill("Token", "wrong")
        page.press("\n")
        page.wait_for("This is not the token that the server was started with.", "dialog")
        page.fill("Token", TOKEN)
        page.click("Continue")
        page.wait_for("How sure we are")
        page.wait(lambda: page.elements("[data-connection=open]"), "the stream of events")
        page.forgive("status of 401")

        browser.refresh()
        page.wait_for("How sure we are")
        assert "Admin token" not in page.text()
        page.forgive("nothing: there is no error with the token")
        browser.execute_script("sessionStorage.clear()")
        browser.get("about:blank")  # before the server is gone


@needs_browser
def test_the_colours_that_were_chosen_are_kept(page: Console) -> None:
    background = "return getComputedStyle(document.body).backgroundColor"
    page.open("rules")
    page.click("Colours: system. Change to dark")
    dark = page.driver.execute_script(background)
    page.driver.refresh()
    page.wait_for("How sure we are")
    assert page.driver.execute_script(background) == dark
    page.click("Colours: dark. Change to light")
    assert page.driver.execute_script(background) != dark

    page.click("Colours: light. Change to system")
    page.prefer("dark")
    page.wait(lambda: page.driver.execute_script(background) == dark, "the system's colours")
    assert page.driver.execute_script("return localStorage.length") == 0


@needs_browser
def test_on_a_phone_the_menu_opens_and_closes_by_itself(page: Console) -> None:
    page.resize(360)
    page.open("rules")
    page.wait_for("How sure we are")
    (menu,) = page.elements(".sidebar")
    assert not menu.is_displayed()
    page.click("Open the menu")
    page.follow("Snapshots")

    page.wait_for("Save the state as it is now")
    page.wait(lambda: not menu.is_displayed(), "the menu to close")
    page.button("Open the menu")


@needs_browser
def test_the_keyboard_reaches_the_content_first(page: Console) -> None:
    page.open("rules")
    page.wait_for("How sure we are")
    page.driver.execute_script("document.activeElement.blur()")
    page.press("\ue004")  # Tab
    page.wait(lambda: page.focused() == "Skip to the content", "the focus")
    page.press("\n")

    assert page.driver.execute_script("return document.activeElement.id") == "main"
    assert page.driver.current_url.endswith("#/rules")


@needs_browser
def test_an_unknown_view_says_so_and_leads_back(page: Console) -> None:
    page.open("no-such-view")
    page.wait_for("There is no such view")
    page.follow("Go to the overview")

    page.wait_for("Switched on")


@needs_browser
def test_a_server_that_stops_is_noticed_and_so_is_its_return(browser: webdriver.Chrome) -> None:
    settings = Settings(ephemeral=True, fixture=("empty",))
    app = create_app(settings)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    page = Console(browser, Client(server.url))
    page.resize(1280)
    page.open("rules")
    page.wait_for("How sure we are")
    page.wait_for("live", ".topbar")
    server.stop()
    app.close()
    page.wait_for("offline", ".topbar")
    assert "How sure we are" in page.text()

    port = urlsplit(server.url).port
    assert port is not None
    with_rule = create_app(settings)
    again = Server(with_rule, "127.0.0.1", port)
    again.start()
    try:
        page.wait_for("live", ".topbar")
        page.client.patch("/__admin/settings", json={"latency": "1ms"})
        page.wait_for("latency", ".topbar-badges")
        page.forgive("ERR_")
        browser.get("about:blank")
    finally:
        page.client.close()
        again.stop()
        with_rule.close()


@needs_browser
def test_a_first_load_is_small_and_loads_nothing_from_elsewhere(page: Console) -> None:
    page.open("overview")
    page.wait(lambda: page.elements("[data-connection=open]"), "the stream of events")
    page.wait_for("Switched on")
    resources = page.driver.execute_script(RESOURCES)

    assert {urlsplit(name).netloc for name, _ in resources} == {urlsplit(page.client.url).netloc}
    files = {name: size for name, size in resources if "/static/" in name}
    html = len(page.client.get("/__admin/").content)
    assert 100_000 < sum(files.values()) + html < MAX_FIRST_LOAD, files
