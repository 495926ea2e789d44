"""Deferred blocking work, such as a sync of a log: requests with the same work share a run of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from mockrevio.server.pool import Pool


class Resumable(Protocol):
    """A request that waits for deferred work."""

    def deferred_done(self, error: BaseException | None) -> None:
        """The work is done, or failed."""


class GroupCommit:
    """Runs deferred work in the threads of a pool. Use it on the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pool: Pool) -> None:
        self._loop = loop
        self._pool = pool
        self._waiting: dict[Callable[[], None], list[Resumable]] = {}
        self._running: set[Callable[[], None]] = set()

    def run(self, work: Callable[[], None], request: Resumable) -> None:
        """Run blocking work once for all requests that wait for it, then resume them. Requests that arrive
        during a run wait for the next one, because the current run may not cover their writes."""
        self._waiting.setdefault(work, []).append(request)
        if work not in self._running:
            self._running.add(work)
            self._loop.call_soon(self._run_work, work)  # requests of this loop iteration share it

    def _run_work(self, work: Callable[[], None]) -> None:
        requests = self._waiting.pop(work, [])
        if not requests:
            self._running.discard(work)
            return
        error: BaseException | None = None

        def run() -> None:
            nonlocal error
            try:
                work()
            except Exception as failure:
                error = failure

        def done() -> None:
            self._run_work(work)
            for request in requests:
                request.deferred_done(error)

        with suppress(RuntimeError):  # the server has stopped meanwhile, and with it the connections
            self._pool.run(None, run, done)
