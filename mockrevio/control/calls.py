"""The calls of one world: each belongs to the generation of the world at its arrival."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from mockrevio import real_time
from mockrevio.cancellation import CancelScope
from mockrevio.control.call_rates import CallRates
from mockrevio.control.clock import Clock
from mockrevio.control.request_log import LogEntry, LoggedResponse, RequestLog
from mockrevio.revio.behaviours import BehaviourCounts


class Generation(CancelScope):
    """The calls that arrive between two replacements of a world's state, and that end with that state."""


Broken = Literal["reset", "empty", "truncate", "garbage", "hang", "client_left", "state_replaced", "stopped"]
"""Why a client did not get the whole response: a connection fault, or what ended the call."""

CallObserver = Callable[[LogEntry, Broken | None, float, Clock], None]
"""Called with each call that is over: its entry, what broke it, its duration in seconds of real time, and the
clock of its world. On the event loop or in any thread: it must neither block nor take long."""

_BREAKING: dict[str | None, Broken] = {
    "reset": "reset",
    "empty": "empty",
    "truncate": "truncate",
    "garbage": "garbage",
    "hang": "hang",
}
"""The connection faults that break a response; a drip only slows it."""


class Calls:
    """The log and the counts of calls, and the current generation. Thread-safe."""

    def __init__(self, log_size: int, clock: Clock, observers: Sequence[CallObserver] = ()) -> None:
        """`clock` is that of the world; `observers` are called with each call that is over."""
        self.log = RequestLog(log_size)
        self._clock = clock
        self._observers = observers
        self._in_progress: set[LogEntry] = set()
        self.behaviour_counts = BehaviourCounts()
        self.rates = CallRates()
        self.lifetime = CancelScope()
        """Cancelled when the world is closed. Requests that wait for something in this world belong to it."""
        self._generation = Generation()
        # Held while the generation changes, so that a call and its log entry belong to the same one.
        self._lock = threading.Lock()

    def begin(self, entry: LogEntry) -> Generation:
        """Log a call that has arrived; return its generation."""
        with self._lock:
            self.log.begin(entry)
            self._in_progress.add(entry)
            return self._generation

    @property
    def in_progress(self) -> int:
        """How many calls have no response yet, or not all of it."""
        return len(self._in_progress)

    def finish(
        self,
        generation: Generation,
        entry: LogEntry,
        response: LoggedResponse,
        *,
        duration: float,
        behaviours: Sequence[str],
        error: str | None,
    ) -> bool:
        """Log the response to a call. False, with nothing logged, if its generation has ended.

        The call is over then, except if the response is still being sent (`sent`).
        """
        with self._lock:
            if generation.cancelled:
                return False
            if not entry.sending:
                self._in_progress.discard(entry)
            self.rates.count(failed=response.failed)
            self.behaviour_counts.add(behaviours)
            self.log.finish(entry, response=response, duration=duration, behaviours=behaviours, error=error)
        if self._observers and not entry.sending:
            broken = _BREAKING.get(response.connection_fault)
            if broken is None and entry.client_left:
                broken = "client_left"
            self._tell(entry, broken, duration)
        return True

    def sent(self, entry: LogEntry, *, complete: bool) -> None:
        """Note that a response that is sent in chunks is out, or that its client has left before."""
        self.log.sent(entry)
        self._over(entry, None if complete else "client_left")

    def abandoned(self, entry: LogEntry) -> None:
        """Note that a call was ended without a response, because the server stops or the world is closed."""
        self._over(entry, "stopped")

    def _over(self, entry: LogEntry, broken: Broken | None) -> None:
        """Tell the observers that a call is over, unless they know."""
        with self._lock:
            if entry not in self._in_progress:
                return
            self._in_progress.remove(entry)
        self._tell(entry, broken, real_time.monotonic() - entry.started)

    def _tell_all(self, entries: Iterable[LogEntry], broken: Broken) -> None:
        now = real_time.monotonic()
        for entry in entries:
            self._tell(entry, broken, now - entry.started)

    def _tell(self, entry: LogEntry, broken: Broken | None, duration: float) -> None:
        for observe in self._observers:
            observe(entry, broken, duration, self._clock)

    def begin_generation(self, *, clear_log: bool) -> None:
        """End the calls in progress, because the state is replaced, and remove them from the log.

        With `clear_log`, clear the whole log and the counts.
        """
        with self._lock:
            ended, self._generation = self._generation, Generation()
            calls, self._in_progress = self._in_progress, set()
            ended.cancel()
            if clear_log:
                self.log.clear()
                self.behaviour_counts.clear()
            else:
                self.log.drop_in_progress()
        self._tell_all(calls, "state_replaced")

    def close(self) -> None:
        """End the calls in progress, all later ones, and every request that waits in this world."""
        self.lifetime.cancel()
        with self._lock:
            self._generation.cancel()
            calls, self._in_progress = self._in_progress, set()
        self._tell_all(calls, "stopped")
