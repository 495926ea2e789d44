"""One server and one browser for all tests of the console; the world is reset before each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium import webdriver

from tests.browsers import chromium
from tests.console.common import NAMED, Console
from tests.npm import installed_packages
from tests.support import ROOT, Client, serving


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option of test_pictures.py."""
    parser.addoption("--new-pictures", action="store_true", help="take the pictures of the console anew")


@pytest.fixture(scope="session")
def console_server() -> Iterator[Client]:
    """A client of the server that the tests share. It has the fixture of demos."""
    with serving(fixture=("demo",)) as shared:
        yield shared


@pytest.fixture
def client(console_server: Client) -> Client:
    """A client of the shared server, with its world reset and no snapshots."""
    assert console_server.post("/__admin/reset").status_code == 200
    for name in console_server.get("/__admin/snapshots").json()["snapshots"]:
        assert console_server.delete(f"/__admin/snapshots/{name}").status_code == 200
    return console_server


@pytest.fixture(scope="session")
def browser(console_server: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    hosts = f"MAP {urlsplit(NAMED).hostname} {urlsplit(console_server.url).netloc}"
    with chromium(tmp_path_factory.mktemp("profile"), hosts) as driver:
        yield driver


@pytest.fixture
def page(browser: webdriver.Chrome, client: Client) -> Iterator[Console]:
    """The console in the browser. A script error or a warning of the browser fails the test."""
    console = Console(browser, client)
    console.resize(1280)
    console.prefer("light")
    yield console
    complaints = console.complaints()
    if browser.current_url.startswith("http"):
        browser.execute_script("sessionStorage.clear(); localStorage.clear()")
    browser.get("about:blank")  # ends its stream of events
    assert not complaints


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    packages = installed_packages(ROOT / "tests" / "console" / "node")
    return Path(packages, "axe-core", "axe.min.js").read_text("utf-8")
