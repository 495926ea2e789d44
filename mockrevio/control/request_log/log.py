"""The request log of one world: limited in number and memory, with statistics of what it has evicted."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple, Protocol

from mockrevio.control.faults.decisions import Cause
from mockrevio.control.request_log.entries import LogEntry, LoggedResponse, request_size, response_size
from mockrevio.control.request_log.filters import LoggedCall, LogMatcher
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.watchers import Watchers, call_back

MAX_BYTES = 32 * 1024 * 1024
"""About how much memory the log may use, regardless of how many entries it may hold."""

MAX_METHODS = 50
"""How many methods evicted entries are counted by; clients can invent any number of methods."""

_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(eq=False)
class EvictionStats:
    """Statistics of the entries that the log has evicted to stay within its limits."""

    count: int = 0
    by_memory: bool = False
    """Whether an entry was ever evicted because of the memory limit, not the number of entries."""
    _oldest: datetime = _LATEST
    _newest: datetime = _EARLIEST
    _methods: Counter[str | None] = field(default_factory=Counter)

    def add(self, entry: LogEntry, *, by_memory: bool) -> None:
        """Count an entry."""
        received_at, methods = entry.received_at, self._methods
        self._oldest = min(self._oldest, received_at)
        self._newest = max(self._newest, received_at)
        method: str | None = entry.request.method
        if method not in methods and len(methods) >= MAX_METHODS:
            method = None
        methods[method] += 1
        self.count += 1
        if by_memory:
            self.by_memory = True

    def copy(self) -> EvictionStats:
        """An independent copy."""
        return replace(self, _methods=self._methods.copy())

    def possible_matches(self, matcher: LogMatcher) -> int:
        """How many of them may have matched, judging by time and method."""
        if not self.count:
            return 0
        if matcher.time_bounds:
            oldest, newest = format_date(self._oldest), format_date(self._newest)
            if not all(bound.reaches(oldest, newest) for bound in matcher.time_bounds):
                return 0
        if not matcher.methods:
            return self.count
        return sum(
            count
            for method, count in self._methods.items()
            if method is None or all(pattern.matches(method) for pattern in matcher.methods)
        )


class LogView(NamedTuple):
    """The contents of the log at one moment."""

    entries: Sequence[LogEntry]
    evicted: EvictionStats
    version: int
    """Increases with every change."""


class LatestCalls(NamedTuple):
    """The latest calls of the log, oldest first, at most as many as were asked for."""

    entries: Sequence[LogEntry]
    arrived: int
    """How many calls arrived since, including those that the log has dropped."""
    last_number: int
    """The number of the latest one that arrived."""


class LogWatcher(Protocol):
    """Is notified of every change of the log, under the log's lock, until it wakes up."""

    def should_wake(
        self,
        call: LoggedCall | None,
        dropped: Sequence[LogEntry],
        evicted: EvictionStats,
        *,
        only_answered: bool,
    ) -> bool:
        """Whether this change is what it waits for.

        `call` has changed; None if its entry is not in the log. With `only_answered`, only its response is
        new. The `dropped` entries were evicted.
        """


class RequestLog:
    """The latest calls of one world in the order of their arrival, at most `maximum` of them. Thread-safe.

    `begin` adds a call, `finish` its response. Methods that change an entry work even if it was evicted or
    cleared, because the call continues.
    """

    def __init__(self, maximum: int, max_bytes: int = MAX_BYTES) -> None:
        self.maximum = maximum
        self._max_bytes = max_bytes
        self._entries: deque[LogEntry] = deque()
        self._bytes = 0
        self._evicted = EvictionStats()
        self.total_evicted = 0
        """How many entries it has evicted, including those before it was cleared."""
        self._epoch = object()
        self._last_number = self._number_at_removal = 0
        self.removals = 0
        """How often entries were removed in another way than by their age: cleared, or ended by a reset."""
        self._lock = threading.Lock()
        self._watchers: Watchers[LogWatcher] = Watchers(self._lock)

    def begin(self, entry: LogEntry) -> None:
        """Append the entry of a call that has arrived, and evict the oldest ones beyond the limits."""
        entry.size = size = request_size(entry.request)
        with self._lock:
            entry.epoch = self._epoch
            self._last_number = entry.number = self._last_number + 1
            self._entries.append(entry)
            self._bytes += size
            over = len(self._entries) > self.maximum or self._bytes > self._max_bytes
            woken = self._watchers_to_wake(entry, self._evict() if over else ())
        if woken:
            call_back(woken)

    def _evict(self) -> Sequence[LogEntry]:
        """Drop the oldest entries beyond the limits, and return them."""
        entries, dropped = self._entries, []
        while entries and (len(entries) > self.maximum or self._bytes > self._max_bytes):
            by_memory = len(entries) <= self.maximum
            entry = entries.popleft()
            entry.epoch = None
            self._bytes -= entry.size
            self._evicted.add(entry, by_memory=by_memory)
            self.total_evicted += 1
            dropped.append(entry)
        return dropped

    def _watchers_to_wake(
        self, entry: LogEntry, dropped: Sequence[LogEntry], *, only_answered: bool = False
    ) -> Sequence[Callable[[], None]]:
        """Show a change to the watchers; return the callbacks of those that it wakes."""
        if not self._watchers:
            return self._watchers.changed()
        call = LoggedCall.from_entry(entry) if entry.epoch is self._epoch else None
        return self._watchers.changed(
            lambda each: each.should_wake(call, dropped, self._evicted, only_answered=only_answered)
        )

    def update(
        self, entry: LogEntry, *, request: ApiRequest | None = None, causes: Sequence[Cause] = ()
    ) -> None:
        """Set the complete request of an entry, once the body has arrived, or the faults that apply to it."""
        with self._lock:
            dropped: Sequence[LogEntry] = ()
            if causes:
                entry.causes = causes
            if request is not None:
                entry.request = request
                entry.receiving = False
                dropped = self._resize(entry, request_size(request))
            woken = self._watchers_to_wake(entry, dropped)
        call_back(woken)

    def sent(self, entry: LogEntry) -> None:
        """Note that all chunks of a response were sent."""
        with self._lock:
            entry.sending = False
            woken = self._watchers_to_wake(entry, ())
        call_back(woken)

    def client_left(self, entry: LogEntry) -> None:
        """Mark a call whose client disconnected before the response. No filter depends on it."""
        entry.client_left = True

    def finish(
        self,
        entry: LogEntry,
        *,
        response: LoggedResponse,
        duration: float,
        behaviours: Sequence[str] = (),
        error: str | None = None,
    ) -> None:
        """Set the response of an entry; `duration` is in seconds since the arrival."""
        with self._lock:
            entry.duration = duration
            entry.behaviours = behaviours
            entry.error = error
            only_answered, entry.receiving = not entry.receiving, False
            entry.response = response  # last, because readers rely on the rest once it is set
            dropped = self._resize(entry, entry.size + response_size(response, error))
            woken = self._watchers_to_wake(entry, dropped, only_answered=only_answered)
        if woken:
            call_back(woken)

    def _resize(self, entry: LogEntry, size: int) -> Sequence[LogEntry]:
        if entry.epoch is not self._epoch:
            return ()
        self._bytes += size - entry.size
        entry.size = size
        return self._evict() if self._bytes > self._max_bytes else ()

    def clear(self) -> int:
        """Remove all entries, and the statistics of evicted ones; return the number of entries.

        Calls in progress continue, but are not logged.
        """
        with self._lock:
            forgotten, self._entries = self._entries, deque()
            self._epoch = object()
            self._bytes = 0
            self._evicted = EvictionStats()
            woken = self._note_removal()
        call_back(woken)
        return len(forgotten)

    def drop_in_progress(self) -> None:
        """Remove the calls in progress, because the state that they belong to was replaced."""
        with self._lock:
            for entry in self._entries:
                if entry.in_progress:
                    entry.epoch = None
                    self._bytes -= entry.size
            self._entries = deque(entry for entry in self._entries if entry.epoch is not None)
            woken = self._note_removal()
        call_back(woken)

    def _note_removal(self) -> Sequence[Callable[[], None]]:
        self.removals += 1
        self._number_at_removal = self._last_number
        return self._watchers.changed()

    @property
    def size(self) -> tuple[int, int]:
        """How many entries it has, and about how many bytes of memory they use."""
        return len(self._entries), self._bytes

    @property
    def version(self) -> int:
        """Increases with every change."""
        return self._watchers.version

    def latest(self, number: int, limit: int) -> LatestCalls:
        """The calls that arrived after the one with this number, at most the `limit` latest of them.

        Takes time for these alone, however many entries there are. Calls that were removed do not count.
        """
        found: list[LogEntry] = []
        with self._lock:
            for entry in islice(reversed(self._entries), limit):
                if entry.number <= number:
                    break
                found.append(entry)
            before = max(number, self._number_at_removal)
            arrived = max(self._last_number - before, len(found))
            return LatestCalls(found[::-1], arrived, self._last_number)

    def view(self) -> LogView:
        """The entries, and the statistics of evicted ones."""
        with self._lock:
            return LogView(list(self._entries), self._evicted.copy(), self._watchers.version)

    def entry(self, entry_id: str) -> LogEntry | None:
        """The entry with this id; None if it is not in the log."""
        return next((entry for entry in self.view().entries if entry.id == entry_id), None)

    def entries(self, matcher: LogMatcher | None = None) -> list[LogEntry]:
        """The entries that match, oldest first; all of them by default."""
        return [entry for entry in self.view().entries if matcher is None or matcher.matches(entry)]

    def watch(self, version: int, watcher: LogWatcher, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back once when the watcher wakes up, or immediately if the log has changed since `version`.

        The returned function cancels that.
        """
        return self._watchers.watch(version, watcher, callback)
