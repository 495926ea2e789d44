"""Where notifications may go: to this machine, and to the hosts that the user allows with --webhook-host.

A mock must not be usable for server-side request forgery. So a URL is checked when it is registered and again
before each request, and so are the addresses that its host resolves to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from mockrevio.explanations import Explanation, set_to
from mockrevio.settings.hosts import is_allowed_host

_URL = re.compile(r"[!-\[\]-~]{1,2000}", re.ASCII)  # no spaces or backslashes: URL parsers disagree on them
_PORTS = {"http": 80, "https": 443}

Address = tuple[Any, ...]
"""What `socket.getaddrinfo` returns for one address."""


class Target(NamedTuple):
    """A URL that may be called. `path` includes the query; `is_loopback` means that its host must be here."""

    url: str
    scheme: str
    netloc: str
    host: str
    port: int
    path: str
    is_loopback: bool


def parse_target(url: str, allowed_hosts: Sequence[str]) -> Target:
    """Parse a URL that is to be called. Raises ValueError, which says what is wrong with it."""
    if not _URL.fullmatch(url):
        raise ValueError(
            "a webhook's URL must have at most 2000 printable ASCII characters, without spaces or backslashes"
        )
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError("a webhook's URL must start with http:// or https://")
    host, port = _host_and_port(parts)
    is_loopback = _is_loopback_host(host)
    if not is_loopback and not is_allowed_host(host, allowed_hosts):
        raise ValueError(
            Explanation(
                f"{host} is not this machine, and webhooks may not call other hosts; allow it with ",
                set_to("webhook_host", host),
            )
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(url, parts.scheme, parts.netloc, host, port, path, is_loopback)


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    if "@" in parts.netloc:
        raise ValueError("a webhook's URL must not contain a user name or a password")
    host, port = parts.hostname or "", parts.port  # raises ValueError for a port that is no number
    bracketed = f"[{host}]" if ":" in host else host
    spelled = bracketed if port is None else f"{bracketed}:{port}"
    # What `urlsplit` read must be all there is, or another parser may read another host.
    if not host or port == 0 or parts.netloc.lower() != spelled:
        raise ValueError(f"{parts.netloc!r} is not a host name with an optional port")
    return host, port or _PORTS[parts.scheme]


def _is_loopback_host(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or is_loopback_address(host)


def is_loopback_address(text: str) -> bool:
    """Whether a text is an IP address of this machine's own, in its usual form."""
    from ipaddress import IPv6Address, ip_address

    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address.scope_id):
        return False
    return address.is_loopback


def resolve(target: Target) -> list[Address]:
    """The addresses of a target's host.

    Raises OSError if it has none, and ValueError if its name says loopback and its addresses do not.
    """
    import socket

    addresses = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    for *_, socket_address in addresses:
        if target.is_loopback and not is_loopback_address(str(socket_address[0])):
            raise ValueError(f"{target.host} resolves to {socket_address[0]}, which is not this machine")
    return list(addresses)
