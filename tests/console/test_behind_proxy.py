"""The console below a prefix, behind nginx: all its addresses are relative to the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.common import SETTLED, Console
from tests.programs import needs
from tests.routes.proxies.nginx import nginx
from tests.support import serving

VIEWS = ("links", "records", "snapshots", "log", "faults", "webhooks", "rules", "try", "settings")

pytestmark = needs("chromium", "chromedriver", "nginx")


@pytest.mark.parametrize("name", ["prefix-left.conf", "prefix-stripped.conf"])
def test_the_console_works_below_a_prefix(page: Console, name: str, tmp_path: Path) -> None:
    """Every view loads without a complaint of the browser; a failed request would be one."""
    with (
        serving(fixture=("demo",), base_path="/revio", trusted_proxy=("127.0.0.1",)) as direct,
        nginx(name, direct.url, tmp_path) as proxied,
    ):
        page.open("overview", url=proxied.url)
        page.wait(
            lambda: page.driver.execute_script(SETTLED), "the page to be settled, with a live connection"
        )
        assert f"{proxied.url}/v1" in page.text("main")
        page.wait_for("live", ".topbar")
        direct.get("/v1/Customers/1015")
        page.wait_for("/v1/Customers/1015", "main")
        page.follow("Live log")
        page.wait_for("/v1/Customers/1015", "main")
        for view in VIEWS:
            page.open(view, url=proxied.url)
            page.wait(lambda: page.driver.execute_script(SETTLED), f"{view} to be settled")
        page.driver.get(f"{proxied.url}/__admin/docs")
        page.wait_for("IntegrationKeyLink")
        page.forgive("data:,")  # the icon of the page, which its policy blocks
        page.driver.get("about:blank")  # ends the stream before the servers stop
