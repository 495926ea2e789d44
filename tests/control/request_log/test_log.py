"""The log as the parts of the mock use it that know more of a call than HTTP shows."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from mockrevio.control.expected_count import ExpectedCount
from mockrevio.control.faults.decisions import Cause
from mockrevio.control.request_log import (
    Outcome,
    Pending,
    RequestLog,
    Verification,
    count_matches,
    parse_log_matcher,
)
from mockrevio.control.request_log.filters import LoggedCall
from tests.control.request_log.common import answer, make_entry, make_request, matcher


def kept(log: RequestLog) -> list[str]:
    """The ids of the entries in the log."""
    return [entry.id for entry in log.entries()]


def finish(log: RequestLog, entry: Any, **parts: Any) -> None:
    """Answer a call."""
    log.finish(entry, response=parts.pop("response", answer()), duration=0.1, **parts)


def should_wake(log: RequestLog, match: dict[str, Any], expected: ExpectedCount, action: Any) -> bool:
    """Whether something that happens to the log wakes a verification that waits."""
    check = Verification(matcher(**match), expected, deadline=time.monotonic() + 60).check(log)
    assert isinstance(check, Pending)
    woken = threading.Event()
    unsubscribe = check.subscribe(log, woken.set)
    action()
    unsubscribe()
    return woken.is_set()


ONE, ANY = ExpectedCount(1, 1), ExpectedCount(1)


def test_a_verification_is_woken_only_by_changes_that_decide_it() -> None:
    log = RequestLog(3)
    post = make_entry("POST", receiving=True)
    other = make_entry("POST")
    by_method, by_body, failed = {"method": "POST"}, {"body": {"a": "1"}}, {"status": "5xx"}
    body = make_request("POST", b'{"a": 1}', **{"content-type": "application/json"})
    assert not should_wake(log, by_method, ONE, lambda: log.begin(make_entry("GET")))
    assert should_wake(log, by_method, ONE, lambda: log.begin(post))
    assert not should_wake(log, by_body, ONE, lambda: log.update(post, causes=[Cause("fault 1", 1)]))
    assert should_wake(log, by_body, ONE, lambda: log.update(post, request=body))
    assert not should_wake(log, failed, ANY, lambda: log.begin(other))
    assert not should_wake(log, failed, ANY, lambda: finish(log, post))
    assert should_wake(log, failed, ANY, lambda: finish(log, other, response=answer(503)))
    assert should_wake(log, {"method": "PUT"}, ONE, log.drop_in_progress)
    assert should_wake(log, {"method": "PUT"}, ONE, log.clear)


def test_many_waiting_verifications_look_at_new_calls_only() -> None:
    log = RequestLog(1000)
    for _ in range(1000):
        log.begin(make_entry())
    match = matcher(path="/v1/never")
    looked_at: list[str] = []
    verdict_of = match.verdict_of

    def count(call: LoggedCall) -> bool | None:
        looked_at.append(call.entry.id)
        return verdict_of(call)

    match.verdict_of = count  # type: ignore[method-assign]
    for _ in range(100):
        check = Verification(match, ANY, deadline=time.monotonic() + 60).check(log)
        assert isinstance(check, Pending)
        check.subscribe(log, lambda: None)
    looked_at.clear()
    new = make_entry()
    log.begin(new)
    finish(log, new)
    assert looked_at == [new.id] * 100


def test_a_call_whose_body_is_being_received_is_in_the_log() -> None:
    log = RequestLog(10)
    entry = make_entry("POST", receiving=True)
    log.begin(entry)
    by_body = matcher(body={"internal_id": 1015})
    check = Verification(by_body, ExpectedCount(1, 1), deadline=time.monotonic() + 60)
    assert isinstance(check.check(log), Pending)
    assert count_matches(log, matcher(method="POST")).count == 1
    assert count_matches(log, by_body).in_progress == 1
    assert entry.as_json()["json"] is None

    secret = {"content-type": "application/json", "authorization": "Basic c2VjcmV0"}
    log.update(entry, request=make_request("POST", b'{"internal_id": 1015}', **secret))
    outcome = check.check(log)
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.count, outcome.in_progress) == ("ok", 1, 1)
    shown = entry.as_json()
    assert shown["json"] == {"internal_id": 1015}
    assert shown["headers"]["authorization"] == "Basic ***"


def test_a_client_that_left_is_marked_at_once() -> None:
    log = RequestLog(10)
    entry = make_entry()
    log.begin(entry)
    log.client_left(entry)
    assert entry.as_json()["client_left"] is True
    assert entry.as_json()["response"] is None


@pytest.mark.parametrize("forget", [RequestLog.clear, RequestLog.drop_in_progress])
def test_a_forgotten_call_does_not_come_back(forget: Any) -> None:
    log = RequestLog(10, max_bytes=10_000)
    entry = make_entry(receiving=True)
    log.begin(entry)
    forget(log)
    later = make_entry()
    log.begin(later)
    log.update(entry, request=make_request("POST", b"x" * 20_000))
    log.update(entry, causes=[Cause("fault 1", 1)])
    log.client_left(entry)
    finish(log, entry, response=answer(body=b"x" * 20_000))
    assert kept(log) == [later.id], "and what it would need of the memory is not counted"
    assert log.view().evicted.count == 0


def test_only_calls_in_progress_are_forgotten_with_the_state_they_belong_to() -> None:
    log = RequestLog(2)
    entries = [make_entry() for _ in range(4)]
    for entry in entries[:3]:
        log.begin(entry)
        finish(log, entry)
    log.begin(entries[3])
    log.drop_in_progress()
    assert kept(log) == [entries[2].id]
    assert log.view().evicted.count == 2
    log.begin(make_entry())
    assert len(kept(log)) == 2, "its place is free"


def test_a_reset_clears_the_eviction_statistics() -> None:
    log = RequestLog(1)
    for _ in range(3):
        log.begin(make_entry())
    log.clear()
    assert (kept(log), log.view().evicted.count) == ([], 0)


@pytest.mark.parametrize("where", ["request", "body that comes later", "response"])
def test_a_call_too_large_for_the_memory_is_dropped_and_counted(where: str) -> None:
    log = RequestLog(10, max_bytes=10_000)
    first = make_entry("DELETE")
    log.begin(first)
    large = b"x" * 20_000
    entry = make_entry("POST", body=large if where == "request" else b"")
    log.begin(entry)
    if where == "body that comes later":
        log.update(entry, request=make_request("POST", large))
    finish(log, entry, response=answer(body=large if where == "response" else b""))
    finish(log, first)
    evicted = log.view().evicted
    assert (kept(log), evicted.count, evicted.by_memory) == ([], 2, True)
    log.begin(make_entry())
    assert len(kept(log)) == 1, "the memory of what was dropped is free"


def test_methods_without_number_take_no_memory() -> None:
    log = RequestLog(1)
    for number in range(200):
        log.begin(make_entry(f"M{number}"))
    evicted = log.view().evicted
    assert evicted.count == 199
    assert evicted.possible_matches(matcher(method="M0")) >= 1
    assert evicted.possible_matches(matcher(method="M150")) >= 1
    assert len(evicted._methods) <= 51


def test_a_clock_that_was_set_back_makes_no_dropped_call_irrelevant() -> None:
    log = RequestLog(1)
    for second in (60, 0, 30):
        log.begin(make_entry(second=second))
    evicted = log.view().evicted
    assert evicted.possible_matches(matcher(since="2030-01-02T12:00:59")) == 2
    assert evicted.possible_matches(matcher(until="2030-01-02T12:00:01")) == 2
    assert evicted.possible_matches(matcher(since="2030-01-02T12:01:01")) == 0


def test_times_before_the_first_year_are_the_first() -> None:
    start = datetime.min.replace(tzinfo=UTC)
    assert parse_log_matcher({"since": "1h"}, "match", start).matches(make_entry())
