"""What the header fields of a request mean."""

from __future__ import annotations

from typing import NamedTuple

from mockrevio.revio.wire.request import RequestHeaders
from mockrevio.server.target import is_host

Headers = list[tuple[bytes, bytes]]
"""Names and values as they were sent."""

MAX_CACHED = 256
MAX_CACHED_SIZE = 4096
"""In bytes. What is larger is read each time."""

_JOINED_WITH: dict[str, str] = {"HTTP_COOKIE": "; "}


class Fields(NamedTuple):
    """What the header fields of a request mean. Many requests may share it: do not modify it."""

    variables: dict[str, str]
    """For the WSGI environment."""
    headers: RequestHeaders
    """By lowercase name."""
    size: int
    """In bytes, with what stands between them."""
    longest_name: int
    hosts: int
    """How many Host headers there are."""
    host_valid: bool
    length: int | None
    """Of the body as announced; None where it is chunked."""
    codings: frozenset[str]
    """The transfer codings of the body, in lowercase."""
    expectations: frozenset[str]
    """What the Expect headers ask for, in lowercase."""

    def with_host(self, host: str) -> Fields:
        """The same, with another host."""
        return self._replace(
            variables={**self.variables, "HTTP_HOST": host},
            headers=RequestHeaders(self.headers, host=host),
        )


_cache: dict[tuple[tuple[bytes, bytes], ...], Fields] = {}


def read_fields(headers: Headers) -> Fields:
    """Read the header fields, or take what was read before: clients send the same few over and over."""
    key = tuple(headers)
    fields = _cache.get(key)
    if fields is None:
        fields = _read(headers)
        if fields.size <= MAX_CACHED_SIZE:
            if len(_cache) >= MAX_CACHED:
                _cache.clear()
            _cache[key] = fields
    return fields


def _read(headers: Headers) -> Fields:
    variables: dict[str, str] = {}
    by_name = RequestHeaders()
    size = longest_name = hosts = length = 0
    encoded, host_valid = False, True
    codings: set[str] = set()
    expectations: set[str] = set()
    for name, value in headers:
        size += len(name) + len(value) + 4
        longest_name = max(longest_name, len(name))
        name, value = name.lower(), value.rstrip(b" \t")  # noqa: PLW2901 (as the rest reads them)
        if name == b"host":
            hosts += 1
            host_valid = is_host(value)
        elif name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            encoded = True
            codings |= _items(value)
        elif name == b"expect":
            expectations |= _items(value)
        if b"_" in name:  # could be taken for one with a dash
            continue
        header, text = name.decode("ascii"), value.decode("latin-1")
        variable = _variable(header)
        if variable in variables:
            text = f"{variables[variable]}{_JOINED_WITH.get(variable, ', ')}{text}"
        variables[variable] = by_name[header] = text
    return Fields(
        variables,
        by_name,
        size,
        longest_name,
        hosts,
        host_valid,
        None if encoded else length,
        frozenset(codings),
        frozenset(expectations),
    )


def _items(value: bytes) -> set[str]:
    """The items of a list in a header, in lowercase."""
    return {item for each in value.decode("latin-1").lower().split(",") if (item := each.strip())}


def _variable(name: str) -> str:
    """The variable of the WSGI environment for a header."""
    variable = name.upper().replace("-", "_")
    return variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"


NO_FIELDS = _read([])
