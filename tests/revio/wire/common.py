"""What a call was refused for."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.errors import ApiError, Problem


def problems_of(call: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems of the Refusal that a call raises; none if it raises none."""
    try:
        call()
    except ApiError as refusal:
        return refusal.problems
    return ()
