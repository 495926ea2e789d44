"""Which calls a rule, a count or a verification means, and where a call that is not meant differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fnmatch import translate
from typing import Any

from mockrevio.documents import Reader, named, parts, shown, wrong
from mockrevio.revio.wire.envelopes import to_json
from mockrevio.revio.wire.query import bare_name
from mockrevio.revio.wire.request import Call

Test = Callable[[str | None], bool]

PATTERN = "text in which * and ? stand for anything, a number, true, false, null (absent), or a list of these"


class Pattern:
    """What a value must be like: one of the given texts, numbers, flags or nulls; `*` and `?` are globs."""

    def __init__(self, given: Any, place: str, *, ignore_case: bool = False) -> None:
        """Read a pattern; DocumentError, with its place, for what is none."""
        items = given if isinstance(given, list) else [given]
        if not items or any(isinstance(item, (dict, list)) for item in items):
            raise wrong(place, f"must be {PATTERN}, not {shown(given)}")
        self._given = given
        self._tests = [_test(item, ignore_case) for item in items]

    def matches(self, value: str | None) -> bool:
        """Whether the value (None: there is none) is as wanted."""
        for test in self._tests:  # noqa: SIM110 (every call meets every rule, and `any` is slow)
            if test(value):
                return True
        return False

    def __str__(self) -> str:
        items = self._given if isinstance(self._given, list) else [self._given]
        return " or ".join("absent" if item is None else str(text_of(item)) for item in items)


_LARGEST_SPELLED = 10**30
_EXACT = Context(prec=1000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def _test(item: Any, ignore_case: bool) -> Test:
    text = text_of(item)
    if text is None:
        return lambda value: value is None
    if any(each in text for each in "*?["):
        matches = re.compile(translate(text), re.IGNORECASE if ignore_case else 0).match
        return lambda value: value is not None and matches(value) is not None
    if ignore_case:
        folded = text.casefold()
        return lambda value: value is not None and value.casefold() == folded
    return lambda value: value == text


def text_of(value: Any) -> str | None:
    """A JSON value as text to be compared: `4.0` is `4`, true is `true`; None for null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(str(value))
        # 49.90 is 49.9, be it a float or a Decimal; one with a monstrous exponent is not spelled out.
        if number.copy_abs() < _LARGEST_SPELLED and number == number.to_integral_value():
            return str(int(number))
        return str(number.normalize(_EXACT))
    return to_json(value).decode("ascii")


class Matcher:
    """A description of calls: `method`, `path`, `query`, `headers`, `body`, `client`, all of them optional.

    Paths, methods and names ignore case; values do not. Query parameters may be named with or without
    `search.`, as in the API.
    """

    def __init__(self, document: Mapping[str, Any], tests: Sequence[tuple[str, _Look, Pattern]]) -> None:
        self.document = document
        self._tests = tests

    def matches(self, call: Call) -> bool:
        """Whether the call is meant."""
        for _, look, pattern in self._tests:  # noqa: SIM110 (as above)
            if not _fits(pattern, look(call)):
                return False
        return True

    def differences(self, call: Call) -> list[str]:
        """Where the call differs from what is meant, one sentence each; none if it is meant."""
        return [
            f"{name} is {_say(look(call))}, not {pattern}"
            for name, look, pattern in self._tests
            if not _fits(pattern, look(call))
        ]


_Look = Callable[[Call], Sequence[str | None]]
"""The values that a call has in one place; a query parameter may have several."""


def _fits(pattern: Pattern, values: Sequence[str | None]) -> bool:
    for value in values or (None,):  # noqa: SIM110 (as above)
        if pattern.matches(value):
            return True
    return False


def _say(values: Sequence[str | None]) -> str:
    return " and ".join("absent" if value is None else value for value in values) if values else "absent"


def read_matcher(value: Any, place: str) -> Matcher:
    """A matcher from its JSON; DocumentError names every mistake with its place."""
    found = parts(value, place, _READERS)
    order = sorted(found, key=list(_READERS).index)  # what is cheap to look at comes first
    return Matcher(value, [test for name in order for test in _tests_of(name, found[name])])


def _pattern(*, ignore_case: bool = False) -> Reader[Pattern]:
    return lambda value, place: Pattern(value, place, ignore_case=ignore_case)


def _path(value: Any, place: str) -> Pattern:
    """A: a trailing slash makes no other path, in a pattern as in a call."""
    items = value if isinstance(value, list) else [value]
    bare = [item.removesuffix("/") if isinstance(item, str) else item for item in items]
    return Pattern(bare if isinstance(value, list) else bare[0], place, ignore_case=True)


_READERS: Mapping[str, Reader[Any]] = {
    "method": _pattern(ignore_case=True),
    "path": _path,
    "client": _pattern(),
    "query": named(_pattern()),
    "headers": named(_pattern()),
    "body": named(_pattern()),
}
MATCHER_PARTS = tuple(_READERS)


def _tests_of(name: str, found: Any) -> Iterator[tuple[str, _Look, Pattern]]:
    if isinstance(found, Pattern):
        yield name, _WHOLE[name], found
        return
    for part, pattern in found.items():
        yield f"{name}.{part}", _PARTED[name](part), pattern


def _query(part: str) -> _Look:
    key = bare_name(part)
    return lambda call: call.query.get(key, ())


def _header(part: str) -> _Look:
    key = part.lower()
    return lambda call: (call.headers.get(key),)


def _body(part: str) -> _Look:
    key = part.lower()
    return lambda call: (text_of(call.fields.get(key)),)


_WHOLE: Mapping[str, _Look] = {
    "method": lambda call: (call.method,),
    "path": lambda call: (call.path.removesuffix("/"),),
    "client": lambda call: (call.client,),
}
_PARTED: Mapping[str, Callable[[str], _Look]] = {"query": _query, "headers": _header, "body": _body}


def nearest_misses(matcher: Matcher, calls: Iterable[Call], most: int) -> list[tuple[Call, list[str]]]:
    """The calls that come closest to being meant, with their differences: fewest first, then the latest."""
    misses = [(call, matcher.differences(call)) for call in calls]
    misses.reverse()
    misses.sort(key=lambda miss: len(miss[1]))
    return misses[:most]
