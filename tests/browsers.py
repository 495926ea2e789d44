"""A real browser for tests of web pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver

from tests.programs import find

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1280,900"),
    # So that pictures are the same everywhere.
    *("--hide-scrollbars", "--force-device-scale-factor=1", "--force-color-profile=srgb"),
)


@contextmanager
def chromium(profile: Path, hosts: str) -> Iterator[webdriver.Chrome]:
    """Chromium with a profile in a folder. `hosts` maps names of hosts: `MAP mock.localhost 127.0.0.1:80`."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(find("chromium"))
    for flag in (*FLAGS, f"--host-resolver-rules={hosts}", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(find("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()
