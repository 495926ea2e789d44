"""The forms of an interception: `start` and `stop`, `with`, `async with` and a decorator."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Generic, TypeVar

from mockrevio.errors import InterceptionError, ServerError
from mockrevio.testing.intercept.decorator import decorate_class, decorate_function

StartedT = TypeVar("StartedT")
_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

__tracebackhide__ = True  # a failure points at the line of the test


class Forms(Generic[StartedT]):
    """Makes a context manager and a decorator of `start` and `stop`.

    Each call of what is decorated gets an interception of its own, from `_renewed`.
    """

    def start(self) -> StartedT:
        """Start redirecting."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop redirecting. Does nothing if it is not active."""
        raise NotImplementedError

    def _renewed(self) -> AbstractContextManager[Any]:
        raise NotImplementedError

    def __enter__(self) -> StartedT:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> StartedT:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __call__(self, decorated: _Decorated) -> _Decorated:
        """Decorate a function, or a class with tests."""
        if isinstance(decorated, type):
            return decorate_class(decorated, self._renewed)  # type: ignore[return-value]
        if not callable(decorated):
            raise InterceptionError(f"intercept() can decorate functions and test classes, not {decorated!r}")
        return decorate_function(decorated, self._renewed)  # type: ignore[return-value]


def already_active() -> ServerError:
    """The error for starting an interception twice."""
    return ServerError("this interception is active already; to nest interceptions, call intercept() again")
