"""What a misspelled name was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most similar to this one; None if none is, by difflib's measure `cutoff`."""
    from difflib import get_close_matches  # for mistakes only, and slow to import

    return next(iter(get_close_matches(name, list(known), 1, cutoff)), None)
