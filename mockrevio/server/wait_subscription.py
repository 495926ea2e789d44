"""What can end a request's wait early."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.scheduling import Generation, Wait, Waiter


class WaitSubscription:
    """The subscription of one wait, and its membership in a generation. Use it on the loop's thread."""

    __slots__ = ("_generation", "_unsubscribe")

    def __init__(self) -> None:
        self._unsubscribe: Callable[[], None] | None = None
        self._generation: Generation | None = None

    def join(self, wait: Wait, request: Waiter, callback: Callable[[], None]) -> bool:
        """Call back when the wait is over, and cancel with the generation; False if that has ended."""
        if wait.subscribe is not None:
            self._unsubscribe = wait.subscribe(callback)
        self._generation = wait.generation
        return self._generation is None or self._generation.add(request)

    def leave(self, request: Waiter) -> bool:
        """Stop waiting; False if the generation has ended, so that the request must end too."""
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
        generation, self._generation = self._generation, None
        return generation is None or generation.remove(request)
