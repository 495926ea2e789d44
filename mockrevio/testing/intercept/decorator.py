"""Interceptions as decorators: of functions, coroutines, generators (pytest fixtures) and test classes."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, aclosing
from functools import wraps
from typing import TYPE_CHECKING, Any

from mockrevio.errors import InterceptionError

if TYPE_CHECKING:
    import unittest

Renewed = Callable[[], AbstractContextManager[Any]]
"""Makes the context manager of one call."""

__tracebackhide__ = True  # a failure points at the line of the test


def decorate_function(function: Callable[..., Any], renewed: Renewed) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(function):

        @wraps(function)
        async def decorated(*args: Any, **kwargs: Any) -> Any:
            with renewed():
                async with aclosing(function(*args, **kwargs)) as items:
                    async for item in items:
                        yield item

    elif inspect.iscoroutinefunction(function):

        @wraps(function)
        async def decorated(*args: Any, **kwargs: Any) -> Any:
            with renewed():
                return await function(*args, **kwargs)

    elif inspect.isgeneratorfunction(function):

        @wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            with renewed():
                return (yield from function(*args, **kwargs))

    else:

        @wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            with renewed():
                return function(*args, **kwargs)

    return decorated


def decorate_class(test_class: type, renewed: Renewed) -> type:
    """Each test is intercepted from the beginning of its set-up to the end of its clean-up."""
    unittest = sys.modules.get("unittest")  # slow to import; no class is a TestCase before that
    if unittest is not None and issubclass(test_class, unittest.TestCase):
        return _decorate_test_case(test_class, renewed)
    if not any(name.startswith("test") and callable(getattr(test_class, name)) for name in dir(test_class)):
        raise InterceptionError(
            f"intercept() can decorate functions and test classes, but {test_class.__name__} has no test"
        )
    return _decorate_pytest_class(test_class, renewed)


def _decorate_test_case(test_class: type[unittest.TestCase], renewed: Renewed) -> type:
    set_up = test_class.setUp

    @wraps(set_up)
    def intercepted(self: unittest.TestCase) -> None:
        self.enterContext(renewed())
        set_up(self)

    test_class.setUp = intercepted  # type: ignore[method-assign]
    return test_class


def _decorate_pytest_class(test_class: Any, renewed: Renewed) -> type:
    set_up = getattr(test_class, "setup_method", None)
    tear_down = getattr(test_class, "teardown_method", None)

    def setup_method(self: Any, method: Any) -> None:
        self._mockrevio_interception = renewed()
        self._mockrevio_interception.__enter__()
        try:
            _call(set_up, self, method)
        except BaseException:
            self._mockrevio_interception.__exit__(None, None, None)  # pytest tears down nothing then
            raise

    def teardown_method(self: Any, method: Any) -> None:
        try:
            _call(tear_down, self, method)
        finally:
            self._mockrevio_interception.__exit__(None, None, None)

    test_class.setup_method = setup_method
    test_class.teardown_method = teardown_method
    return test_class  # type: ignore[no-any-return]


def _call(function: Callable[..., Any] | None, test: Any, method: Any) -> None:
    """Call a class's own set-up, which may take the test method or not."""
    if function is not None:
        function(*(test, method)[: len(inspect.signature(function).parameters)])
