"""Against a complete history, no answer of a bounded log is ever wrong, and none is refused without need."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mockrevio.control.expected_count import ExpectedCount
from mockrevio.control.request_log import LogEntry, Outcome, Pending, RequestLog, Verification, count_matches
from tests.control.request_log.common import answer, make_entry, matcher

METHODS = st.sampled_from(["GET", "POST", "DELETE"])
STATUSES = st.sampled_from([200, 404, 503])
SECONDS = st.integers(0, 20)
SIZES = st.sampled_from([0, 0, 3_000, 30_000])
DATES = SECONDS.map(lambda second: f"2030-01-02T12:00:{second:02d}")

PARTS: dict[str, st.SearchStrategy[Any]] = {
    "method": METHODS | st.lists(METHODS, min_size=1, max_size=2),
    "status": STATUSES | st.sampled_from(["4xx", "none", "any", "none,503"]),
    "since": DATES,
    "until": DATES,
}
FILTERS = st.fixed_dictionaries({}, optional=PARTS)
MATCHES = st.builds(
    lambda match, excluded: {**match, "not_": excluded} if excluded else match, FILTERS, st.none() | FILTERS
)
COUNTS = st.builds(
    lambda low, more: ExpectedCount(low, None if more is None else low + more),
    st.integers(0, 6),
    st.none() | st.integers(0, 3),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), METHODS, SECONDS, SIZES),
        st.tuples(st.just("finish"), st.integers(0, 30), STATUSES, SIZES),
        st.tuples(st.sampled_from(["clear", "drop_in_progress"])),
    ),
    max_size=30,
)


class History:
    """A bounded log, and beside it all calls that the log should know of."""

    def __init__(self, maximum: int) -> None:
        self.log = RequestLog(maximum, max_bytes=40_000)
        self.calls: list[LogEntry] = []
        self.forgotten_after_eviction = 0
        """The log counts these as evicted, because it does not know that they would have been forgotten."""
        self._pending: list[LogEntry] = []

    def begin(self, method: str, second: int, size: int) -> None:
        """A call arrives."""
        entry = make_entry(method, second=second, body=b"x" * size)
        self.calls.append(entry)
        self._pending.append(entry)
        self.log.begin(entry)

    def finish(self, number: int, status: int, size: int) -> None:
        """One of the calls in progress is answered."""
        if self._pending:
            entry = self._pending.pop(number % len(self._pending))
            self.log.finish(entry, response=answer(status, b"x" * size), duration=0.1)

    def clear(self) -> None:
        """The log is cleared."""
        self.calls.clear()
        self.forgotten_after_eviction = 0
        self.log.clear()

    def drop_in_progress(self) -> None:
        """The state is replaced."""
        kept = set(self.log.entries())
        unanswered = {entry for entry in self.calls if entry.response is None}
        self.forgotten_after_eviction += len(unanswered - kept)
        self.calls = [entry for entry in self.calls if entry not in unanswered]
        self.log.drop_in_progress()

    def play(self, steps: list[Any]) -> None:
        """Let all of this happen."""
        for name, *arguments in steps:
            getattr(self, name)(*arguments)


@given(st.integers(0, 5), STEPS, MATCHES, COUNTS)
def test_a_check_is_right_or_refused(
    maximum: int, steps: list[Any], match: dict[str, Any], expected: ExpectedCount
) -> None:
    history = History(maximum)
    history.play(steps)
    matches = matcher(**match)
    verdicts = [matches.verdict(entry) for entry in history.calls]
    least = verdicts.count(True)
    most = least + verdicts.count(None)
    right = expected.minimum <= least and (expected.maximum is None or most <= expected.maximum)
    dropped = len(history.calls) - len(history.log.entries())
    evicted = history.log.view().evicted
    assert evicted.count == dropped + history.forgotten_after_eviction

    outcome = Verification(matches, expected, deadline=time.monotonic()).check(history.log)
    assert isinstance(outcome, Outcome)
    if outcome.result == "not_provable":
        assert evicted.possible_matches(matches)
    else:
        assert outcome.result == ("ok" if right else "not_verified")
    assert outcome.count <= least

    counted = count_matches(history.log, matches)
    assert (counted.result == "ok") == (not counted.possible_matches)
    if counted.result == "ok":
        assert counted.count == least
        assert counted.in_progress >= most - least


@given(st.integers(1, 5), STEPS, STEPS, MATCHES, COUNTS)
def test_a_check_that_waits_has_the_same_result(
    maximum: int, steps: list[Any], more: list[Any], match: dict[str, Any], expected: ExpectedCount
) -> None:
    history = History(maximum)
    history.play(steps)
    matches = matcher(**match)
    waiting = Verification(matches, expected, deadline=time.monotonic() + 3600)
    first = waiting.check(history.log)
    if isinstance(first, Outcome):
        return
    woken: list[None] = []
    first.subscribe(history.log, lambda: woken.append(None))
    for step in more:
        history.play([step])
        if not woken:  # then nothing that has happened decides it
            assert isinstance(waiting.check(history.log), Pending)
    waiting.deadline = time.monotonic()
    fresh = Verification(matches, expected, waiting.deadline)
    assert result(waiting, history.log) == result(fresh, history.log)


def result(verification: Verification, log: RequestLog) -> tuple[Any, ...]:
    """What a check without time to wait comes to."""
    outcome = verification.check(log)
    assert isinstance(outcome, Outcome)
    return outcome.result, outcome.count, outcome.in_progress, outcome.possible_matches, outcome.misses
