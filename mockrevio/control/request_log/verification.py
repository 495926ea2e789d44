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
    `possible` of the evicted calls may have matched. `misses` are the nearest ones if the check failed.
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
        verdicts = self._match(entries)
        matching = [entry for entry, verdict in verdicts if verdict]
        undecided = [entry for entry, verdict in verdicts if verdict is None]
        count, possible = len(matching), evicted.possible_matches(self.matcher)
        judgement = self.expected.judge(count, undecided=len(undecided), evicted=possible)
        unanswered = sum(entry.response is None for entry in matching)
        if judgement != "ok" and self.remaining() > 0:
            unsettled = unanswered if self.matcher.depends_on_answer else 0
            if self.expected.may_come_true(count, evicted=possible, unsettled=unsettled):
                return None
            if self.expected.may_come_true(count, unsettled=unsettled):
                judgement = "not_provable"  # it may come true yet, but the log could not tell
        misses: list[tuple[LogEntry, list[str]]] = []
        if judgement == "not_verified":
            unmatched = [entry for entry, verdict in verdicts if not verdict]
            misses = self.matcher.nearest_misses(unmatched, MAX_MISSES)
        return Outcome(judgement, count, unanswered + len(undecided), possible, evicted, misses)

    def _match(self, entries: Sequence[LogEntry]) -> list[tuple[LogEntry, bool | None]]:
        earlier, self._verdicts = self._verdicts, {}
        return [(entry, self._verdict(entry, earlier.get(entry.id))) for entry in entries]

    def _verdict(self, entry: LogEntry, earlier: tuple[ApiRequest, bool | None] | None) -> bool | None:
        request, answered = entry.request, entry.response is not None
        if earlier is None or earlier[0] is not request:
            earlier = request, self.matcher.verdict(entry)
        if answered or not (self.matcher.depends_on_answer or entry.receiving):
            self._verdicts[entry.id] = earlier
        return earlier[1]


def count_matches(log: RequestLog, matcher: LogMatcher) -> Outcome:
    """How many calls match; not provable if one that was evicted may have."""
    entries, evicted, _ = log.snapshot()
    verdicts = [(entry, matcher.verdict(entry)) for entry in entries]
    count = sum(verdict is True for _, verdict in verdicts)
    undecided = sum(verdict is None for _, verdict in verdicts)
    possible = evicted.possible_matches(matcher)
    return Outcome("not_provable" if possible else "ok", count, undecided, possible, evicted, [])
