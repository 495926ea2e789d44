"""Patterns: the values that a matcher compares the parts of a request with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any

from mockrevio.control.faults.globs import MAX_LENGTH, compile_glob, is_glob
from mockrevio.documents import document_error, format_value
from mockrevio.revio.wire.envelopes import encode_json

Predicate = Callable[[str | None], bool]

MAX_GLOBS = 100
"""How many of a list may have wildcards: each is compared on its own, with every request."""

PATTERN_FORMAT = "text (* and ? are wildcards), a number, true, false, null (absent) or a list of these"


class Pattern:
    """A value or a list of values to match: texts (globs), numbers, booleans or nulls."""

    def __init__(self, raw: Any, place: str, *, ignore_case: bool = False) -> None:
        """Parse a pattern. Raises DocumentError, with its place, if it is invalid."""
        items = raw if isinstance(raw, list) else [raw]
        if not items or any(isinstance(item, (dict, list)) for item in items):
            raise document_error(place, f"must be {PATTERN_FORMAT}, not {format_value(raw)}")
        _check_globs(items, place)
        self._raw = raw
        self._predicates = [_predicate(item, ignore_case) for item in items]
        self.size = len(items)
        """How many values it compares."""

    def matches(self, value: str | None) -> bool:
        """Whether a value matches; None is an absent value."""
        for predicate in self._predicates:  # noqa: SIM110 (runs for every rule and request; `any` is slow)
            if predicate(value):
                return True
        return False

    def __str__(self) -> str:
        items = self._raw if isinstance(self._raw, list) else [self._raw]
        return " or ".join("absent" if item is None else str(to_text(item)) for item in items)


_MAX_EXPANDED = 10**30
_EXACT_CONTEXT = Context(prec=1000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def _check_globs(items: Sequence[Any], place: str) -> None:
    """Raise DocumentError if there are too many texts with wildcards, or if one is too long."""
    globs = [item for item in items if isinstance(item, str) and is_glob(item)]
    if len(globs) > MAX_GLOBS:
        raise document_error(
            place, f"may have at most {MAX_GLOBS} texts with wildcards (* ? [) in a list, not {len(globs)}"
        )
    longest = max(map(len, globs), default=0)
    if longest > MAX_LENGTH:
        raise document_error(
            place, f"may have at most {MAX_LENGTH} characters in a text with wildcards (* ? [), not {longest}"
        )


def _predicate(item: Any, ignore_case: bool) -> Predicate:
    text = to_text(item)
    if text is None:
        return lambda value: value is None
    if is_glob(text):
        matches = compile_glob(text, ignore_case=ignore_case)
        return lambda value: value is not None and matches(value)
    if ignore_case:
        folded = text.casefold()
        return lambda value: value is not None and value.casefold() == folded
    return lambda value: value == text


def to_text(value: Any) -> str | None:
    """A JSON value as the text that patterns compare: `4.0` as `4`, true as `true`; None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(str(value))
        # 49.90 equals 49.9, as a float or as a Decimal. Huge exponents are not expanded into digits.
        if number.copy_abs() < _MAX_EXPANDED and number == number.to_integral_value():
            return str(int(number))
        return str(number.normalize(_EXACT_CONTEXT))
    return encode_json(value).decode("ascii")
