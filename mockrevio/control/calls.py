"""The calls of one world: each belongs to the generation of the world at its arrival."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from mockrevio.cancellation import CancelScope
from mockrevio.control.call_rates import CallRates
from mockrevio.control.request_log import LogEntry, LoggedResponse, RequestLog
from mockrevio.revio.behaviours import BehaviourCounts


class Generation(CancelScope):
    """The calls that arrive between two replacements of a world's state, and that end with that state."""


class Calls:
    """The log and the counts of calls, and the current generation. Thread-safe."""

    def __init__(self, log_size: int) -> None:
        self.log = RequestLog(log_size)
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
            return self._generation

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
        """Log the response to a call. False, with nothing logged, if its generation has ended."""
        with self._lock:
            if generation.cancelled:
                return False
            self.rates.count(failed=response.failed)
            self.behaviour_counts.add(behaviours)
            self.log.finish(entry, response=response, duration=duration, behaviours=behaviours, error=error)
            return True

    def begin_generation(self, *, clear_log: bool) -> None:
        """End the calls in progress, because the state is replaced, and remove them from the log.

        With `clear_log`, clear the whole log and the counts.
        """
        with self._lock:
            ended, self._generation = self._generation, Generation()
            ended.cancel()
            if clear_log:
                self.log.clear()
                self.behaviour_counts.clear()
            else:
                self.log.drop_in_progress()

    def close(self) -> None:
        """End the calls in progress, all later ones, and every request that waits in this world."""
        self.lifetime.cancel()
        with self._lock:
            self._generation.cancel()
