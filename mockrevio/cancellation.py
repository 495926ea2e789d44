"""How requests and long work are cancelled: all that is cancelled together runs in the same scope.

Requests that wait are cancelled immediately. Work that runs in a thread checks for itself, in small steps.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from mockrevio import real_time

T = TypeVar("T")


class Waiter(Protocol):
    """A request that is waiting."""

    def cancel(self) -> None:
        """End the request without a response. May be called from any thread."""


class CancelScope:
    """Requests, and the work for them, that are cancelled together. Thread-safe.

    `cancel` ends the requests that are waiting, and those that start to wait later: the app is not called for
    them again. Requests that are running check for themselves: a pass that runs in a scope (`enter_scope`)
    must not commit anything once it is cancelled (`raise_if_cancelled`).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[Waiter] = set()
        self.cancelled = False

    def cancel(self) -> None:
        """Cancel the requests that are waiting, and every request that starts to wait from now on."""
        with self._lock:
            self.cancelled = True
            waiting, self._waiting = self._waiting, set()
        for request in waiting:
            request.cancel()

    def add(self, request: Waiter) -> bool:
        """Add a request that starts to wait; False if the scope is cancelled, so that it must end too."""
        with self._lock:
            if not self.cancelled:
                self._waiting.add(request)
            return not self.cancelled

    def remove(self, request: Waiter) -> bool:
        """Remove a request that stops waiting; False if the scope is cancelled, so that it must end too."""
        with self._lock:
            self._waiting.discard(request)
            return not self.cancelled


class TimeLimit:
    """A scope for work in this thread that is cancelled after some seconds."""

    def __init__(self, seconds: float) -> None:
        self._end = real_time.monotonic() + seconds

    @property
    def cancelled(self) -> bool:
        """Whether the time has passed."""
        return real_time.monotonic() >= self._end


class Cancelled(Exception):
    """The state that the work belongs to was replaced, or its result is no longer needed: change nothing."""


class _Thread(threading.local):
    """The scope of the current thread."""

    scope: CancelScope | TimeLimit | None = None


_thread = _Thread()


def enter_scope(scope: CancelScope) -> None:
    """Run the rest of this pass, in this thread, in a scope."""
    _thread.scope = scope


def leave_scope() -> None:
    """End the pass of this thread."""
    _thread.scope = None


@contextmanager
def in_scope(scope: CancelScope | TimeLimit) -> Iterator[None]:
    """Run this block in a scope."""
    before, _thread.scope = _thread.scope, scope
    try:
        yield
    finally:
        _thread.scope = before


def raise_if_cancelled() -> None:
    """Raise Cancelled if the scope that this thread runs in is cancelled.

    Long work calls this in every step until it commits, so it ends within milliseconds.
    """
    scope = _thread.scope
    if scope is not None and scope.cancelled:
        raise Cancelled


def cancellable(items: Iterable[T]) -> Iterator[T]:
    """Yield the items; raise Cancelled as soon as the scope that this thread runs in is cancelled."""
    for item in items:
        raise_if_cancelled()
        yield item
