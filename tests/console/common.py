"""The console in a browser: what it shows, and what a person does there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.support import Client

TIMEOUT = 15
"""Seconds that the page may take to show something."""

NAMED = "http://mock.localhost"
"""An address of the shared server that is the same in each run. Only the browser of these tests knows it."""

SETTLED = """
return !document.querySelector('.skeleton, .loading') && !!document.querySelector('main :is(h1, h3)')
  && !!document.querySelector('.topbar [data-connection=open]') && document.fonts.status === "loaded"
"""
"""Whether a view shows what it has loaded."""

_VISIBLE = "not(ancestor-or-self::*[@hidden])"


class Console:
    """The console of one server. Elements are found as a person finds them: by what is written on them."""

    def __init__(self, driver: webdriver.Chrome, client: Client) -> None:
        self.driver = driver
        self.client = client

    # Opening.

    def open(self, *parts: str, url: str | None = None, **params: str) -> None:
        """Open a view in a new page: `open("links", "12", search="acme")`."""
        path = "/".join(quote(part, safe="") for part in parts)
        query = f"?{urlencode(params)}" if params else ""
        self.driver.get("about:blank")  # or a page that differs only in its hash would not be loaded again
        self.driver.get(f"{url or self.client.url}/__admin/#/{path}{query}")

    def resize(self, width: int, height: int = 900) -> None:
        """Show the page as on a screen of this size in CSS pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme: str) -> None:
        """Prefer a colour scheme, as the system does: `light` or `dark`."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    # Seeing.

    def text(self, css: str = "body") -> str:
        """The text that an element shows."""
        return str(
            self.driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", css)
        )

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait until a condition holds, and return what it returns. Elements may be drawn anew meanwhile."""
        waiting = WebDriverWait(self.driver, TIMEOUT, 0.05, ignored_exceptions=())
        return waiting.until(
            lambda _: condition(), f"waited for {what}; the page shows:\n{self.text()[:3000]}"
        )

    def wait_for(self, text: str, css: str = "body") -> None:
        """Wait until an element shows a text."""
        self.wait(lambda: text in self.text(css), f"{text!r} in {css}")

    def wait_until_gone(self, text: str, css: str = "body") -> None:
        """Wait until an element does not show a text any more."""
        self.wait(lambda: text not in self.text(css), f"{text!r} to be gone from {css}")

    def elements(self, css: str) -> list[WebElement]:
        """The elements that match a selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def focused(self) -> str:
        """The name of the element that has the focus: its label or its text."""
        script = (
            "const e = document.activeElement; return e.getAttribute('aria-label') || e.innerText || e.id"
        )
        return str(self.driver.execute_script(script)).strip()

    # Doing.

    def _find(self, xpath: str, what: str) -> WebElement:
        # The last one: a dialog is drawn after the view below it.
        found = self.wait(
            lambda: [e for e in self.driver.find_elements(By.XPATH, xpath) if e.is_displayed()], what
        )
        element: WebElement = found[-1]
        return element

    def button(self, name: str, within: str = "") -> WebElement:
        """A button, switch or tab by its text or label, in a row or panel that shows the text `within`."""
        own = f"normalize-space()={_literal(name)} or @aria-label={_literal(name)}"
        scope = (
            f"[ancestor::*[self::tr or self::section or self::li][contains(., {_literal(within)})]]"
            if within
            else ""
        )
        return self._find(f"//button[({own}) and {_VISIBLE}]{scope}", f"the button {name!r}")

    def click(self, name: str, within: str = "") -> None:
        """Click a button."""
        self._click(lambda: self.button(name, within))

    def follow(self, text: str) -> None:
        """Click a link by its text or label, or a part of it."""
        own = f"contains(normalize-space(), {_literal(text)}) or contains(@aria-label, {_literal(text)})"
        self._click(lambda: self._find(f"//a[({own}) and {_VISIBLE}]", f"the link {text!r}"))

    def _click(self, find: Callable[[], WebElement]) -> None:
        def click() -> bool:
            element = find()
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            return True

        self.wait(lambda: _without_stale(click), "something to click")

    def field(self, label: str) -> WebElement:
        """A field by its label."""
        own = f"normalize-space()={_literal(label)}"
        return self._find(f"//*[@id=//label[{own}]/@for]|//label[{own}]//input", f"the field {label!r}")

    def fill(self, label: str, text: str) -> None:
        """Type a text into a field, instead of what it has."""
        field = self.field(label)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text or Keys.DELETE)

    def fill_labelled(self, label: str, text: str) -> None:
        """Type a text into a field that is named by `aria-label` only."""
        field = self._find(f"//input[@aria-label={_literal(label)}]", f"the field {label!r}")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text or Keys.DELETE)

    def choose(self, label: str, option: str) -> None:
        """Choose an option by its text."""
        self.wait(
            lambda: option in [e.text for e in Select(self.field(label)).options], f"the option {option!r}"
        )
        Select(self.field(label)).select_by_visible_text(option)

    def press(self, *keys: str) -> None:
        """Press keys wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(*keys)

    # What the browser says.

    def complaints(self) -> list[str]:
        """Errors and warnings of the browser's console since the last call."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def forgive(self, part: str) -> None:
        """Take complaints that a test is about, such as `status of 400`; all others still fail it."""
        others = [text for text in self.complaints() if part not in text]
        assert not others, others


def _without_stale(action: Callable[[], bool]) -> bool:
    """Whether an action was done; not if its element was drawn anew or covered meanwhile."""
    from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException

    try:
        return action()
    except (StaleElementReferenceException, ElementClickInterceptedException):
        return False


def _literal(text: str) -> str:
    """A text in XPath, which knows no escapes."""
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ", '\"', ".join(f'"{part}"' for part in text.split('"')) + ")"
