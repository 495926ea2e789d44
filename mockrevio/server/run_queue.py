"""A run queue with time slices, so that a burst of requests does not block the event loop.

A loop runs every callback that is ready before it polls its sockets again. With thousands of requests, that
would take seconds. Here a request starts immediately if the current time slice has time left, and is queued
otherwise. The loop polls its sockets between two time slices.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import copy_context
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

TIME_SLICE = 0.005
"""Seconds of work until the loop polls its sockets again."""

PAUSE = 0.001
"""After this many seconds without work, a new time slice begins: the loop has polled its sockets."""

MAX_STALE = 1000
"""Cancelled timers that may stay in the heap: removing them sooner costs more."""


class Job(Protocol):
    """Work for the queue."""

    def run(self) -> None:
        """Do a piece of work."""


class RunQueue:
    """The queue of jobs that are ready, and the timers of those that are not. Use it on the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._now = loop.time
        self._context = copy_context()
        self._queue: deque[Job] = deque()
        self._slice_ends = 0.0
        self._worked_at = 0.0
        self._timers: list[tuple[float, int]] = []
        self._scheduled: dict[int, Job] = {}
        self._numbers = count(1)
        self._timer: asyncio.TimerHandle | None = None

    # Work that is ready.

    def may_start(self) -> bool:
        """Whether work may start without queueing. The caller calls `record_work` afterwards."""
        if self._queue:
            return False
        now = self._now()
        if now < self._slice_ends:
            return True
        if now < self._worked_at + PAUSE:
            return False
        self._slice_ends = now + TIME_SLICE
        return True

    def record_work(self) -> None:
        """Record that work was done without queueing."""
        self._worked_at = self._now()

    def add(self, job: Job) -> None:
        """Queue a job. It never runs before this returns."""
        self._queue.append(job)
        if len(self._queue) == 1:
            self._loop.call_soon(self._run, context=self._context)

    def _run(self) -> None:
        """Run jobs until the time slice ends. Jobs that they add run after the loop has polled its sockets.

        Like the loop's callbacks, each job runs in its own copy of the context.
        """
        queue = self._queue
        now = self._now()
        self._slice_ends = ends = now + TIME_SLICE
        left = len(queue)
        try:
            while left and now < ends:
                left -= 1
                self._context.copy().run(queue[0].run)
                queue.popleft()  # only now, so that nothing overtakes it
                now = self._now()
        except BaseException:
            queue.popleft()
            raise
        finally:
            self._worked_at = now
            if queue:
                self._loop.call_soon(self._run, context=self._context)

    # Work that is to be done later.

    def call_later(self, seconds: float, job: Job) -> int:
        """Queue a job after some seconds. Returns the id of its timer.

        There may be thousands of timers, so they share one of the loop's.
        """
        number = next(self._numbers)
        due = self._now() + seconds
        self._scheduled[number] = job
        heappush(self._timers, (due, number))
        if self._timers[0][1] == number:
            self._set_timer()
        return number

    def cancel(self, timer_id: int) -> bool:
        """Cancel a timer; False if it has fired or was cancelled before."""
        if self._scheduled.pop(timer_id, None) is None:
            return False
        if len(self._timers) > 2 * len(self._scheduled) + MAX_STALE:
            self._timers = [each for each in self._timers if each[1] in self._scheduled]
            heapify(self._timers)
        return True

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._timers[0][0]
        self._timer = self._loop.call_at(due, self._fire, due)

    def _fire(self, due: float) -> None:
        now = max(self._now(), due)  # a coarse clock may not have got there yet
        while self._timers and self._timers[0][0] <= now:
            job = self._scheduled.pop(heappop(self._timers)[1], None)
            if job is not None:
                self.add(job)
        self._timer = None
        if self._timers:
            self._set_timer()

    def close(self) -> None:
        """Stop the timers."""
        if self._timer is not None:
            self._timer.cancel()
