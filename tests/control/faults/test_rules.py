"""Fault rules fire at the calls they should, in order, exactly, and alike in every run."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from itertools import pairwise
from math import sqrt
from typing import Any

import pytest

from mockrevio.control.clock import Clock
from mockrevio.control.faults.rules import FaultRules
from mockrevio.control.faults.specification import parse_fault
from mockrevio.errors import DocumentError, UnknownFault
from mockrevio.quantities import ErrorRate, Latency
from mockrevio.revio.wire.request import ApiRequest

FAIL = {"status": 503}


def call(method: str = "GET", path: str = "/v1/Customers") -> ApiRequest:
    return ApiRequest(method, path, "", {}, b"", "acme", "me")


def faults(*documents: dict[str, Any], seed: int | None = 7, clock: Clock | None = None) -> FaultRules:
    made = FaultRules(clock or Clock(), seed)
    made.add([parse_fault(document, "fault") for document in documents])
    return made


def fires(made: FaultRules, count: int, of: ApiRequest | None = None) -> str:
    """Which of so many calls a fault met, as `.x.x`."""
    return "".join(".x"[made.decide(of or call()).effect is not None] for _ in range(count))


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
def test_skip_every_and_times_choose_among_the_matching_calls(when: dict[str, Any], pattern: str) -> None:
    assert fires(faults({"when": when, "effect": FAIL}), 8) == pattern


def test_calls_that_do_not_match_count_for_nothing() -> None:
    made = faults({"match": {"method": "POST"}, "when": {"skip": 1}, "effect": FAIL})

    assert fires(made, 3) == "..."
    assert fires(made, 2, call("POST")) == ".x"
    assert (made.get(1)["matched"], made.get(1)["fired"]) == (2, 1)


def test_the_first_rule_that_fires_decides_and_later_ones_are_not_asked() -> None:
    made = faults({"when": {"times": 1}, "effect": {"status": 500}}, {"effect": {"status": 502}})

    replies = [made.decide(call()).effect for _ in range(2)]

    assert [effect.document["status"] for effect in replies if effect] == [500, 502]
    assert [rule["matched"] for rule in made.all()] == [2, 1]


def test_latencies_add_up_and_stop_no_later_rule() -> None:
    made = faults(
        {"effect": {"latency": "200ms"}},
        {"phase": "after_commit", "effect": {"latency": "1s"}},
        {"effect": {"status": 503, "latency": "300ms"}},
        {"effect": {"latency": "9s"}},
    )
    made.latency = Latency.read("1ms")

    decision = made.decide(call())

    assert decision.before == pytest.approx(0.501)
    assert decision.after == 1
    assert decision.effect is not None
    assert decision.cause == "fault 1, fault 2, fault 3"


def test_the_same_seed_decides_alike_and_another_does_not() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL}

    assert fires(faults(document), 300) == fires(faults(document), 300)
    assert fires(faults(document), 300) != fires(faults(document, seed=8), 300)
    assert fires(faults(document, seed=None), 300) != fires(faults(document, seed=None), 300)


def test_a_seed_in_the_rule_wins_over_the_worlds() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL, "seed": 3}

    assert fires(faults(document, seed=None), 300) == fires(faults(document, seed=9), 300)


def test_with_a_seed_of_its_own_a_rule_decides_alike_whatever_its_id_is() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL, "seed": 3}
    made = faults(document)
    first = fires(made, 300)

    made.remove(1)
    made.add([parse_fault(document, "fault")])

    assert made.all()[0]["id"] == 2
    assert fires(made, 300) == first


def test_rules_do_not_share_their_chances() -> None:
    first = {"when": {"probability": 0.5}, "effect": {"latency": "1s"}}
    made = faults(first, first)

    delays = [made.decide(call()).before for _ in range(400)]

    assert {0.0, 1.0, 2.0} == set(delays)  # each alone, both and none: they are drawn apart


def test_after_a_restart_of_ids_the_chances_begin_anew() -> None:
    document = {"when": {"probability": 0.3}, "effect": FAIL}
    made = faults(document)
    before = fires(made, 100)

    made.clear(restart=True)
    made.add([parse_fault(document, "fault")])

    assert fires(made, 100) == before


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_a_probability_is_the_share_of_calls_that_are_met(share: float) -> None:
    met = fires(faults({"when": {"probability": share}, "effect": FAIL}), 2000).count("x")

    deviation = sqrt(2000 * share * (1 - share))
    assert abs(met - 2000 * share) < 4 * deviation


def test_the_decisions_are_as_irregular_as_chance_is() -> None:
    pattern = fires(faults({"when": {"probability": 0.5}, "effect": FAIL}), 2000)

    runs = 1 + sum(a != b for a, b in pairwise(pattern))
    assert abs(runs - 1000) < 4 * sqrt(2000) / 2


def test_the_error_rate_toggle_fails_its_share_of_calls() -> None:
    made = faults()
    made.error_rate = ErrorRate(0.3, 502)

    effects = [made.decide(call()).effect for _ in range(2000)]

    assert abs(sum(effect is not None for effect in effects) - 600) < 4 * sqrt(2000 * 0.21)
    assert {effect.document["status"] for effect in effects if effect} == {502}


@pytest.mark.parametrize(
    ("when", "expected"),
    [({"skip": 5, "times": 20}, 20), ({"every": 4}, 200), ({"skip": 1, "every": 3}, 267)],
)
def test_counts_are_exact_under_sixteen_threads(when: dict[str, Any], expected: int) -> None:
    made = faults({"when": when, "effect": FAIL})
    fired: list[str] = []
    threads = [threading.Thread(target=lambda: fired.append(fires(made, 50))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "".join(fired).count("x") == expected == made.get(1)["fired"]
    assert made.get(1)["matched"] == 800


def test_a_timed_outage_begins_and_ends_by_the_worlds_clock() -> None:
    clock = Clock(datetime(2030, 1, 1, tzinfo=UTC))
    made = faults({"when": {"after": "10s", "for": "30s"}, "effect": FAIL}, clock=clock)

    assert fires(made, 2) == ".."
    assert made.get(1)["last_miss"] == "the rule begins in 10s of the world's clock"
    clock.advance(10)
    assert fires(made, 2) == "xx"
    clock.advance(29.999)
    assert fires(made, 1) == "x"
    clock.advance(0.001)
    assert fires(made, 2) == ".."
    assert made.get(1)["last_miss"] == "the rule's time is over"
    assert (made.get(1)["matched"], made.get(1)["fired"]) == (3, 3)


@pytest.mark.parametrize(
    ("document", "calls", "why"),
    [
        ({"match": {"method": "POST"}}, 1, "method is GET, not POST"),
        (
            {"match": {"method": "POST", "path": "/x"}},
            1,
            "method is GET, not POST; path is /v1/Customers, not /x",
        ),
        ({"when": {"skip": 2}}, 1, "match 1 of the 2 that are skipped"),
        ({"when": {"every": 3}}, 2, "only one match in 3 counts"),
        ({"when": {"times": 1}}, 2, "it has fired 1 times already"),
        ({"when": {"probability": 0}}, 1, "chance let it pass (probability 0)"),
        ({}, 1, None),
        ({}, 0, None),
    ],
)
def test_a_rule_says_why_it_did_not_fire_at_the_last_call(
    document: dict[str, Any], calls: int, why: str | None
) -> None:
    made = faults({**document, "effect": FAIL})
    fires(made, calls)

    assert made.get(1)["last_miss"] == why


def test_a_rule_that_is_replaced_keeps_its_place_and_counts_anew() -> None:
    made = faults({"effect": {"status": 500}}, {"effect": {"status": 502}})
    fires(made, 3)

    made.replace(1, parse_fault({"effect": {"status": 504}}, "fault"))

    assert [(rule["id"], rule["effect"], rule["fired"]) for rule in made.all()] == [
        (1, {"status": 504}, 0),
        (2, {"status": 502}, 0),
    ]


def test_a_rule_can_be_read_changed_and_put_back() -> None:
    made = faults({"name": "x", "effect": FAIL})

    made.replace(1, parse_fault({**made.get(1), "phase": "after_commit"}, "fault"))

    assert [plan.document for plan in made.specs()] == [
        {"name": "x", "effect": FAIL, "phase": "after_commit"}
    ]


def test_ids_are_not_used_again() -> None:
    made = faults({"effect": FAIL}, {"effect": FAIL})
    made.remove(2)

    assert made.add([parse_fault({"effect": FAIL}, "fault")])[0]["id"] == 3


@pytest.mark.parametrize("method", ["get", "remove"])
def test_a_rule_that_is_not_there_is_named_with_those_that_are(method: str) -> None:
    with pytest.raises(UnknownFault, match="no fault has the id 9; there are 1"):
        getattr(faults({"effect": FAIL}), method)(9)


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
def test_what_is_no_rule_is_refused_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_fault(document, "fault")

    assert [mistake.place for mistake in caught.value.mistakes] == [place]


def test_without_rules_and_toggles_nothing_is_looked_at() -> None:
    made = faults()

    assert made.idle
    assert made.decide(call()).effect is None
