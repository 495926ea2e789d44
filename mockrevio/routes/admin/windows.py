"""The part of a listing that a request asks for: `?offset=0&limit=1`."""

from __future__ import annotations

import re
from typing import NamedTuple

from mockrevio.documents import document_error

_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class Window(NamedTuple):
    """A part of a listing. `offset` counts from the end if it is negative; without one, the end is listed."""

    offset: int | None = None
    limit: int | None = None

    def bounds(self, count: int) -> slice:
        """Where the part is among this many items."""
        limit = count if self.limit is None else self.limit
        if self.offset is None:
            return slice(max(count - limit, 0), count)
        start = self.offset if self.offset >= 0 else max(count + self.offset, 0)
        return slice(start, start + limit)


def take_window(values: dict[str, str]) -> Window:
    """Remove `offset` and `limit` from the query parameters. Raises DocumentError if one is no number."""
    return Window(_take(values, "offset", "a whole number"), take_limit(values))


def take_limit(values: dict[str, str]) -> int | None:
    """Remove `limit` from the query parameters. Raises DocumentError if it is no number."""
    return _take(values, "limit", "a whole number from 0")


def only_window(values: dict[str, str]) -> Window:
    """The part that query parameters ask for. Raises DocumentError for any other parameter."""
    window = take_window(values)
    for name in values:
        raise document_error(f"query: {name}", "unknown; expected limit, offset or client")
    return window


def _take(values: dict[str, str], name: str, kind: str) -> int | None:
    text = values.pop(name, None)
    if text is None:
        return None
    number = int(text) if _NUMBER.fullmatch(text) else None
    if number is None or (name == "limit" and text.startswith("-")):
        raise document_error(f"query: {name}", f"must be {kind}, not {text!r}")
    return number
