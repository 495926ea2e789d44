"""Faults in the console: switches, rules in words, and the form for a whole rule."""

from __future__ import annotations

import json
from typing import Any

from selenium.webdriver.common.keys import Keys

from mockrevio.control.faults.effects import CONNECTION_FAULTS
from mockrevio.control.faults.presets import PRESETS
from mockrevio.revio.webhooks.delivery_faults import DELIVERY_FAULTS
from tests.console.common import Console
from tests.console.test_accessibility import check
from tests.programs import needs
from tests.support import Client

pytestmark = needs("chromium", "chromedriver")

FAULTS = "/__admin/faults"
STATUS = "/v1/SystemStatus"
REPORTED = ("id", "starts", "expires", "matched", "fired", "last_miss")


def rules(client: Client) -> list[dict[str, Any]]:
    """What the armed rules specify."""
    armed = client.get(FAULTS).json()["faults"]
    return [{name: part for name, part in rule.items() if name not in REPORTED} for rule in armed]


def is_on(page: Console, switch: str) -> bool:
    """Whether a switch shows that it is on."""
    return page.button(switch).get_attribute("aria-checked") == "true"


def test_a_switch_lets_calls_fail_until_it_is_switched_off(page: Console) -> None:
    page.open("faults")
    page.click("Outage")
    page.wait(lambda: is_on(page, "Outage"), "the switch to be on")

    assert page.client.get(STATUS).status_code == 503
    page.wait_for("fired 1", ".fault-card[data-on]")
    page.open("faults")
    page.wait(lambda: is_on(page, "Outage"), "the switch to be on in a new page")
    page.click("Outage")
    page.wait_for("Outage is off.")
    assert page.client.get(STATUS).status_code == 200
    page.click("Undo")
    page.wait(lambda: is_on(page, "Outage"), "the switch to be on again")
    assert page.client.get(STATUS).status_code == 503


def test_a_switch_is_for_the_calls_and_the_time_that_are_chosen(page: Console) -> None:
    page.client.put("/__admin/clock", json={"frozen": True})
    page.open("faults")
    page.choose("Method", "POST")
    page.fill("Path", "customers")
    page.wait_for("/v1/Customers*", "[role=option][aria-selected=true]")
    page.press(Keys.ENTER)
    page.fill("Client", "acme")
    page.click("30 s")
    page.click("Rate limited")

    page.wait_for("30 s left", ".fault-card[data-on]")
    assert "POST /v1/Customers* from client acme" in page.text(".fault-card[data-on]")
    match = {"method": "POST", "path": "/v1/Customers*", "client": "acme"}
    effect = {"preset": "rate_limited"}
    armed = {"name": "console: rate limited", "match": match, "when": {"for": "30s"}, "effect": effect}
    assert rules(page.client) == [armed]
    page.client.put("/__admin/clock", json={"advance": "31s"})
    page.wait(lambda: not is_on(page, "Rate limited"), "the switch to be off")
    page.wait_for("expired", "table")

    page.click("Rate limited")
    page.wait(lambda: is_on(page, "Rate limited"), "the switch to be on")
    assert rules(page.client) == [armed], "it was armed again in its place"


def test_rules_that_others_arm_appear_with_their_counts(page: Console) -> None:
    page.open("faults")
    page.wait_for("No rules: nothing fails")
    rule = {
        "name": "the first two creates fail", "match": {"method": "POST"}, "when": {"times": 2},
        "effect": {"status": 500}, "optional": True,
    }  # fmt: skip
    page.client.post(FAULTS, json=rule)

    page.wait_for("the first two creates fail", "table")
    assert "POST: status 500, at most 2 times." in page.text("table")
    assert "optional" in page.text("table")
    page.client.get(STATUS)
    page.wait_for("method is GET, not POST", "table")
    for _ in range(2):
        assert page.client.post("/v1/Customers", json={}).status_code == 500
    page.wait_for("used up", "table")


def test_all_off_can_be_undone(page: Console) -> None:
    page.client.post(FAULTS, json=[{"effect": {"status": 503}}, {"effect": {"latency": "1ms"}}])
    page.client.patch("/__admin/settings", json={"latency": "2ms"})
    before = rules(page.client)
    page.open("faults")
    page.click("All off")

    page.wait_for("Off: 2 rules, latency.")
    page.wait_for("No rules: nothing fails")
    assert (rules(page.client), page.client.get("/__admin/settings").json()["latency"]) == ([], None)
    page.click("Undo")
    page.wait_for("Rule 4", "table")
    assert (rules(page.client), page.client.get("/__admin/settings").json()["latency"]) == (before, "2ms")


def test_rules_can_be_moved_duplicated_and_removed(page: Console) -> None:
    page.client.post(FAULTS, json=[{"name": "one", "effect": {"status": 501}}, {"effect": {"status": 502}}])
    page.open("faults")
    page.click("Move rule 2 up")
    page.wait_for("now rule 1")
    assert [rule["effect"]["status"] for rule in rules(page.client)] == [502, 501]

    page.follow("Duplicate rule 2")
    page.wait_for("New rule", "h1")
    page.fill("Name", "two")
    page.click("Arm the rule")
    page.wait_for("Rule 3 is armed.")
    assert rules(page.client)[2] == {"name": "two", "effect": {"status": 501}}

    page.click("Remove rule 1")
    page.wait_for("Removed rule 1.")
    assert [rule["effect"]["status"] for rule in rules(page.client)] == [501, 501]
    page.click("Undo")
    page.wait_for("Armed again as rule 4")
    assert [rule["effect"]["status"] for rule in rules(page.client)] == [501, 501, 502]


def test_a_whole_rule_is_written_in_the_form(page: Console) -> None:
    page.open("faults", "new")
    page.choose("Answer", "a status of your own…")
    page.fill("Status", "409")
    page.fill("Body", '{"message": "busy"}')
    page.click("Add a response header")
    page.fill_labelled("Headers of the answer: name 1", "Retry-After")
    page.fill_labelled("Headers of the answer: value 1", "5")
    page.choose("Delay", "between two times")
    page.fill("From", "10ms")
    page.fill("To", "20ms")
    page.click("POST")
    page.click("PUT")
    page.fill("Path", "/v1/IntegrationKeyLink*")
    page.press(Keys.ESCAPE)
    page.click("Add a field")
    page.fill_labelled("Fields of the body: name 1", "external_id")
    page.fill_labelled("Fields of the body: value 1", "0012*")
    page.fill("Skip the first", "2")
    page.fill("Probability in %", "30")
    page.fill("Name", "creates are busy")

    page.wait_for("status 409 with a body of its own, 10ms to 20ms later", ".rule-words")
    page.wait_for("skipping the first 2 matches, on 30 % of matches", ".rule-words")
    page.click("pytest")
    page.wait_for('name="creates are busy"', ".rule-preview")
    page.click("curl")
    page.wait_for(f"{page.client.url}/__admin/faults", ".rule-preview")
    page.click("Arm the rule")
    page.wait_for("Rule 1 is armed.")
    assert rules(page.client) == [
        {
            "name": "creates are busy",
            "match": {
                "method": ["POST", "PUT"],
                "path": "/v1/IntegrationKeyLink*",
                "body": {"external_id": "0012*"},
            },
            "when": {"skip": 2, "probability": 0.3},
            "effect": {
                "status": 409,
                "body": {"message": "busy"},
                "headers": {"Retry-After": 5},
                "latency": "10ms..20ms",
            },
        }
    ]


def test_json_flows_into_the_form_and_back(page: Console) -> None:
    page.client.post(FAULTS, json={"match": {"not": {"client": "other"}}, "effect": {"connection": "reset"}})
    page.open("faults", "1")
    page.wait_for("connection reset", ".rule-words")
    assert page.button("Remove exception 1")
    assert page.field("Connection").get_attribute("value") == "reset"

    rule = {"when": {"every": 3}, "phase": "after_commit", "effect": {"drip": {"chunks": 3, "over": "1ms"}}}
    page.fill("The rule as JSON", json.dumps(rule)[:-1])
    page.wait_for("Not JSON yet", ".rule-preview")
    page.fill("The rule as JSON", json.dumps(rule))
    page.wait_for("the body in 3 pieces over 1ms after the write has happened", ".rule-words")
    assert page.field("Every n-th").get_attribute("value") == "3"
    page.fill("Pieces", "4")
    page.click("Save and arm again")
    page.wait_for("Rule 1 is changed")
    assert rules(page.client) == [{**rule, "effect": {"drip": {"chunks": 4, "over": "1ms"}}}]


def test_a_rule_about_notifications_has_no_method_and_no_phase(page: Console) -> None:
    page.open("faults", "new", method="POST", path="/hook")
    page.click("Webhook notifications")
    page.choose("Notification", "twice")
    page.wait_for("/hook: sent twice.", ".rule-words")
    assert "Methods" not in page.text("main")
    page.click("Arm the rule")
    page.wait_for("Rule 1 is armed.")
    assert rules(page.client) == [{"match": {"path": "/hook"}, "effect": {"delivery": "twice"}}]


def test_mistakes_are_shown_at_their_fields_and_elsewhere(page: Console) -> None:
    page.open("faults", "new")
    page.fill("For", "soon")
    page.fill("At most", "0")
    page.click("Arm the rule")

    page.wait_for("must be a duration such as 200ms", "main")
    assert page.field("At most").get_attribute("aria-invalid") == "true"
    page.wait_for("see what is wrong at its fields")
    page.fill("The rule as JSON", '{"effect": {"status": 503}, "nane": 1}')
    page.click("Arm the rule")
    page.wait_for("nane unknown; expected one of name, match", ".notice")
    assert rules(page.client) == []
    page.forgive("status of 400")


def test_latency_and_error_rate_are_for_all_calls(page: Console) -> None:
    page.open("faults")
    page.fill("Error rate", "7")
    page.click("Set error rate")
    page.wait_for("must be a share from 0 to 1", ".fault-setting .field-error")
    page.forgive("status of 400")
    page.fill("Error rate", "1:502")
    page.click("Set error rate")
    page.wait_for("Error rate is 1:502.")
    assert page.client.get(STATUS).status_code == 502
    page.click("Turn error rate off")
    page.wait_for("Error rate is off.")
    assert page.client.get(STATUS).status_code == 200


def test_the_view_and_the_form_are_accessible_when_full(page: Console, axe: str) -> None:
    waiting = {"when": {"after": "5m", "for": "30s"}, "effect": {"connection": "reset"}}
    match = {"method": "POST", "body": {"a": 1}, "not": [{"client": "a"}, {"path": "/b"}]}
    full = {"match": match, "effect": {"status": 500, "body": "no", "headers": {"A": "b"}}, "optional": True}
    switched = {"name": "console: outage", "when": {"for": "10m"}, "effect": {"preset": "unavailable"}}
    page.client.post(FAULTS, json=[waiting, full, switched])
    page.client.get(STATUS)
    page.open("faults")
    page.wait_for("starts in", "table")
    check(page, axe)
    page.open("faults", "2")
    page.wait_for("status 500", ".rule-words")
    check(page, axe)


def test_each_effect_of_the_server_has_a_switch_whose_rule_can_be_armed(client: Client) -> None:
    switches = client.get("/__admin/static/options.json").json()["faults"]["switches"]

    for switch in switches:
        assert client.post(FAULTS, json=switch["rule"]).status_code == 201, switch["name"]
    effects = [effect for switch in switches for effect in switch["rule"]["effect"].items()]
    assert {("preset", name) for name in PRESETS} <= {effect for effect in effects if effect[0] == "preset"}
    kinds = {effect for effect in effects if effect[0] in ("connection", "delivery")}
    broken = {("connection", kind) for kind in CONNECTION_FAULTS}
    assert kinds == broken | {("delivery", kind) for kind in DELIVERY_FAULTS}
