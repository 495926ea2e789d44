"""What can end a request's wait early."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.cancellation import CancelScope, Waiter
from mockrevio.scheduling import Wait


class WaitSubscription:
    """The subscription of one wait, and its membership in a cancel scope. Use it on the loop's thread."""

    __slots__ = ("_scope", "_unsubscribe")

    def __init__(self) -> None:
        self._unsubscribe: Callable[[], None] | None = None
        self._scope: CancelScope | None = None

    def join(self, wait: Wait, request: Waiter, callback: Callable[[], None]) -> bool:
        """Call back when the wait is over, and cancel with the scope; False if it is cancelled already."""
        if wait.subscribe is not None:
            self._unsubscribe = wait.subscribe(callback)
        self._scope = wait.scope
        return self._scope is None or self._scope.add(request)

    def leave(self, request: Waiter) -> bool:
        """Stop waiting; False if the scope is cancelled, so that the request must end too."""
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
        scope, self._scope = self._scope, None
        return scope is None or scope.remove(request)
