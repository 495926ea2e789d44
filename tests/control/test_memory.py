"""The request log and fault rules keep no more memory than they count, as tracemalloc measures it."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mockrevio.control.clock import Clock
from mockrevio.control.expected_count import ExpectedCount
from mockrevio.control.faults.rules import FaultRules
from mockrevio.control.faults.specification import parse_fault
from mockrevio.control.request_log import LogEntry, LoggedResponse, Outcome, RequestLog, Verification
from mockrevio.revio.wire.request import ApiRequest
from tests.control.request_log.common import NOON, matcher

MIB = 1024 * 1024
BOUND = 2 * MIB
JSON_TYPE = {"content-type": "application/json"}


def request(
    number: int = 0, body: bytes = b"", query: str = "", headers: Mapping[str, str] = {}
) -> ApiRequest:
    return ApiRequest("POST", f"/v1/x{number}", query, {**JSON_TYPE, **headers}, body, "acme", "tester")


def response(body: bytes = b"{}", headers: tuple[tuple[str, str], ...] = ()) -> LoggedResponse:
    return LoggedResponse(200, headers, body, len(body))


def nested(size: int) -> bytes:
    """A body whose parsed form is many times as large."""
    return b'{"a": [' + b",".join([b"[[]]"] * (size // 5)) + b"]}"


def tiny_headers(number: int) -> dict[str, str]:
    return {f"{number:x}{index:x}": f"{index:x}" for index in range(10_500)}


CALLS: dict[str, Callable[[int], tuple[ApiRequest, LoggedResponse, str | None]]] = {
    "tiny headers": lambda number: (request(number, headers=tiny_headers(number)), response(), None),
    "wide characters": lambda number: (
        request(query=f"a={number}&b=\U0001f600{'x' * 60_000}"),
        response(),
        None,
    ),
    "large bodies": lambda number: (request(body=b"%06d" % number * 50_000), response(bytes(60_000)), None),
    "small calls": lambda number: (request(number), response(), None),
    "nested bodies": lambda number: (request(number, body=nested(20_000)), response(), None),
    "many headers in the response": lambda number: (
        request(number),
        response(headers=tuple((f"a{number}{index}", f"{index}") for index in range(3000))),
        None,
    ),
    "tracebacks": lambda number: (request(number), response(), f"{number}" * 20_000),
}  # fmt: skip


def used_by(action: Callable[[], object]) -> int:
    """How many bytes of memory are in use after an action that were not before."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = action()
        after, _ = tracemalloc.get_traced_memory()
        del kept
        return after - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", CALLS)
def test_a_log_uses_no_more_memory_than_its_bound(kind: str) -> None:
    log = RequestLog(100_000, max_bytes=BOUND)

    def fill() -> None:
        match = matcher(body={"a": "nothing"})
        for number in range(10_000):
            received, sent, error = CALLS[kind](number)
            entry = LogEntry(f"{number:08x}", received, NOON)
            log.begin(entry)
            log.finish(entry, response=sent, duration=0.1, error=error)
            if number < 10:
                entry.as_json()
            if log.view().evicted.count > 3:
                break
        outcome = Verification(match, ExpectedCount(), 0).check(log)
        assert isinstance(outcome, Outcome)

    assert used_by(fill) < BOUND * 1.1
    assert log.view().evicted.by_memory


def test_the_nearest_misses_are_found_without_keeping_every_parsed_body() -> None:
    log = RequestLog(1000)
    for number in range(30):
        log.begin(LogEntry(f"{number:08x}", request(number, body=nested(15_000)), NOON))
    check = Verification(matcher(body={"a": "nothing"}), ExpectedCount(), 0)
    tracemalloc.start()
    try:
        outcome = check.check(log)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(outcome, Outcome)
    assert all(len(difference) < 1000 for _, differences in outcome.misses for difference in differences)
    assert peak < 5 * MIB, "the parsed form of at most a few bodies"


def rules_that_match_no(member: str, count: int) -> FaultRules:
    rules = FaultRules(Clock(), 1)
    match: dict[str, Any] = {"body": {member: "nothing"}}
    rules.add([parse_fault({"match": match, "effect": {"status": 503}}, "fault") for _ in range(count)])
    return rules


@pytest.mark.parametrize(
    "large",
    [
        request(body=json.dumps({"a": "x" * 1_000_000}).encode()),
        request(body=nested(9_000)),
        request(headers=tiny_headers(1)),
        request(query="&".join(["a=b"] * 10_000)),
    ],
    ids=["a value", "nested lists", "headers", "parameters"],
)
def test_five_hundred_rules_keep_little_of_a_large_call(large: ApiRequest) -> None:
    rules = rules_that_match_no("a", 500)
    assert used_by(lambda: rules.decide(large)) < 2 * MIB
    misses = [rule["last_miss"] for rule in rules.all()]
    assert all(0 < len(miss) < 1000 for miss in misses)


def test_matching_on_bodies_keeps_no_parsed_copies() -> None:
    rules = rules_that_match_no("a", 1)
    calls = [request(number, body=nested(60_000)) for number in range(8)]
    assert used_by(lambda: [rules.decide(call) for call in calls]) < MIB / 2


def test_of_small_calls_rules_keep_nothing_parsed_either() -> None:
    rules = rules_that_match_no("a", 50)
    call = request(body=nested(6000))
    assert used_by(lambda: rules.decide(call)) < MIB / 2
