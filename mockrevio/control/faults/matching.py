"""Matchers: which requests a fault rule matches, and how the others differ.

`request_log.filters` makes matchers of logged calls from the same parts and additional ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nsmallest
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from mockrevio.control.faults.patterns import Pattern, to_text
from mockrevio.control.faults.secret_patterns import hash_secrets, read_named_patterns
from mockrevio.documents import Reader, document_error, list_of, mapping_of, read_object
from mockrevio.errors import DocumentError, Mistake
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.revio.wire.query import parameter_name
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.spelling import closest

MAX_VALUE_LENGTH = 200
"""Characters of a value that a message shows."""
MAX_LISTED_VALUES = 5
S = TypeVar("S")  # what a matcher looks at: a request, or a logged call


class ValuePattern(Protocol):
    """What a value is compared with, `size` values. Its text completes "status is 200, not ..."."""

    size: int

    def matches(self, value: str | None) -> bool:
        """Whether a value matches; None is an absent value."""


Values = Sequence[str | None]
Extractor = Callable[[S], Values | None]
"""Gets the values of one part; a query parameter may have several. None: there is no value yet."""


class Condition(NamedTuple, Generic[S]):
    """One condition of a matcher: `name` is what it compares, for messages."""

    name: str
    extract: Extractor[S]
    pattern: ValuePattern


class Part(NamedTuple, Generic[S]):
    """A part that a matcher may have: how it is read, and where its values are.

    `extractor` takes the name of a member, such as a header; a part without members ignores it.
    """

    read: Reader[Any]
    extractor: Callable[[str], Extractor[S]]
    label: str | None = None
    """What the part compares, if that is not its name."""

    def conditions(self, name: str, patterns: Any) -> list[Condition[S]]:
        """The conditions that this part, with these patterns, stands for."""
        name = self.label or name
        if isinstance(patterns, dict):
            return [
                Condition(f"{name}.{key}", self.extractor(key), pattern) for key, pattern in patterns.items()
            ]
        return [Condition(name, self.extractor(name), patterns)]


class MatcherOf(Generic[S]):
    """Matches requests that fulfil all conditions, and none of the matchers under `not`."""

    def __init__(
        self,
        document: Mapping[str, Any],
        conditions: Sequence[Condition[S]],
        excluded: Sequence[MatcherOf[S]] = (),
    ) -> None:
        self.document = document
        self.conditions = conditions
        self._excluded = excluded
        self.size: int = sum(each.pattern.size for each in conditions) + sum(each.size for each in excluded)

    def matches(self, subject: S) -> bool:
        """Whether it matches, as far as is known. A fast `verdict`: rules ask for every request."""
        for _, extract, pattern in self.conditions:
            if not _any_matches(pattern, extract(subject)):
                return False
        for excluded in self._excluded:  # noqa: SIM110 (`all` is slow)
            if excluded.verdict(subject) is not False:
                return False
        return True

    def verdict(self, subject: S) -> bool | None:
        """Whether it matches; None if a value that decides this is not there yet."""
        verdict: bool | None = True
        for condition in self.conditions:
            met = _is_met(condition, subject)
            if met is False:
                return False
            verdict = verdict and met
        for excluded in self._excluded:
            met = excluded.verdict(subject)
            if met is True:
                return False
            verdict = verdict and (None if met is None else True)
        return verdict

    def differences(self, subject: S, masked: S | None = None) -> list[str]:
        """How something differs from a match, one message per condition; empty if it matches.

        `masked` is the subject without its secrets, whose values the messages show.
        """
        visible = subject if masked is None else masked
        differences = [
            f"{condition.name} is {_format_values(condition.extract(visible))}, not {condition.pattern}"
            for condition in self.conditions
            if not _is_met(condition, subject)
        ]
        for excluded in self._excluded:
            if excluded.verdict(subject) is not False:
                verb = "is" if excluded.matches(subject) else "may be"
                differences.append(f"{verb} excluded by not: {encode_json(excluded.document).decode()}")
        return differences


Matcher = MatcherOf[ApiRequest]
"""Matches requests by `method`, `path`, `query`, `headers`, `body` and `client`, all optional.

Paths, methods and names are case-insensitive, values case-sensitive. Query parameters may have the prefix
`search.` or not, as in the API.
"""


def _is_met(condition: Condition[S], subject: S) -> bool | None:
    """Whether a condition is met. Where there is no value yet, only `absent` is."""
    values = condition.extract(subject)
    if _any_matches(condition.pattern, values):
        return True
    return None if values is None else False


def _any_matches(pattern: ValuePattern, values: Values | None) -> bool:
    for value in values or (None,):  # noqa: SIM110 (as above)
        if pattern.matches(value):
            return True
    return False


def _format_values(values: Values | None) -> str:
    """The values for a message, cut: rules keep messages, and a body may be a single value."""
    if values is None:
        return "not known yet"
    shown = [
        "absent" if value is None else _truncate(value) for value in values[:MAX_LISTED_VALUES] or [None]
    ]
    if len(values) > MAX_LISTED_VALUES:
        shown.append(f"{len(values) - MAX_LISTED_VALUES} more")
    return " and ".join(shown)


def _truncate(text: str) -> str:
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}... ({len(text)} characters)"


def parse_matcher(value: Any, place: str) -> Matcher:
    """Parse a matcher from JSON. Raises DocumentError, which lists every mistake with its place."""
    return read_matcher(value, place, REQUEST_PARTS)


NOT = "not"
MAX_EXCLUDED = 100
"""How many matchers may be under `not`: each is compared on its own, with every request."""


def read_matcher(value: Any, place: str, parts: Mapping[str, Part[S]]) -> MatcherOf[S]:
    """Parse a matcher that may have these parts, and `not`. Raises DocumentError with every mistake."""
    return _read_matcher(value, place, parts, nested=False)


def _read_matcher(value: Any, place: str, parts: Mapping[str, Part[S]], *, nested: bool) -> MatcherOf[S]:
    readers: dict[str, Reader[Any]] = {name: part.read for name, part in parts.items()}
    if not nested:
        excluded_reader: Reader[MatcherOf[S]] = lambda inner, at: _read_excluded(inner, at, parts)  # noqa: E731
        readers[NOT] = lambda inner, at: _read_all_excluded(inner, at, excluded_reader)
    mistakes = [
        Mistake(f"{place}.{name}", unknown_part_message(name, readers))
        for name in (value if isinstance(value, dict) else ())
        if name not in readers
    ]
    known = {name: part for name, part in value.items() if name in readers} if mistakes else value
    try:
        patterns = read_object(known, place, readers)
    except DocumentError as error:
        raise DocumentError([*mistakes, *error.mistakes]) from None
    if mistakes:
        raise DocumentError(mistakes)
    excluded = patterns.pop(NOT, ())
    names = sorted(patterns, key=list(parts).index)  # the cheapest conditions come first
    conditions = [each for name in names for each in parts[name].conditions(name, patterns[name])]
    return MatcherOf(hash_secrets(value), conditions, excluded)


def _read_all_excluded(value: Any, place: str, read: Reader[MatcherOf[S]]) -> list[MatcherOf[S]]:
    if not isinstance(value, list):
        return [read(value, place)]
    if len(value) > MAX_EXCLUDED:
        raise document_error(place, f"may have at most {MAX_EXCLUDED} matchers in a list, not {len(value)}")
    return list_of(read)(value, place)


def _read_excluded(value: Any, place: str, parts: Mapping[str, Part[S]]) -> MatcherOf[S]:
    matcher = _read_matcher(value, place, parts, nested=True)
    if not matcher.conditions:
        raise document_error(place, "is empty, so it would exclude everything; add a condition")
    return matcher


def unknown_part_message(name: str, known: Iterable[str]) -> str:
    """The message for an unknown part: the closest known part, and all of them."""
    names = list(known)
    if name in _LOG_ONLY:
        return f"{_LOG_ONLY[name]}; a rule can match {', '.join(names)}"
    nearest = closest(name.lower(), names)
    suggestion = f", did you mean {nearest}?" if nearest else ";"
    return f"unknown{suggestion} expected one of {', '.join(names)}"


_DECIDED_BEFORE = "is only known after the response, but fault rules are matched before it"
_LOG_ONLY = {
    "status": _DECIDED_BEFORE,
    "fault": _DECIDED_BEFORE,
    "since": "is a filter of the request log; use when.after to say when a rule starts",
    "until": "is a filter of the request log; use when.for to say when a rule ends",
}
"""Parts that only matchers of logged calls have, and why a rule has none of them."""


def pattern_reader(*, ignore_case: bool = False) -> Reader[Pattern]:
    """A reader for a pattern."""
    return lambda value, place: Pattern(value, place, ignore_case=ignore_case)


def _parse_path(value: Any, place: str) -> Pattern:
    """A: a trailing slash is ignored, in the pattern and in the request."""
    items = value if isinstance(value, list) else [value]
    paths = [item.removesuffix("/") if isinstance(item, str) else item for item in items]
    return Pattern(paths if isinstance(value, list) else paths[0], place, ignore_case=True)


def _query_extractor(name: str) -> Extractor[ApiRequest]:
    key = parameter_name(name)
    return lambda request: request.query.get(key, ())


def _header_extractor(name: str) -> Extractor[ApiRequest]:
    key = name.lower()
    return lambda request: (request.headers.get(key),)


def _body_extractor(name: str) -> Extractor[ApiRequest]:
    key = name.lower()

    def extract(request: ApiRequest) -> Values:
        texts = request.field_texts  # many rules may ask for a field, and it may be large
        if key not in texts:
            texts[key] = to_text(request.fields.get(key))
        return (texts[key],)

    return extract


REQUEST_PARTS: Mapping[str, Part[ApiRequest]] = {
    "method": Part(pattern_reader(ignore_case=True), lambda _: lambda request: (request.method,)),
    "path": Part(_parse_path, lambda _: lambda request: (request.path.removesuffix("/"),)),
    "client": Part(pattern_reader(), lambda _: lambda request: (request.client,)),
    "query": Part(read_named_patterns, _query_extractor),
    "headers": Part(read_named_patterns, _header_extractor),
    "body": Part(mapping_of(pattern_reader()), _body_extractor),
}
"""What a matcher can compare of a request, cheapest first."""

MATCHER_PARTS = (*REQUEST_PARTS, NOT)


def nearest_misses(
    matcher: MatcherOf[S], subjects: Iterable[S], limit: int, mask: Callable[[S], S] | None = None
) -> list[tuple[S, list[str]]]:
    """Those with the fewest differences from a match, with these; the latest first among equals.

    `mask` returns a subject without its secrets, for the messages.
    """
    # Only the nearest are kept in memory: each may have parsed a body on the way.
    ranked = (
        (subject, matcher.differences(subject, mask and mask(subject)), -index)
        for index, subject in enumerate(subjects)
    )
    nearest = nsmallest(limit, ranked, key=lambda miss: (len(miss[1]), miss[2]))
    return [(subject, differences) for subject, differences, _ in nearest]
