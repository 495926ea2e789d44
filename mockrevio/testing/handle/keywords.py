"""Keyword arguments that a method does not have: `fail(time=2)` is an error that names `times`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mockrevio.errors import UnknownArgument
from mockrevio.types.calls import CallMatch, RequestMatch

__tracebackhide__ = True  # a failure points at the line of the test

REQUEST_PARTS = RequestMatch.__optional_keys__
CALL_PARTS = CallMatch.__optional_keys__


def reject_unknown(
    function: Callable[..., Any], given: Iterable[str], known: Iterable[str], name: str | None = None
) -> None:
    """Raise UnknownArgument for an argument that is neither `known` nor a parameter of the function."""
    unknown = [argument for argument in given if argument not in known]
    if unknown:
        raise UnknownArgument(_message(function, unknown[0], known, name or function.__name__))


def _message(function: Callable[..., Any], unknown: str, known: Iterable[str], name: str) -> str:
    from difflib import get_close_matches  # for mistakes only
    from inspect import Parameter, signature

    parameters = signature(function).parameters.values()
    own = [each.name for each in parameters if each.kind is not Parameter.VAR_KEYWORD and each.name != "self"]
    names = [*own, *sorted(known)]
    nearest = get_close_matches(unknown.lower(), names, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"it takes {', '.join(names)}"
    return f"{name}() got an unexpected argument {unknown!r}; {hint}"
