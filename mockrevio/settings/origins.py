"""Origins as browsers write them: scheme, host and port of a web page (RFC 6454)."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

MAX_PORT = 65535
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<host>[a-z0-9._~-]{1,253}|\[[0-9a-f:.]{2,45}\])"
    r"(:(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)


MAX_ORIGIN = 300
"""Characters of the longest origin: scheme, host and port."""


def parse_origin(text: str) -> str:
    """An origin in the one form that browsers send: in lowercase, without the scheme's default port.

    Raises ValueError for anything else, such as a URL with a path, `*`, or `null`, which is what pages
    without an origin send.
    """
    if len(text) > MAX_ORIGIN:
        raise ValueError("too long")
    return _parse_origin(text)


@lru_cache(maxsize=256)  # browsers send the same few
def _parse_origin(text: str) -> str:
    match = _ORIGIN.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(text)
    scheme, host, port = match["scheme"], match["host"], match["port"]
    if port is not None and not 0 < int(port) <= MAX_PORT:
        raise ValueError(text)
    if host.startswith("["):
        host = f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
    if port is None or int(port) == _DEFAULT_PORTS.get(scheme):
        return f"{scheme}://{host}"
    return f"{scheme}://{host}:{int(port)}"
