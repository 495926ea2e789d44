"""The threads that send notifications."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from mockrevio import real_time
from mockrevio.threads import start_daemon

Work = Callable[[], None]

MAX_SENDERS = 32
"""How many notifications a server sends at the same time."""

LINGER = 1.0
"""Seconds that the timer thread waits for more work, because starting a thread delays `schedule`."""

MAX_WAIT = 3600.0
"""The longest single wait in seconds: by the mock clock, something may be due in centuries."""


class SenderPool:
    """Daemon threads for the webhooks of one server: started when there is work, ended when there is none.

    `submit` runs work that waits for a receiver, in one of a few threads. `schedule` runs short work at a
    time, in a thread that does nothing else. Neither ever blocks its caller. Work must not raise.
    """

    def __init__(self, maximum: int = MAX_SENDERS) -> None:
        self._maximum = maximum
        self._lock = threading.Lock()
        self._submitted: deque[Work] = deque()
        self._senders = 0
        self._changed = threading.Condition(self._lock)
        self._due: dict[Work, float] = {}
        self._has_timer = False

    def submit(self, work: Work) -> None:
        """Run work as soon as a thread is free, in the order of submission."""
        with self._lock:
            self._submitted.append(work)
            self._start_missing()

    def schedule(self, work: Work, seconds: float = 0.0) -> None:
        """Run work in some seconds; the same work only once, at the earliest time asked for."""
        due = real_time.monotonic() + seconds
        with self._lock:
            if due >= self._due.get(work, float("inf")):
                return
            self._due[work] = due
            self._changed.notify()
            self._start_missing()

    def cancel(self, work: Work) -> None:
        """Cancel scheduled work."""
        with self._lock:
            self._due.pop(work, None)
            self._changed.notify()

    def _start_missing(self) -> None:
        """Start the threads that the work needs.

        If one cannot be started, work waits for those that run, and the next work tries again.
        """
        if self._due and not self._has_timer:
            self._has_timer = self._start(self._run_timer)
        if self._submitted and self._senders < self._maximum:
            self._senders += self._start(self._run_sender)

    @staticmethod
    def _start(loop: Work) -> bool:
        return start_daemon(loop, "mockrevio-webhooks") is not None

    def _run_sender(self) -> None:
        while True:
            with self._lock:
                if not self._submitted:
                    self._senders -= 1
                    return
                work = self._submitted.popleft()
            work()

    def _run_timer(self) -> None:
        while True:
            with self._lock:
                work = self._next_due()
                if work is None:
                    self._has_timer = False
                    return
            work()

    def _next_due(self) -> Work | None:
        """Wait for the work that is due next; None if there is none."""
        while self._due or self._changed.wait_for(lambda: self._due, LINGER):
            work = min(self._due, key=self._due.__getitem__)
            remaining = self._due[work] - real_time.monotonic()
            if remaining <= 0:
                del self._due[work]
                return work
            self._changed.wait(min(remaining, MAX_WAIT))
        return None
