"""Where a request comes from, to stop web pages on other sites from using the mock."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from mockrevio.settings.hosts import is_allowed_host, is_loopback
from mockrevio.settings.origins import parse_origin

RECEIVED_HOST = "mockrevio.received_host"
"""The key of the Host header as it was received, if a trusted proxy has said that the client used another."""


def request_host(environ: Mapping[str, Any]) -> str:
    """The name and port under which a client knows this server: `restapi.rev.io`, `127.0.0.1:7384`.

    This is the Host header, or what a trusted proxy says that the client used, or the address of the server
    if that is missing or invalid: it must not get into a Location. Flask's `request.host` is empty for a name
    with an underscore, which services in container networks may have.
    """
    host: str = environ.get("HTTP_HOST", "")
    if hostname(host) is not None:
        return host
    name, port = environ["SERVER_NAME"], environ["SERVER_PORT"]
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


MAX_PORT = 65535
_HOST = re.compile(
    r"(?P<name>[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{0,5}))?", re.ASCII
)


MAX_HOST = 260
"""Characters of the longest valid Host header."""


def hostname(text: str) -> str | None:
    """The name or address in `name:port`, in lowercase and without a trailing dot or brackets; None if the
    text is anything else, such as `localhost/evil.example`."""
    return _parse_host(text) if len(text) <= MAX_HOST else None


@lru_cache(maxsize=256)  # clients send the same few
def _parse_host(text: str) -> str | None:
    match = _HOST.fullmatch(text)
    if match is None or int(match["port"] or 0) > MAX_PORT:
        return None
    return match["name"].lower().removesuffix(".").strip("[]")


_BROWSER_HEADERS = frozenset(
    {"HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_DEST", "HTTP_SEC_FETCH_USER"}
)


def is_from_browser(environ: Mapping[str, Any]) -> bool:
    """Whether a browser seems to send this request.

    Browsers send `Origin` and `Sec-Fetch-Site` with some requests only: to a host name without TLS, which is
    where a name that points to this machine leads, a page sends its reads without either. It cannot change
    `User-Agent`, in most browsers. `Sec-Fetch-Mode: cors` alone comes from Node.
    """
    return (
        not environ.keys().isdisjoint(_BROWSER_HEADERS)  # the reverse would look at every key of `environ`
        or environ.get("HTTP_SEC_FETCH_MODE", "cors") != "cors"
        or environ.get("HTTP_USER_AGENT", "").startswith("Mozilla/")
    )


def foreign_page(environ: Mapping[str, Any]) -> str | None:
    """The header that shows that a web page of another origin sends this request; None if none does.

    A page cannot choose these headers. Browsers send `Origin` only with some requests, so `Sec-Fetch-Site`
    counts as well; neither is sent by other programs.
    """
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and not _same_origin(origin, request_host(environ)):
        return f"Origin: {origin}"
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None and site.strip().lower() not in ("same-origin", "none"):
        return f"Sec-Fetch-Site: {site}"
    return None


def _same_origin(origin: str, host: str) -> bool:
    """Whether a page of this origin is served under this host.

    The scheme of this server may be another one than that of the page, if a proxy adds TLS.
    """
    scheme = origin.partition(":")[0].lower()
    try:
        return scheme in ("http", "https") and parse_origin(origin) == parse_origin(f"{scheme}://{host}")
    except ValueError:
        return False


def is_allowed(origin: str, allowed: Collection[str]) -> bool:
    """Whether an Origin header names one of these origins."""
    try:
        return parse_origin(origin) in allowed
    except ValueError:
        return False


def foreign_host(environ: Mapping[str, Any], allowed: Collection[str]) -> str | None:
    """The host name of this request, without the port, if it is neither loopback nor allowed; else None.

    This prevents DNS rebinding: a site can point its own name at this machine, so that its pages have the
    same origin as the mock.

    Behind a trusted proxy, both names count: the one that the proxy says the client used, and the one in the
    Host header. A page may add `X-Forwarded-Host: localhost` to a request to its own name, and a proxy that
    does not set this header passes it on.
    """
    host: str | None = environ.get("HTTP_HOST")
    if host is None:
        return None  # not a browser: browsers always send it
    name = _foreign_name(host, allowed)
    received: str | None = environ.get(RECEIVED_HOST)
    return _foreign_name(received, allowed) if name is None and received is not None else name


def _foreign_name(host: str, allowed: Collection[str]) -> str | None:
    name = hostname(host)
    if name is None:
        return host
    return None if is_loopback(name) or is_allowed_host(name, allowed) else name
