"""The Forwarded header (RFC 7239): what each proxy says about the request that it received."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mockrevio.routes.proxies.nodes import Malformed

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 (the grammar's word, no secret)
_QUOTED = r'"(?P<quoted>(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*)"'
_PART = re.compile(
    rf"[ \t]*(?:(?P<name>{_TOKEN})=(?:(?P<token>{_TOKEN})|{_QUOTED}))?[ \t]*(?P<end>[;,]|\Z)", re.ASCII
)
_QUOTED_PAIR = re.compile(r"\\(.)")


def parse_forwarded(text: str) -> list[Mapping[str, str]]:
    """The elements of a header, leftmost first, with their parameters by lowercase name.

    The leftmost was added by the first proxy. Several headers are one whose elements are separated by commas.
    Raises Malformed. A colon or a bracket must be in quotes, as in `for="[2001:db8::1]:4711"`.
    """
    elements: list[Mapping[str, str]] = []
    element: dict[str, str] = {}
    for name, value, end in _parts(text):
        if name in element:
            raise Malformed(f"{name} is there twice in one element")
        if name is not None:
            element[name] = value
        if end != ";":
            if element:
                elements.append(element)
            element = {}
    return elements


def _parts(text: str) -> Iterator[tuple[str | None, str, str]]:
    """Each parameter, and what follows it; the name is None where there is none between two separators."""
    position = 0
    while True:
        match = _PART.match(text, position)
        if match is None:
            raise Malformed(f"{text[position : position + 60]!r} is not a parameter such as for=192.0.2.1")
        value = match["token"]
        if value is None:
            value = _QUOTED_PAIR.sub(r"\1", match["quoted"] or "")
        yield match["name"] and match["name"].lower(), value, match["end"]
        if not match["end"]:
            return
        position = match.end()
