"""Which calls a rule, a count or a verification means, and where a call that is not meant differs."""

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

PATTERN_FORM = (
    "text in which * and ? stand for anything, a number, true, false, null (absent), or a list of these"
)


class Pattern:
    """What a value must be like: one of the given texts, numbers, flags or nulls; `*` and `?` are globs."""

    def __init__(self, raw: Any, place: str, *, ignore_case: bool = False) -> None:
        """Read a pattern; DocumentError, with its place, for what is none."""
        items = raw if isinstance(raw, list) else [raw]
        if not items or any(isinstance(item, (dict, list)) for item in items):
            raise document_error(place, f"must be {PATTERN_FORM}, not {format_value(raw)}")
        self._given = raw
        self._predicates = [_predicate(item, ignore_case) for item in items]

    def matches(self, value: str | None) -> bool:
        """Whether the value (None: there is none) is as wanted."""
        for test in self._predicates:  # noqa: SIM110 (every call meets every rule, and `any` is slow)
            if test(value):
                return True
        return False

    def __str__(self) -> str:
        items = self._given if isinstance(self._given, list) else [self._given]
        return " or ".join("absent" if item is None else str(to_text(item)) for item in items)


_MAX_EXPANDED = 10**30
_EXACT_CONTEXT = Context(prec=1000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def _predicate(item: Any, ignore_case: bool) -> Predicate:
    text = to_text(item)
    if text is None:
        return lambda value: value is None
    if any(each in text for each in "*?["):
        matches = re.compile(translate(text), re.IGNORECASE if ignore_case else 0).match
        return lambda value: value is not None and matches(value) is not None
    if ignore_case:
        folded = text.casefold()
        return lambda value: value is not None and value.casefold() == folded
    return lambda value: value == text


def to_text(value: Any) -> str | None:
    """A JSON value as text to be compared: `4.0` is `4`, true is `true`; None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(str(value))
        # 49.90 is 49.9, be it a float or a Decimal; one with a monstrous exponent is not spelled out.
        if number.copy_abs() < _MAX_EXPANDED and number == number.to_integral_value():
            return str(int(number))
        return str(number.normalize(_EXACT_CONTEXT))
    return encode_json(value).decode("ascii")


class Matcher:
    """A description of calls: `method`, `path`, `query`, `headers`, `body`, `client`, all of them optional.

    Paths, methods and names ignore case; values do not. Query parameters may be named with or without
    `search.`, as in the API.
    """

    def __init__(self, document: Mapping[str, Any], tests: Sequence[tuple[str, _Extractor, Pattern]]) -> None:
        self.document = document
        self._predicates = tests

    def matches(self, call: ApiRequest) -> bool:
        """Whether the call is meant."""
        for _, extract, pattern in self._predicates:  # noqa: SIM110 (as above)
            if not _any_matches(pattern, extract(call)):
                return False
        return True

    def differences(self, call: ApiRequest) -> list[str]:
        """Where the call differs from what is meant, one sentence each; none if it is meant."""
        return [
            f"{name} is {_format_values(extract(call))}, not {pattern}"
            for name, extract, pattern in self._predicates
            if not _any_matches(pattern, extract(call))
        ]


_Extractor = Callable[[ApiRequest], Sequence[str | None]]
"""The values that a call has in one place; a query parameter may have several."""


def _any_matches(pattern: Pattern, values: Sequence[str | None]) -> bool:
    for value in values or (None,):  # noqa: SIM110 (as above)
        if pattern.matches(value):
            return True
    return False


def _format_values(values: Sequence[str | None]) -> str:
    return " and ".join("absent" if value is None else value for value in values) if values else "absent"


def parse_matcher(value: Any, place: str) -> Matcher:
    """A matcher from its JSON; DocumentError names every mistake with its place."""
    found = read_object(value, place, _READERS)
    order = sorted(found, key=list(_READERS).index)  # what is cheap to look at comes first
    return Matcher(value, [test for name in order for test in _conditions(name, found[name])])


def _pattern_reader(*, ignore_case: bool = False) -> Reader[Pattern]:
    return lambda value, place: Pattern(value, place, ignore_case=ignore_case)


def _parse_path(value: Any, place: str) -> Pattern:
    """A: a trailing slash makes no other path, in a pattern as in a call."""
    items = value if isinstance(value, list) else [value]
    bare = [item.removesuffix("/") if isinstance(item, str) else item for item in items]
    return Pattern(bare if isinstance(value, list) else bare[0], place, ignore_case=True)


_READERS: Mapping[str, Reader[Any]] = {
    "method": _pattern_reader(ignore_case=True),
    "path": _parse_path,
    "client": _pattern_reader(),
    "query": mapping_of(_pattern_reader()),
    "headers": mapping_of(_pattern_reader()),
    "body": mapping_of(_pattern_reader()),
}
MATCHER_PARTS = tuple(_READERS)


def _conditions(name: str, found: Any) -> Iterator[tuple[str, _Extractor, Pattern]]:
    if isinstance(found, Pattern):
        yield name, _SINGLE_EXTRACTORS[name], found
        return
    for part, pattern in found.items():
        yield f"{name}.{part}", _NAMED_EXTRACTORS[name](part), pattern


def _query_extractor(part: str) -> _Extractor:
    key = parameter_name(part)
    return lambda call: call.query.get(key, ())


def _header_extractor(part: str) -> _Extractor:
    key = part.lower()
    return lambda call: (call.headers.get(key),)


def _body_extractor(part: str) -> _Extractor:
    key = part.lower()
    return lambda call: (to_text(call.fields.get(key)),)


_SINGLE_EXTRACTORS: Mapping[str, _Extractor] = {
    "method": lambda call: (call.method,),
    "path": lambda call: (call.path.removesuffix("/"),),
    "client": lambda call: (call.client,),
}
_NAMED_EXTRACTORS: Mapping[str, Callable[[str], _Extractor]] = {
    "query": _query_extractor,
    "headers": _header_extractor,
    "body": _body_extractor,
}


def nearest_misses(
    matcher: Matcher, calls: Iterable[ApiRequest], most: int
) -> list[tuple[ApiRequest, list[str]]]:
    """The calls that come closest to being meant, with their differences: fewest first, then the latest."""
    misses = [(call, matcher.differences(call)) for call in calls]
    misses.reverse()
    misses.sort(key=lambda miss: len(miss[1]))
    return misses[:most]
