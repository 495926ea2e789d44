"""A running count of matching calls, updated as calls arrive, get responses and are evicted."""

from __future__ import annotations

from collections.abc import Iterable

from mockrevio.control.request_log.entries import LogEntry
from mockrevio.control.request_log.filters import LoggedCall, LogMatcher


class Tally:
    """The number of matching calls, and of those that may change it. Stores only calls that may match."""

    def __init__(self, matcher: LogMatcher, entries: Iterable[LogEntry]) -> None:
        self.count = 0
        self.unanswered = 0
        """Calls that match and have no response yet."""
        self.undecided = 0
        """Calls that may match once they have a response."""
        self._matcher = matcher
        self._verdicts: dict[LogEntry, tuple[bool | None, bool]] = {}
        """Verdicts, and whether the calls have a response."""
        for entry in entries:
            self.update(LoggedCall.from_entry(entry))

    @property
    def in_progress(self) -> int:
        """How many of the calls that match, or may match, have no response yet."""
        return self.unanswered + self.undecided

    def matches(self, entry: LogEntry) -> bool:
        """Whether a call is counted."""
        return self._verdicts.get(entry, (False, False))[0] is True

    def update(self, call: LoggedCall, *, only_answered: bool = False) -> bool:
        """Count a call that is new or has changed; with `only_answered`, only its response is new.

        Returns whether the counts may have changed.
        """
        entry = call.entry
        known = self._verdicts.get(entry)
        if not only_answered or self._matcher.depends_on_response:
            verdict = self._matcher.verdict_of(call)
        else:
            verdict = False if known is None else known[0]
        if verdict is False and known is None:
            return False
        self.drop(entry)
        if verdict is not False:
            answered = call.response is not None
            self._verdicts[entry] = verdict, answered
            self._add(verdict, 1, answered=answered)
        return True

    def drop(self, entry: LogEntry) -> None:
        """Stop counting a call."""
        known = self._verdicts.pop(entry, None)
        if known is not None:
            verdict, answered = known
            self._add(verdict, -1, answered=answered)

    def _add(self, verdict: bool | None, number: int, *, answered: bool) -> None:
        if verdict is None:
            self.undecided += number
        else:
            self.count += number
            if not answered:
                self.unanswered += number
