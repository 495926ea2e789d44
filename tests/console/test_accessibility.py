"""Every view in both colour schemes and three widths: axe-core finds nothing, and nothing is cut off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.console.common import SETTLED, Console
from tests.console.scenery import set_up
from tests.programs import needs
from tests.support import Client, serving

pytestmark = needs("chromium", "chromedriver", "npm")

WIDTHS = (1280, 768, 360)
VIEWS = (
    "overview",
    "links",
    "links/new",
    "links/{link}",
    "records",
    "records/CUSTOMER",
    "records/CUSTOMER/1015",
    "snapshots",
    "log",
    "log/{call}",
    "faults",
    "faults/new",
    "webhooks",
    "rules",
    "try",
    "settings",
    "nothing-of-this-name",
)
RUN = """
const done = arguments[0];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const shown = ({html, failureSummary}) => `${html.slice(0, 200)} ${failureSummary}`;
const brief = ({id, help, nodes}) => ({id, help, nodes: nodes.slice(0, 3).map(shown)});
axe.run(document, {runOnly: tags, resultTypes: ["violations"]}).then(
  ({violations}) => done(violations.map(brief)), (error) => done([{id: String(error)}]));
"""
COLOURED = "return !document.getAnimations().some((each) => each instanceof CSSTransition)"
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Console, axe: str) -> list[dict[str, Any]]:
    """What axe-core finds on the page as it is now."""
    if not page.driver.execute_script("return 'axe' in window"):
        page.driver.execute_script(axe)
    found: list[dict[str, Any]] = page.driver.execute_async_script(RUN)
    return found


def check(page: Console, axe: str) -> None:
    """Check the view that is open, in both schemes and all widths."""
    page.wait(lambda: page.driver.execute_script(SETTLED), "the view")
    for width in WIDTHS:
        page.resize(width)
        overflow = page.driver.execute_script(OVERFLOW)
        assert overflow <= 0, f"at {width} px, the page is {overflow} px wider than the screen"
        for scheme in ("light", "dark"):
            page.prefer(scheme)
            page.wait(lambda: page.driver.execute_script(COLOURED), "the colours")
            assert violations(page, axe) == [], f"at {width} px, {scheme}"


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_accessible_and_fits_the_screen(view: str, page: Console, axe: str) -> None:
    scenery = set_up(page.client)
    page.open(*view.format(**scenery._asdict()).split("/"))
    check(page, axe)


@pytest.mark.parametrize("view", ["overview", "links", "records", "snapshots", "log", "faults", "webhooks"])
def test_an_empty_view_is_accessible(view: str, page: Console, axe: str, empty_server: Client) -> None:
    page.open(view, url=empty_server.url)
    check(page, axe)


@pytest.fixture(scope="module")
def empty_server() -> Any:
    with serving(fixture=("empty",)) as client:
        yield client
