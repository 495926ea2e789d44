"""Counts of all calls of this process by route, method, status and client, and how long they took."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mockrevio.control.calls import Broken
from mockrevio.control.clock import Clock
from mockrevio.control.faults.decisions import Cause
from mockrevio.control.request_log import LogEntry
from mockrevio.settings import HTTP_METHODS
from mockrevio.telemetry.route_templates import MAX_PATH_LENGTH, OTHER, route_template

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the durations that are counted together, in seconds."""

MAX_CLIENTS = 50
"""How many client codes are counted one by one: the first that call with valid credentials."""

MAX_SERIES = 5000
"""How many combinations are counted one by one; a client can send any status with X-Mock-Fault."""

BATCH = 128
"""How many calls are counted at once. A scrape counts what there is."""

NO_CLIENT = ""
NO_RESPONSE = "none"

METHODS: Mapping[str, str] = {method: method for method in (*HTTP_METHODS, "HEAD", "OPTIONS")}
"""The methods that are counted one by one."""


_Call = tuple[str, str, int | None, str | None, float, Broken | None, Sequence[Cause]]
"""Path, method, status, client, duration, what broke it, and the faults that fired."""


class Kind(NamedTuple):
    """What calls that are counted together have in common."""

    route: str
    method: str
    status: str
    client: str

    @property
    def status_class(self) -> str:
        """`2xx` and so on; `none` if there was no response."""
        return self.status if self.status == NO_RESPONSE else f"{self.status[0]}xx"


class Durations:
    """How many calls of one kind there were, and how long they took."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS) + 1)
        """How many took longer than the bound before, up to this one; the last has no bound."""
        self.seconds = 0.0

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.buckets)


class CallCounts:
    """Counts the calls of all worlds. Thread-safe. Nothing clears it: it is about the process.

    Calls are counted in batches, which takes less time than to count each when it is over.
    """

    def __init__(self) -> None:
        self._uncounted: deque[_Call] = deque()
        self._lock = threading.Lock()
        self._durations: dict[tuple[str, str, int | None, str | None], Durations] = {}
        """By route, method, status and client, as they are or as `_known` has bounded them."""
        self._clients: set[str] = set()
        self._faults: Counter[str] = Counter()
        self._broken: Counter[str] = Counter()

    def observe(self, entry: LogEntry, broken: Broken | None, duration: float, clock: Clock) -> None:
        """Count a call that is over."""
        del clock
        request, response = entry.request, entry.response
        status = None if response is None else response.status
        path = request.path
        if len(path) > MAX_PATH_LENGTH:  # a client may send many, and they wait to be counted
            path = route_template(path)
        # Not the entry, which may have a large body.
        self._uncounted.append((path, request.method, status, request.client, duration, broken, entry.causes))
        if len(self._uncounted) >= BATCH:
            self._count()

    def _count(self) -> None:
        """Count what has not been counted yet."""
        uncounted = self._uncounted
        with self._lock:
            for _ in range(len(uncounted)):  # only who has the lock takes any
                path, method, status, client, duration, broken, causes = uncounted.popleft()
                key = (route_template(path), method, status, client)
                durations = self._durations.get(key) or self._known(*key)
                durations.buckets[bisect_left(BUCKETS, duration)] += 1
                durations.seconds += duration
                if broken is not None:
                    self._broken[broken] += 1
                for cause in causes:
                    self._faults[cause.kind] += 1

    def _known(self, route: str, method: str, status: int | None, client: str | None) -> Durations:
        """The durations of calls that were not seen before, with values that a client cannot multiply."""
        method = METHODS.get(method, OTHER)
        if client is not None and client not in self._clients:
            if status == 401 or len(self._clients) >= MAX_CLIENTS:
                client = OTHER
            else:
                self._clients.add(client)
        key = (route, method, status, client)
        if key not in self._durations and len(self._durations) >= MAX_SERIES:
            key = (OTHER, OTHER, status, OTHER)  # as many as there are statuses
        return self._durations.setdefault(key, Durations())

    def calls(self) -> list[tuple[Kind, int]]:
        """The number of calls of each kind."""
        return [(kind, durations.count) for kind, durations in self._all()]

    def durations(self) -> dict[tuple[str, str], Durations]:
        """The durations of the calls of each route and method."""
        found: dict[tuple[str, str], Durations] = {}
        for kind, durations in self._all():
            total = found.setdefault((kind.route, kind.method), Durations())
            total.buckets = [a + b for a, b in zip(total.buckets, durations.buckets, strict=True)]
            total.seconds += durations.seconds
        return found

    def faults(self) -> Counter[str]:
        """How many faults have fired on calls, by kind."""
        self._count()
        with self._lock:
            return self._faults.copy()

    def broken(self) -> Counter[str]:
        """How many calls had no whole response, by the reason."""
        self._count()
        with self._lock:
            return self._broken.copy()

    def _all(self) -> Iterator[tuple[Kind, Durations]]:
        self._count()
        with self._lock:
            copies = [(key, each.buckets.copy(), each.seconds) for key, each in self._durations.items()]
        for (route, method, status, client), buckets, seconds in copies:
            durations = Durations()
            durations.buckets, durations.seconds = buckets, seconds
            text = NO_RESPONSE if status is None else str(status)
            yield Kind(route, method, text, NO_CLIENT if client is None else client), durations
