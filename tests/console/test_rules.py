"""The rules in the console: how sure we are of each, why, and what it decided."""

from __future__ import annotations

from tests.console.common import Console
from tests.programs import needs
from tests.support import LINK

pytestmark = needs("chromium", "chromedriver")


def names(page: Console) -> list[str]:
    """The rules that are listed."""
    script = "return [...document.querySelectorAll('[aria-label=Rules] tbody code')].map((e) => e.innerText)"
    found: list[str] = page.driver.execute_script(script)
    return found


def test_all_rules_are_listed_with_their_evidence_and_summed_up(page: Console) -> None:
    rules = page.client.get("/__admin/behaviours").json()["behaviours"]
    page.open("rules")
    page.wait(lambda: names(page) == [rule["name"] for rule in rules], "all rules")
    assumed = sum(rule["evidence"] == "assumed" for rule in rules)
    page.wait_for(f"{assumed} assumed", "main")
    (bar,) = page.elements("[aria-label^='Rules by evidence']")

    assert f"assumed: {assumed}" in str(bar.get_attribute("aria-label"))


def test_rules_are_found_by_words_evidence_area_and_decision(page: Console) -> None:
    page.client.get("/v1/Customers/4242")
    page.open("rules")
    page.fill("Search rules", "duplicate")
    page.wait(lambda: names(page) == ["link.duplicate"], "the one rule")
    page.fill("Search rules", "")
    page.choose("Area", "Webhooks")
    page.choose("Evidence", "documented")
    page.wait(lambda: names(page) == ["webhook.confirmation"], "the one documented rule of webhooks")
    page.open("rules", decided="1")
    page.wait(lambda: "record.not_found" in names(page), "the rules that decided")

    assert "link.duplicate" not in names(page)
    page.fill("Search rules", "nothing like this")
    page.wait_for("No rule matches", "main")


def test_counts_grow_while_the_page_is_open_and_lead_to_the_calls(page: Console) -> None:
    page.open("rules", "link.duplicate")
    page.wait_for("0 answers since the last reset", "aside")
    page.client.link()
    rejected = page.client.post("/v1/IntegrationKeyLink", json=LINK)

    page.wait_for("1 answer since the last reset", "aside")
    page.wait_for("/v1/IntegrationKeyLink", "aside")
    (call,) = page.elements("aside .call-name")
    assert str(call.get_attribute("href")).endswith(f"#/log/{rejected.headers['X-Mock-Request-Id']}")


def test_a_rule_says_its_source_and_leads_to_the_setting_that_changes_it(page: Console) -> None:
    page.open("rules")
    page.follow("gateway.rate_limit")
    page.wait_for("rate limit changelog", "aside")
    page.follow("webhook.confirmation")
    page.wait_for("webhook receivers", "aside")
    (source,) = page.elements("aside a[target=_blank]")
    assert source.get_attribute("href") == "https://developers.rev.io/docs/webhook-receivers"
    page.press("\ue00c")  # Escape
    page.wait(lambda: page.focused() == "webhook.confirmation", "the focus to return")
    assert page.elements("aside") == []

    page.follow("page.over_max")
    page.follow("page_size_over_max")
    page.wait(lambda: "Page sizes over 500" in page.focused(), "the setting")


def test_rules_are_sorted_by_how_often_they_decided(page: Console) -> None:
    for _ in range(3):
        page.client.get("/v1/Customers/4242")
    page.client.get("/v1/Customers")
    rules = page.client.get("/__admin/behaviours").json()["behaviours"]
    counts = {rule["name"]: rule["decided"] for rule in rules}
    page.open("rules", sort="-decided")

    page.wait(lambda: names(page), "the rules")
    shown = [counts[name] for name in names(page)]
    assert shown == sorted(counts.values(), reverse=True)
    assert shown[0] > 1
