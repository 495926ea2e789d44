"""Filters of logged calls, for counts, verifications and listings.

They have all parts of a fault rule's matcher, and some that only the log has: `status`, `fault`, `since` and
`until`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from mockrevio.control.faults.matching import (
    MATCHER_PARTS,
    NOT,
    REQUEST_PARTS,
    Extractor,
    MatcherOf,
    Part,
    Values,
    nearest_misses,
    read_matcher,
)
from mockrevio.control.faults.patterns import Pattern
from mockrevio.control.faults.secret_patterns import PARTS_WITH_SECRETS
from mockrevio.control.request_log.entries import LogEntry, LoggedResponse
from mockrevio.documents import document_error, format_value
from mockrevio.quantities import parse_duration
from mockrevio.revio.wire.dates import DATE_FORMS, format_date, parse_date
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.revio.wire.secrets import is_secret_name

_RESPONSE_PARTS = frozenset({"status", "fault"})
"""The parts that depend on the response."""

LOG_PARTS = (*MATCHER_PARTS[:-1], "status", "fault", "since", "until", NOT)
"""Everything that calls can be filtered by."""

_STATUS = re.compile(r"[1-5]([0-9]{2}|xx)", re.ASCII | re.IGNORECASE)
_STATUS_FORM = "a status such as 503, a class such as 5xx, any, none, or a list of these"


class LogMatcher:
    """Matches logged calls. Their secrets are only compared with patterns for secrets."""

    def __init__(self, matcher: MatcherOf[LoggedCall]) -> None:
        self._matcher = matcher
        self.document = matcher.document
        patterns = [condition.pattern for condition in matcher.conditions]
        self.time_bounds = [pattern for pattern in patterns if isinstance(pattern, TimeBound)]
        self.methods = [condition.pattern for condition in matcher.conditions if condition.name == "method"]
        inner = matcher.document.get(NOT, ())
        documents = [matcher.document, *(inner if isinstance(inner, list) else [inner])]
        self.depends_on_response = any(not _RESPONSE_PARTS.isdisjoint(document) for document in documents)
        """Whether the response to a call may change whether it matches."""

    def matches(self, entry: LogEntry) -> bool:
        """Whether a call matches, as far as is known."""
        return self.verdict(entry) is True

    def verdict(self, entry: LogEntry) -> bool | None:
        """Whether a call matches; None if that depends on a response that it does not have yet."""
        return self.verdict_of(LoggedCall.from_entry(entry))

    def verdict_of(self, call: LoggedCall) -> bool | None:
        """The verdict on a call at one moment."""
        return self._matcher.verdict(call)

    def nearest_misses(self, entries: list[LogEntry], limit: int) -> list[tuple[LogEntry, list[str]]]:
        """The calls with the fewest differences from a match, with these; the latest first among equals."""
        misses = nearest_misses(self._matcher, map(LoggedCall.from_entry, entries), limit, LoggedCall.masked)
        return [(call.entry, differences) for call, differences in misses]


class LoggedCall(NamedTuple):
    """A consistent view of a logged call for matchers: another thread may add the response meanwhile.

    In `request`, secrets are masked; in `original`, they are not.
    """

    entry: LogEntry
    request: ApiRequest
    original: ApiRequest
    response: LoggedResponse | None
    receiving: bool

    @staticmethod
    def from_entry(entry: LogEntry) -> LoggedCall:
        """The call of an entry."""
        response, receiving = entry.response, entry.receiving  # first: another thread may change the rest
        return LoggedCall(entry, entry.masked_request, replace(entry.request), response, receiving)

    def masked(self) -> LoggedCall:
        """The call without the secrets of its request."""
        return self._replace(original=self.request)


def parse_log_matcher(value: Any, place: str, now: datetime) -> LogMatcher:
    """Parse a matcher of logged calls from JSON; a time such as `30s` is that long before `now`.

    Raises DocumentError, which lists every mistake with its place.
    """
    return LogMatcher(read_matcher(value, place, _parts(now)))


def _parts(now: datetime) -> Mapping[str, Part[LoggedCall]]:
    return {
        **{name: _of_request(name, part) for name, part in REQUEST_PARTS.items()},
        "status": Part(_read_status, lambda _: _statuses),
        "fault": Part(_read_fault, lambda _: _faults),
        "since": Part(partial(_read_time, now, "since"), lambda _: _times, "at"),
        "until": Part(partial(_read_time, now, "until"), lambda _: _times, "at"),
    }


def _of_request(name: str, part: Part[ApiRequest]) -> Part[LoggedCall]:
    """A part of a request as a part of a logged call, whose body may not have arrived yet."""

    def extractor(key: str) -> Extractor[LoggedCall]:
        extract = part.extractor(key)
        if name == "body":
            return lambda call: None if call.receiving else extract(call.request)
        if name in PARTS_WITH_SECRETS and is_secret_name(key):
            return lambda call: extract(replace(call.original))
        return lambda call: extract(call.request)

    return Part(part.read, extractor)


def _statuses(call: LoggedCall) -> Values | None:
    if call.response is None:
        return None
    return (None if call.response.status is None else str(call.response.status),)


def _faults(call: LoggedCall) -> Values | None:
    """The faults of a call, by label, id and name. Until it has a response, one may still fire."""
    causes = call.entry.causes
    if not causes:
        return None if call.response is None else (None,)
    return [call.entry.fault, *(name for cause in causes for name in cause.names)]


def _times(call: LoggedCall) -> Values:
    return (format_date(call.entry.received_at),)


class _VerbatimPattern:
    """A pattern that messages show as the user wrote it."""

    def __init__(self, raw: Any, items: list[Any], place: str) -> None:
        self._text = " or ".join(map(_format_item, raw if isinstance(raw, list) else [raw]))
        self.matches: Callable[[str | None], bool] = Pattern(items, place).matches
        self.size = len(items)

    def __str__(self) -> str:
        return self._text


def _format_item(item: object) -> str:
    return "none" if item is None else str(item)


_KEYWORDS = {"any": "*", "none": None}


def _read_status(value: Any, place: str) -> _VerbatimPattern:
    raw = value.split(",") if isinstance(value, str) else value
    items = [_status_pattern(item, place) for item in (raw if isinstance(raw, list) else [raw])]
    return _VerbatimPattern(raw, items, place)


def _status_pattern(item: Any, place: str) -> str | None:
    text = "none" if item is None else str(item).strip().lower() if type(item) in (int, str) else ""
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    if not _STATUS.fullmatch(text):
        raise document_error(place, f"must be {_STATUS_FORM}, not {format_value(item)}")
    return text.replace("x", "?")


def _read_fault(value: Any, place: str) -> _VerbatimPattern:
    items = [
        _KEYWORDS.get(item, item) if isinstance(item, str) else item
        for item in (value if isinstance(value, list) else [value])
    ]
    return _VerbatimPattern(value, items, place)


class TimeBound:
    """The earliest or the latest time of arrival, by the mock clock; both ends are included."""

    size = 1

    def __init__(self, kind: str, date: str) -> None:
        self._is_start = kind == "since"
        self._date = date

    def matches(self, value: str | None) -> bool:
        """Whether a time is within the bound."""
        if value is None:
            return False
        return value >= self._date if self._is_start else value <= self._date

    def reaches(self, oldest: str, newest: str) -> bool:
        """Whether any time from the oldest to the newest is within the bound."""
        return self.matches(newest if self._is_start else oldest)

    def __str__(self) -> str:
        return f"{self._date} or {'later' if self._is_start else 'earlier'}"


def _read_time(now: datetime, kind: str, value: Any, place: str) -> TimeBound:
    if isinstance(value, str):
        date = _time_ago(now, value) or parse_date(value, end_of_day=kind == "until")
        if date is not None:
            return TimeBound(kind, date)
    raise document_error(
        place, f"must be {DATE_FORMS}, or how long ago, such as 30s, not {format_value(value)}"
    )


def _time_ago(now: datetime, text: str) -> str | None:
    """The date that was this long ago; None if the text is no duration."""
    try:
        seconds = parse_duration(text)
    except ValueError:
        return None
    try:
        return format_date(now - timedelta(seconds=seconds))
    except OverflowError:  # the clock is set to before that
        return format_date(datetime.min.replace(tzinfo=UTC))
