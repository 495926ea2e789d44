"""Verifications of the number of calls, which take evicted entries into account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mockrevio import real_time
from mockrevio.control.expected_count import CheckResult, ExpectedCount
from mockrevio.control.request_log.entries import LogEntry
from mockrevio.control.request_log.filters import LoggedCall, LogMatcher
from mockrevio.control.request_log.log import EvictionStats, RequestLog
from mockrevio.control.request_log.tally import Tally

MAX_MISSES = 3
MAX_EXCESS = 10


@dataclass(frozen=True)
class Outcome:
    """The result of a check, with what it is based on.

    `in_progress` counts the calls without a response that match, or may match once they have one.
    `possible_matches` counts the evicted calls that may have matched. `misses` are the nearest calls if the
    check failed; `matches` are the latest calls that match, if too many do.
    """

    result: CheckResult
    count: int
    in_progress: int
    possible_matches: int
    evicted: EvictionStats
    misses: Sequence[tuple[LogEntry, list[str]]] = ()
    matches: Sequence[LogEntry] = ()


@dataclass(eq=False)
class Verification:
    """A check of the number of matching calls that may wait until `deadline`, on the monotonic clock."""

    matcher: LogMatcher
    expected: ExpectedCount
    deadline: float

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - real_time.monotonic()

    def check(self, log: RequestLog) -> Outcome | Pending:
        """Compare the number of matching calls with the expected one; Pending to wait for changes of the log.

        It waits while there are too few, while the response to a call in progress may decide, and while too
        many match only because they have no response yet.
        """
        entries, evicted, version = log.view()
        tally = Tally(self.matcher, entries)
        possible = evicted.possible_matches(self.matcher)
        result = self.evaluate(tally, possible, may_wait=self.remaining() > 0)
        if result is None:
            return Pending(self, tally, possible, version)
        outcome = Outcome(result, tally.count, tally.in_progress, possible, evicted)
        if result != "not_verified":
            return outcome
        unmatched = [entry for entry in entries if not tally.matches(entry)]
        outcome = replace(outcome, misses=self.matcher.nearest_misses(unmatched, MAX_MISSES))
        if tally.count <= self.expected.minimum:
            return outcome
        matched = [entry for entry in entries if tally.matches(entry)]
        return replace(outcome, matches=matched[-MAX_EXCESS:])

    def evaluate(self, tally: Tally, possible: int, *, may_wait: bool) -> CheckResult | None:
        """The result for the current count; None to wait. `possible` evicted entries may have matched."""
        result = self.expected.check(tally.count, undecided=tally.undecided, evicted=possible)
        if result == "ok" or not may_wait:
            return result
        unsettled = tally.unanswered if self.matcher.depends_on_response else 0
        if self.expected.can_still_pass(tally.count, evicted=possible, unsettled=unsettled):
            return None
        if self.expected.can_still_pass(tally.count, unsettled=unsettled):
            return "not_provable"  # the count may still become right, but the log cannot prove it
        return result


class Pending:
    """A verification that waits. It only looks at calls that change, and wakes up when they decide it."""

    def __init__(self, verification: Verification, tally: Tally, possible: int, version: int) -> None:
        self._verification = verification
        self._tally = tally
        self._possible = possible
        self._version = version

    def subscribe(self, log: RequestLog, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when another check may decide it; the returned function cancels that."""
        return log.watch(self._version, self, callback)

    def should_wake(
        self,
        call: LoggedCall | None,
        dropped: Sequence[LogEntry],
        evicted: EvictionStats,
        *,
        only_answered: bool,
    ) -> bool:
        """Whether this change of the log decides it; see `LogWatcher`."""
        changed = call is not None and self._tally.update(call, only_answered=only_answered)
        for entry in dropped:
            self._tally.drop(entry)
        if dropped:
            self._possible = evicted.possible_matches(self._verification.matcher)
        elif not changed:
            return False
        return self._verification.evaluate(self._tally, self._possible, may_wait=True) is not None


def count_matches(log: RequestLog, matcher: LogMatcher) -> Outcome:
    """How many calls match; not provable if one that was evicted may have."""
    entries, evicted, _ = log.view()
    tally = Tally(matcher, entries)
    possible = evicted.possible_matches(matcher)
    result: CheckResult = "not_provable" if possible else "ok"
    return Outcome(result, tally.count, tally.in_progress, possible, evicted)
