"""Threads that make the calls of a handle, one at a time each."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

from mockrevio.errors import ServerError

T = TypeVar("T")


MAX_WAIT = 1.0
"""Seconds to wait for the end of a call whose caller was interrupted."""


class _Call(Generic[T]):
    """One call, whose caller waits until it is done."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Lock()
        self._done.acquire()
        self._result: T
        self._error: BaseException | None = None

    def run(self) -> None:
        """Make the call. Nothing that it raises concerns this thread."""
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error

    def finish(self) -> None:
        """Let the caller go on."""
        self._done.release()

    def wait(self, timeout: float = -1) -> None:
        """Wait until the call is done. A signal may end the wait, not the call."""
        if self._done.acquire(timeout=timeout):
            self._done.release()

    def result(self) -> T:
        """What the call returned. Raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


class CallThreads:
    """As many threads as there are calls at the same time. They start when they are needed."""

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[_Call[object] | None]] = []
        self._interrupted: list[_Call[object]] = []
        self._lock = threading.Lock()
        self._closed = False

    def run(self, work: Callable[[], T]) -> T:
        """Call `work` in one of the threads. Raises ServerError if the system starts no more threads.

        A call whose caller a signal has interrupted is over before the next one begins, unless it waits for
        something itself.
        """
        while self._interrupted:
            self._interrupted.pop().wait(MAX_WAIT)
        call = _Call(work)
        try:
            calls = self._idle.pop()
        except IndexError:
            calls = self._start()
        calls.put(call)  # type: ignore[arg-type]
        try:
            call.wait()
        except BaseException:
            self._interrupted.append(call)  # type: ignore[arg-type]
            raise
        return call.result()

    def _start(self) -> SimpleQueue[_Call[object] | None]:
        calls: SimpleQueue[_Call[object] | None] = SimpleQueue()
        thread = threading.Thread(target=self._work, args=(calls,), name="mockrevio-handle", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise ServerError(f"the handle needs a thread, which the system refuses: {error}") from None
        return calls

    def _work(self, calls: SimpleQueue[_Call[object] | None]) -> None:
        while (call := calls.get()) is not None:
            call.run()
            with self._lock:
                closed = self._closed
                if not closed:
                    self._idle.append(calls)  # before its caller can need a thread for the next one
            call.finish()
            del call  # it holds the response
            if closed:
                return

    def close(self) -> None:
        """Let the threads end once they are idle."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for calls in idle:
            calls.put(None)
