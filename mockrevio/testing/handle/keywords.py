"""Keyword arguments that a method does not have: `fail(time=2)` is an error that names `times`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mockrevio.errors import UnknownArgument
from mockrevio.spelling import closest
from mockrevio.types.calls import CallMatch, RequestMatch

__tracebackhide__ = True  # a failure points at the line of the test

REQUEST_PARTS = RequestMatch.__optional_keys__
CALL_PARTS = CallMatch.__optional_keys__


def reject_unknown(
    function: Callable[..., Any], given: Iterable[str], known: Iterable[str], name: str | None = None
) -> None:
    """Raise UnknownArgument for an argument that is neither `known` nor a parameter of the function."""
    unknown = [argument for argument in given if argument not in known]
    if not unknown:
        return
    names = [*_parameters(function), *sorted(known)]
    for argument in unknown:
        if argument not in names:
            raise UnknownArgument(
                f"{name or function.__name__}() got an unexpected argument {_hint(argument, names)}"
            )


def _parameters(function: Callable[..., Any]) -> list[str]:
    from inspect import Parameter, signature  # for mistakes only

    parameters = signature(function).parameters.values()
    return [
        each.name for each in parameters if each.kind is not Parameter.VAR_KEYWORD and each.name != "self"
    ]


def _hint(argument: str, names: list[str]) -> str:
    nearest = closest(argument.lower(), names)
    hint = f"did you mean {nearest!r}?" if nearest else f"it takes {', '.join(dict.fromkeys(names))}"
    return f"{argument!r}; {hint}"
