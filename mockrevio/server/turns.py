"""Whose turn it is on the event loop, so that a crowd of requests keeps nobody else from it.

A loop runs everything that became ready at once before it looks at its sockets again. With thousands of
requests, that would take seconds. Here they work in portions: a request starts at once as long as its portion
has time left, and otherwise queues. The loop looks at its sockets between two portions.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import copy_context
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

PORTION = 0.005
"""Seconds of work until the loop looks at its sockets again."""

PAUSE = 0.001
"""After this many seconds without work, a new portion begins: the loop has looked at its sockets."""

MAX_STALE = 1000
"""Cancelled alarms that are kept in any case, because forgetting them costs more."""


class Job(Protocol):
    """What has its turn."""

    def take_turn(self) -> None:
        """Do a piece of work."""


class Turns:
    """The queue of jobs, and the alarms of those that wait. To be used on the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._now = loop.time
        self._context = copy_context()
        self._queue: deque[Job] = deque()
        self._portion_ends = 0.0
        self._worked_at = 0.0
        self._alarms: list[tuple[float, int]] = []
        self._sleepers: dict[int, Job] = {}
        self._numbers = count(1)
        self._timer: asyncio.TimerHandle | None = None

    # Work that is ready.

    def may_start(self) -> bool:
        """Whether work may start without queueing. Who starts it calls `worked` afterwards."""
        if self._queue:
            return False
        now = self._now()
        if now < self._portion_ends:
            return True
        if now < self._worked_at + PAUSE:
            return False
        self._portion_ends = now + PORTION
        return True

    def worked(self) -> None:
        """Work has been done without queueing."""
        self._worked_at = self._now()

    def add(self, job: Job) -> None:
        """Queue a job. It is never run before this returns."""
        self._queue.append(job)
        if len(self._queue) == 1:
            self._loop.call_soon(self._run, context=self._context)

    def _run(self) -> None:
        """Run jobs until the portion ends. Those that they add come after the loop's look at its sockets.

        Each has a context of its own, as the loop's callbacks do: what one sets, another does not see.
        """
        queue = self._queue
        now = self._now()
        self._portion_ends = ends = now + PORTION
        left = len(queue)
        try:
            while left and now < ends:
                left -= 1
                self._context.copy().run(queue[0].take_turn)
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

    def later(self, seconds: float, job: Job) -> int:
        """Queue a job after some seconds. Returns the number of the alarm.

        There may be thousands of alarms, so they share one of the loop's timers.
        """
        number = next(self._numbers)
        due = self._now() + seconds
        self._sleepers[number] = job
        heappush(self._alarms, (due, number))
        if self._alarms[0][1] == number:
            self._set_timer()
        return number

    def cancel(self, alarm: int) -> bool:
        """Forget an alarm; False if it has rung or was cancelled."""
        if self._sleepers.pop(alarm, None) is None:
            return False
        if len(self._alarms) > 2 * len(self._sleepers) + MAX_STALE:
            self._alarms = [each for each in self._alarms if each[1] in self._sleepers]
            heapify(self._alarms)
        return True

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._alarms[0][0]
        self._timer = self._loop.call_at(due, self._ring, due)

    def _ring(self, due: float) -> None:
        now = max(self._now(), due)  # a coarse clock may not have got there yet
        while self._alarms and self._alarms[0][0] <= now:
            job = self._sleepers.pop(heappop(self._alarms)[1], None)
            if job is not None:
                self.add(job)
        self._timer = None
        if self._alarms:
            self._set_timer()

    def close(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()
