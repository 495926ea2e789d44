"""The calls of one world: each belongs to the generation of the world that it arrived in."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from mockrevio.control.request_log import LogEntry, LoggedResponse, RequestLog
from mockrevio.revio.behaviours import BehaviourCounts
from mockrevio.scheduling import Generation


class Calls:
    """What is known of the calls, and the generation to which those that arrive now belong. Thread-safe."""

    def __init__(self, log_size: int) -> None:
        self.log = RequestLog(log_size)
        self.behaviour_counts = BehaviourCounts()
        self.lifetime = Generation()
        """What waits for calls to come, or for something else to happen in the world."""
        self._generation = Generation()
        # Held while one generation follows another, so that a call is of either with all that it leaves.
        self._lock = threading.Lock()

    def begin(self, entry: LogEntry) -> Generation:
        """Log a call that has arrived; return the generation that it belongs to."""
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
        """Log the response to a call. False, with nothing logged, if its generation is over."""
        with self._lock:
            if generation.ended:
                return False
            self.behaviour_counts.add(behaviours)
            self.log.finish(entry, response=response, duration=duration, behaviours=behaviours, error=error)
            return True

    def begin_generation(self, *, clear_log: bool) -> None:
        """End the calls in progress: what they are about has been replaced, and nothing is known of them.

        With `clear_log`, the log and the counts are cleared too.
        """
        with self._lock:
            ended, self._generation = self._generation, Generation()
            ended.end()
            if clear_log:
                self.log.clear()
                self.behaviour_counts.clear()
            else:
                self.log.drop_in_progress()

    def close(self) -> None:
        """End the calls in progress, those that still come, and what waits for any."""
        self.lifetime.end()
        with self._lock:
            self._generation.end()
