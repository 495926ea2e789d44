"""Matchers: which requests a fault rule, a count or a verification matches, and how the others differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fnmatch import translate
from typing import Any

from mockrevio.documents import Reader, document_error, format_value, mapping_of, read_object
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.revio.wire.query import parameter_name
from mockrevio.revio.wire.request import ApiRequest

Predicate = Callable[[str | None], bool]

PATTERN_FORMAT = "text (* and ? are wildcards), a number, true, false, null (absent) or a list of these"


class Pattern:
    """A value or a list of values to match: texts (globs), numbers, booleans or nulls."""

    def __init__(self, raw: Any, place: str, *, ignore_case: bool = False) -> None:
        """Parse a pattern. Raises DocumentError, with its place, if it is invalid."""
        items = raw if isinstance(raw, list) else [raw]
        if not items or any(isinstance(item, (dict, list)) for item in items):
            raise document_error(place, f"must be {PATTERN_FORMAT}, not {format_value(raw)}")
        self._raw = raw
        self._predicates = [_predicate(item, ignore_case) for item in items]

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


def _predicate(item: Any, ignore_case: bool) -> Predicate:
    text = to_text(item)
    if text is None:
        return lambda value: value is None
    if any(wildcard in text for wildcard in "*?["):
        matches = re.compile(translate(text), re.IGNORECASE if ignore_case else 0).match
        return lambda value: value is not None and matches(value) is not None
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


class Matcher:
    """Matches requests by `method`, `path`, `query`, `headers`, `body` and `client`, all optional.

    Paths, methods and names are case-insensitive, values case-sensitive. Query parameters may have the
    prefix `search.` or not, as in the API.
    """

    def __init__(
        self, document: Mapping[str, Any], conditions: Sequence[tuple[str, _Extractor, Pattern]]
    ) -> None:
        self.document = document
        self._conditions = conditions

    def matches(self, request: ApiRequest) -> bool:
        """Whether a request matches."""
        for _, extract, pattern in self._conditions:  # noqa: SIM110 (as above)
            if not _any_matches(pattern, extract(request)):
                return False
        return True

    def differences(self, request: ApiRequest) -> list[str]:
        """How a request differs from a match, one message per condition; empty if it matches."""
        return [
            f"{name} is {_format_values(extract(request))}, not {pattern}"
            for name, extract, pattern in self._conditions
            if not _any_matches(pattern, extract(request))
        ]


_Extractor = Callable[[ApiRequest], Sequence[str | None]]
"""Gets the values of one part of a request; a query parameter may have several."""


def _any_matches(pattern: Pattern, values: Sequence[str | None]) -> bool:
    for value in values or (None,):  # noqa: SIM110 (as above)
        if pattern.matches(value):
            return True
    return False


def _format_values(values: Sequence[str | None]) -> str:
    return " and ".join("absent" if value is None else value for value in values) if values else "absent"


def parse_matcher(value: Any, place: str) -> Matcher:
    """Parse a matcher from JSON. Raises DocumentError, which lists every mistake with its place."""
    parts = read_object(value, place, _READERS)
    names = sorted(parts, key=list(_READERS).index)  # the cheapest conditions come first
    return Matcher(value, [condition for name in names for condition in _conditions(name, parts[name])])


def _pattern_reader(*, ignore_case: bool = False) -> Reader[Pattern]:
    return lambda value, place: Pattern(value, place, ignore_case=ignore_case)


def _parse_path(value: Any, place: str) -> Pattern:
    """A: a trailing slash is ignored, in the pattern and in the request."""
    items = value if isinstance(value, list) else [value]
    paths = [item.removesuffix("/") if isinstance(item, str) else item for item in items]
    return Pattern(paths if isinstance(value, list) else paths[0], place, ignore_case=True)


_READERS: Mapping[str, Reader[Any]] = {
    "method": _pattern_reader(ignore_case=True),
    "path": _parse_path,
    "client": _pattern_reader(),
    "query": mapping_of(_pattern_reader()),
    "headers": mapping_of(_pattern_reader()),
    "body": mapping_of(_pattern_reader()),
}
MATCHER_PARTS = tuple(_READERS)


def _conditions(name: str, part: Any) -> Iterator[tuple[str, _Extractor, Pattern]]:
    if isinstance(part, Pattern):
        yield name, _EXTRACTORS[name], part
        return
    for key, pattern in part.items():
        yield f"{name}.{key}", _EXTRACTOR_FACTORIES[name](key), pattern


def _query_extractor(name: str) -> _Extractor:
    key = parameter_name(name)
    return lambda request: request.query.get(key, ())


def _header_extractor(name: str) -> _Extractor:
    key = name.lower()
    return lambda request: (request.headers.get(key),)


def _body_extractor(name: str) -> _Extractor:
    key = name.lower()
    return lambda request: (to_text(request.fields.get(key)),)


_EXTRACTORS: Mapping[str, _Extractor] = {
    "method": lambda request: (request.method,),
    "path": lambda request: (request.path.removesuffix("/"),),
    "client": lambda request: (request.client,),
}
_EXTRACTOR_FACTORIES: Mapping[str, Callable[[str], _Extractor]] = {
    "query": _query_extractor,
    "headers": _header_extractor,
    "body": _body_extractor,
}


def nearest_misses(
    matcher: Matcher, requests: Iterable[ApiRequest], limit: int
) -> list[tuple[ApiRequest, list[str]]]:
    """The requests with the fewest differences from a match, with these; the latest first among equals."""
    misses = [(request, matcher.differences(request)) for request in requests]
    misses.reverse()
    misses.sort(key=lambda miss: len(miss[1]))
    return misses[:limit]
