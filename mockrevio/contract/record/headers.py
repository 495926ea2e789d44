"""The headers that a proxy changes (RFC 9110, 7.6); it passes all others on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

Headers = Sequence[tuple[str, str]]

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_SET_BY_PROXY = frozenset({"host", "content-length", "expect"})
"""What the proxy answers itself, or sets for the request that it sends."""

_FOLD = re.compile(r"[ \t]*\r?\n[ \t]*")
_READABLE_CODINGS = frozenset({"gzip", "x-gzip", "deflate", "identity"})


def request_headers(fields: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """The headers to send to the service, for those of a client."""
    headers = [(name.decode("ascii"), value.decode("latin-1").rstrip(" \t")) for name, value in fields]
    for name, value in _end_to_end(headers):
        if name.lower() == "accept-encoding":
            yield name, _readable_codings(value)
        elif name.lower() not in _SET_BY_PROXY:
            yield name, value


def response_headers(
    headers: Headers, *, upstream: tuple[str, str], own_root: str
) -> Iterator[tuple[str, str]]:
    """The headers to send to a client, for those of the service.

    `upstream` is its host and what stands before `/v1` in its paths; `own_root` is the proxy's address.
    Redirects and the addresses of created records lead to the proxy again.
    """
    is_framed = any(name.lower() == "transfer-encoding" for name, _ in headers)
    for name, value in _end_to_end(headers):
        if name.lower() in ("location", "content-location"):
            yield name, _rewrite(value, upstream, own_root)
        elif not (is_framed and name.lower() == "content-length"):
            yield name, _FOLD.sub(" ", value)


def _end_to_end(headers: Headers) -> Iterator[tuple[str, str]]:
    named = {
        option.strip().lower()
        for name, value in headers
        if name.lower() == "connection"
        for option in value.split(",")
    }
    return (header for header in headers if header[0].lower() not in named | _HOP_BY_HOP)


def _readable_codings(value: str) -> str:
    """The codings of an Accept-Encoding that can be read here: what cannot be read cannot be recorded."""
    codings = [
        item for item in value.split(",") if item.partition(";")[0].strip().lower() in _READABLE_CODINGS
    ]
    return ",".join(codings).strip() or "identity"


def _rewrite(location: str, upstream: tuple[str, str], own_root: str) -> str:
    """C: whether Rev.io writes http or https there does not matter."""
    host, prefix = upstream
    try:
        parts = urlsplit(location)
    except ValueError:
        return location
    if parts.scheme.lower() not in ("http", "https", "") or parts.netloc.lower() not in (host.lower(), ""):
        return location
    path = parts.path.removeprefix(prefix) if prefix else parts.path
    root = own_root if parts.netloc else ""
    return root + parts._replace(scheme="", netloc="", path=path).geturl()
