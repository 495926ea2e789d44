"""What may end a request's wait early."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.scheduling import Generation, Wait, Waiter


class Ending:
    """The subscription of one wait, and its place in its generation. To be used on the loop's thread."""

    __slots__ = ("_generation", "_unsubscribe")

    def __init__(self) -> None:
        self._unsubscribe: Callable[[], None] | None = None
        self._generation: Generation | None = None

    def join(self, wait: Wait, request: Waiter, callback: Callable[[], None]) -> bool:
        """Call back when the wait is over, and end the request with its generation; False if that is over."""
        if wait.subscribe is not None:
            self._unsubscribe = wait.subscribe(callback)
        self._generation = wait.generation
        return self._generation is None or self._generation.add(request)

    def leave(self, request: Waiter) -> bool:
        """The request does not wait any more; False if it is to be ended instead of going on."""
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
        generation, self._generation = self._generation, None
        return generation is None or generation.remove(request)
