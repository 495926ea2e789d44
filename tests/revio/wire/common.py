"""What the tests of the wire format share."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.errors import ApiError, Problem


def problems_of(function: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems of the ApiError that a function raises; empty if it raises none."""
    try:
        function()
    except ApiError as error:
        return error.problems
    return ()
