"""Checks of how many calls there were: they claim no more than the log knows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from mockrevio.control.expected_count import ExpectedCount, Judgement
from mockrevio.control.request_log.entries import LogEntry
from mockrevio.control.request_log.filters import LogMatcher
from mockrevio.control.request_log.log import Evicted, RequestLog
from mockrevio.revio.wire.request import ApiRequest

MAX_MISSES = 3


@dataclass(frozen=True)
class Outcome:
    """The result of a check, with what it is based on.

    `in_progress` of the calls that match, or may match once they are answered, have no answer yet.
    `possible` of the calls that the log has dropped may have matched. `misses` are the nearest calls if the
    check failed.
    """

    judgement: Judgement
    count: int
    in_progress: int
    possible: int
    evicted: Evicted
    misses: list[tuple[LogEntry, list[str]]]


@dataclass(eq=False)
class Verification:
    """A check of the number of matching calls that may wait until `deadline`, on the monotonic clock."""

    matcher: LogMatcher
    expected: ExpectedCount
    deadline: float
    version: int = 0
    """Of the log, when it was last checked."""
    _verdicts: dict[str, tuple[ApiRequest, bool | None]] = field(default_factory=dict)
    """By entry id, with the request that was matched: a call is matched again only if something changed."""

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def check(self, log: RequestLog) -> Outcome | None:
        """Compare the number of matching calls with the expected one; None to wait for a change of the log.

        It is worth waiting while there are too few, while the answer to a call in progress may decide, and
        while too many match only because they have no answer yet.
        """
        entries, evicted, self.version = log.snapshot()
        tally = self._match(entries)
        count, possible = tally.count, evicted.possible_matches(self.matcher)
        judgement = self.expected.judge(count, undecided=tally.undecided, evicted=possible)
        if judgement != "ok" and self.remaining() > 0:
            unsettled = tally.unanswered if self.matcher.depends_on_answer else 0
            if self.expected.may_come_true(count, evicted=possible, unsettled=unsettled):
                return None
            if self.expected.may_come_true(count, unsettled=unsettled):
                judgement = "not_provable"  # it may come true yet, but the log could not tell
        misses: list[tuple[LogEntry, list[str]]] = []
        if judgement == "not_verified":
            misses = self.matcher.nearest_misses(tally.unmatched, MAX_MISSES)
        return Outcome(judgement, count, tally.in_progress, possible, evicted, misses)

    def _match(self, entries: Sequence[LogEntry]) -> _Tally:
        earlier, self._verdicts = self._verdicts, {}
        tally = _Tally()
        for entry in entries:
            # Before it is matched: an answer that comes meanwhile is looked at in the next check.
            answered = entry.response is not None
            tally.add(
                entry, self._verdict(entry, earlier.get(entry.id), answered=answered), answered=answered
            )
        return tally

    def _verdict(
        self, entry: LogEntry, earlier: tuple[ApiRequest, bool | None] | None, *, answered: bool
    ) -> bool | None:
        request = entry.request
        if earlier is None or earlier[0] is not request:
            earlier = request, self.matcher.verdict(entry)
        if answered or not (self.matcher.depends_on_answer or entry.receiving):
            self._verdicts[entry.id] = earlier
        return earlier[1]


@dataclass(eq=False)
class _Tally:
    """How many calls match, and what may change that."""

    count: int = 0
    unanswered: int = 0
    """Calls that match and have no answer yet."""
    undecided: int = 0
    """Calls that may match once they have their answer."""
    unmatched: list[LogEntry] = field(default_factory=list)

    @property
    def in_progress(self) -> int:
        """How many of the calls that match, or may match, have no answer yet."""
        return self.unanswered + self.undecided

    def add(self, entry: LogEntry, verdict: bool | None, *, answered: bool) -> None:
        """Count a call."""
        if verdict:
            self.count += 1
            self.unanswered += not answered
        else:
            self.undecided += verdict is None
            self.unmatched.append(entry)


def count_matches(log: RequestLog, matcher: LogMatcher) -> Outcome:
    """How many calls match; not provable if one that was evicted may have."""
    entries, evicted, _ = log.snapshot()
    tally = _Tally()
    for entry in entries:
        answered = entry.response is not None
        tally.add(entry, matcher.verdict(entry), answered=answered)
    possible = evicted.possible_matches(matcher)
    judgement: Judgement = "not_provable" if possible else "ok"
    return Outcome(judgement, tally.count, tally.in_progress, possible, evicted, [])
