"""Fault rules fire in order, with exact counts, and reproducibly."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from itertools import pairwise
from math import sqrt
from typing import Any

import pytest

from mockrevio.control.clock import Clock
from mockrevio.control.faults.decisions import Decision
from mockrevio.control.faults.rules import FaultRules
from mockrevio.control.faults.specification import Phase, parse_fault
from mockrevio.errors import DocumentError, UnknownFault
from mockrevio.quantities import ErrorRate, Latency
from mockrevio.revio.wire.request import ApiRequest

FAIL = {"status": 503}


def make_request(method: str = "GET", path: str = "/v1/Customers") -> ApiRequest:
    return ApiRequest(method, path, "", {}, b"", "acme", "me")


def make_rules(*documents: dict[str, Any], seed: int | None = 7, clock: Clock | None = None) -> FaultRules:
    rules = FaultRules(clock or Clock(), seed)
    rules.add([parse_fault(document, "fault") for document in documents])
    return rules


def delay_of(decision: Decision, phase: Phase = "before_commit") -> float:
    return sum(delay.seconds for delay in decision.delays_in(phase))


def firings(rules: FaultRules, count: int, request: ApiRequest | None = None) -> str:
    """Which of `count` requests a rule fired on, as `.x.x`."""
    request = request or make_request()
    return "".join(".x"[rules.decide(request).effect is not None] for _ in range(count))


@pytest.mark.parametrize(
    ("when", "pattern"),
    [
        ({}, "xxxxxxxx"),
        ({"skip": 2}, "..xxxxxx"),
        ({"times": 3}, "xxx....."),
        ({"every": 3}, "x..x..x."),
        ({"skip": 1, "every": 2}, ".x.x.x.x"),
        ({"skip": 2, "every": 2, "times": 2}, "..x.x..."),
        ({"probability": 0}, "........"),
        ({"probability": 1.0}, "xxxxxxxx"),
    ],
)
def test_skip_every_and_times_select_matches(when: dict[str, Any], pattern: str) -> None:
    assert firings(make_rules({"when": when, "effect": FAIL}), 8) == pattern


def test_requests_that_do_not_match_are_not_counted() -> None:
    rules = make_rules({"match": {"method": "POST"}, "when": {"skip": 1}, "effect": FAIL})

    assert firings(rules, 3) == "..."
    assert firings(rules, 2, make_request("POST")) == ".x"
    assert (rules.get(1)["matched"], rules.get(1)["fired"]) == (2, 1)


def test_the_first_rule_that_fires_decides_and_later_ones_are_not_checked() -> None:
    rules = make_rules({"when": {"times": 1}, "effect": {"status": 500}}, {"effect": {"status": 502}})

    effects = [rules.decide(make_request()).effect for _ in range(2)]

    assert [effect.document["status"] for effect in effects if effect] == [500, 502]
    assert [rule["matched"] for rule in rules.all()] == [2, 1]


def test_latencies_add_up_and_later_rules_are_still_checked() -> None:
    rules = make_rules(
        {"effect": {"latency": "200ms"}},
        {"phase": "after_commit", "effect": {"latency": "1s"}},
        {"effect": {"status": 503, "latency": "300ms"}},
        {"effect": {"latency": "9s"}},
    )
    rules.latency = Latency.parse("1ms")

    decision = rules.decide(make_request())

    assert delay_of(decision) == pytest.approx(0.501)
    assert delay_of(decision, "after_commit") == 1
    assert decision.effect is not None
    assert decision.cause == "fault 1, fault 2, fault 3"


def test_the_same_seed_gives_the_same_decisions_and_another_seed_does_not() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL}

    assert firings(make_rules(document), 300) == firings(make_rules(document), 300)
    assert firings(make_rules(document), 300) != firings(make_rules(document, seed=8), 300)
    assert firings(make_rules(document, seed=None), 300) != firings(make_rules(document, seed=None), 300)


def test_the_seed_of_a_rule_overrides_the_seed_of_the_world() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL, "seed": 3}

    assert firings(make_rules(document, seed=None), 300) == firings(make_rules(document, seed=9), 300)


def test_the_decisions_of_a_rule_with_a_seed_do_not_depend_on_its_id() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL, "seed": 3}
    rules = make_rules(document)
    first = firings(rules, 300)

    rules.remove(1)
    rules.add([parse_fault(document, "fault")])

    assert rules.all()[0]["id"] == 2
    assert firings(rules, 300) == first


def test_each_rule_has_its_own_random_sequence() -> None:
    rule = {"when": {"probability": 0.5}, "effect": {"latency": "1s"}}
    rules = make_rules(rule, rule)

    delays = [delay_of(rules.decide(make_request())) for _ in range(400)]

    assert {0.0, 1.0, 2.0} == set(delays)  # neither, one or both fire: they are drawn independently


def test_restarting_the_ids_restarts_the_random_sequences() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL}
    rules = make_rules(document)
    before = firings(rules, 100)

    rules.clear(restart=True)
    rules.add([parse_fault(document, "fault")])

    assert firings(rules, 100) == before


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_a_probability_is_the_share_of_requests_that_a_rule_fires_on(share: float) -> None:
    fired = firings(make_rules({"when": {"probability": share}, "effect": FAIL}), 2000).count("x")

    deviation = sqrt(2000 * share * (1 - share))
    assert abs(fired - 2000 * share) < 4 * deviation


def test_the_decisions_have_as_many_runs_as_random_ones() -> None:
    pattern = firings(make_rules({"when": {"probability": 0.5}, "effect": FAIL}), 2000)

    runs = 1 + sum(a != b for a, b in pairwise(pattern))
    assert abs(runs - 1000) < 4 * sqrt(2000) / 2


def test_the_error_rate_toggle_fails_its_share_of_requests() -> None:
    rules = make_rules()
    rules.error_rate = ErrorRate(0.3, 502)

    effects = [rules.decide(make_request()).effect for _ in range(2000)]

    assert abs(sum(effect is not None for effect in effects) - 600) < 4 * sqrt(2000 * 0.21)
    assert {effect.document["status"] for effect in effects if effect} == {502}


@pytest.mark.parametrize(
    ("when", "expected"),
    [({"skip": 5, "times": 20}, 20), ({"every": 4}, 200), ({"skip": 1, "every": 3}, 267)],
)
def test_counts_are_exact_under_sixteen_threads(when: dict[str, Any], expected: int) -> None:
    rules = make_rules({"when": when, "effect": FAIL})
    patterns: list[str] = []
    threads = [threading.Thread(target=lambda: patterns.append(firings(rules, 50))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "".join(patterns).count("x") == expected == rules.get(1)["fired"]
    assert rules.get(1)["matched"] == 800


def test_a_timed_outage_starts_and_ends_by_the_mock_clock() -> None:
    clock = Clock(datetime(2030, 1, 1, tzinfo=UTC))
    rules = make_rules({"when": {"after": "10s", "for": "30s"}, "effect": FAIL}, clock=clock)

    assert firings(rules, 2) == ".."
    assert rules.get(1)["last_miss"] == "the rule starts in 10s (mock clock)"
    clock.advance(10)
    assert firings(rules, 2) == "xx"
    clock.advance(29.999)
    assert firings(rules, 1) == "x"
    clock.advance(0.001)
    assert firings(rules, 2) == ".."
    assert rules.get(1)["last_miss"] == "the rule has expired"
    assert (rules.get(1)["matched"], rules.get(1)["fired"]) == (3, 3)


@pytest.mark.parametrize(
    ("document", "requests", "reason"),
    [
        ({"match": {"method": "POST"}}, 1, "method is GET, not POST"),
        (
            {"match": {"method": "POST", "path": "/x"}},
            1,
            "method is GET, not POST; path is /v1/Customers, not /x",
        ),
        ({"when": {"skip": 2}}, 1, "match 1 was skipped (skip 2)"),
        ({"when": {"every": 3}}, 2, "match 2 was not considered (every 3)"),
        ({"when": {"times": 1}}, 2, "the rule has reached its limit (times 1)"),
        ({"when": {"probability": 0}}, 1, "match 1 was not drawn (probability 0)"),
        ({}, 1, None),
        ({}, 0, None),
    ],
)
def test_a_rule_says_why_it_did_not_fire_on_the_last_request(
    document: dict[str, Any], requests: int, reason: str | None
) -> None:
    rules = make_rules({**document, "effect": FAIL})
    firings(rules, requests)

    assert rules.get(1)["last_miss"] == reason


def test_a_replaced_rule_keeps_its_place_and_restarts_its_counters() -> None:
    rules = make_rules({"effect": {"status": 500}}, {"effect": {"status": 502}})
    firings(rules, 3)

    rules.replace(1, parse_fault({"effect": {"status": 504}}, "fault"))

    assert [(rule["id"], rule["effect"], rule["fired"]) for rule in rules.all()] == [
        (1, {"status": 504}, 0),
        (2, {"status": 502}, 0),
    ]


def test_a_rule_can_be_read_changed_and_sent_back() -> None:
    rules = make_rules({"name": "x", "effect": FAIL})

    rules.replace(1, parse_fault({**rules.get(1), "phase": "after_commit"}, "fault"))

    assert [spec.document for spec in rules.specs()] == [
        {"name": "x", "effect": FAIL, "phase": "after_commit"}
    ]


def test_ids_are_not_reused() -> None:
    rules = make_rules({"effect": FAIL}, {"effect": FAIL})
    rules.remove(2)

    assert rules.add([parse_fault({"effect": FAIL}, "fault")])[0]["id"] == 3


@pytest.mark.parametrize("method", ["get", "remove"])
def test_the_error_for_an_unknown_rule_lists_the_existing_ids(method: str) -> None:
    with pytest.raises(UnknownFault, match="no fault rule has id 9; existing ids: 1"):
        getattr(make_rules({"effect": FAIL}), method)(9)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "fault.effect"),
        ({"effect": {}}, "fault.effect"),
        ({"effect": FAIL, "whenn": {}}, "fault.whenn"),
        ({"effect": FAIL, "when": {"skip": -1}}, "fault.when.skip"),
        ({"effect": FAIL, "when": {"every": 0}}, "fault.when.every"),
        ({"effect": FAIL, "when": {"times": 0}}, "fault.when.times"),
        ({"effect": FAIL, "when": {"probability": 30}}, "fault.when.probability"),
        ({"effect": FAIL, "when": {"after": 10}}, "fault.when.after"),
        ({"effect": FAIL, "when": {"until": "10s"}}, "fault.when.until"),
        ({"effect": FAIL, "phase": "later"}, "fault.phase"),
        ({"effect": FAIL, "match": {"verb": "GET"}}, "fault.match.verb"),
        ({"effect": FAIL, "name": 5}, "fault.name"),
        ({"effect": FAIL, "seed": "x"}, "fault.seed"),
        ([], "fault"),
    ],
)
def test_an_invalid_rule_is_rejected_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_fault(document, "fault")

    assert [mistake.place for mistake in caught.value.mistakes] == [place]


def test_without_rules_and_toggles_nothing_is_evaluated() -> None:
    rules = make_rules()

    assert rules.idle
    assert rules.decide(make_request()).effect is None
