"""Who a proxy received a request from, as its headers write it: addresses, with or without a port."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

MAX_PORT = 65535
_V4 = re.compile(r"(?P<host>[0-9.]+)(:(?P<port>.+))?", re.ASCII)
_V6 = re.compile(r"\[(?P<host>[^\]]+)\](:(?P<port>.+))?")
_OBFUSCATED = re.compile(r"_[A-Za-z0-9._-]+", re.ASCII)
_OBFUSCATED_NODE = re.compile(r"(?P<host>unknown|_[A-Za-z0-9._-]+)(:(?P<port>.+))?", re.ASCII | re.IGNORECASE)


class Malformed(ValueError):
    """A header that does not have the form that its specification demands. The message says why."""


class Node(NamedTuple):
    """A client or a proxy. `host` is an address, or what hides it: `unknown`, `_hidden`.

    A port that is hidden too is None.
    """

    host: str
    port: str | None = None
    is_address: bool = True


def parse_node(text: str) -> Node:
    """The value of `for` in a Forwarded header (RFC 7239, section 6). Raises Malformed."""
    hidden = _OBFUSCATED_NODE.fullmatch(text)
    if hidden is not None:
        host = hidden["host"]
        return Node(host.lower() if host[0] != "_" else host, _port(hidden["port"], text), is_address=False)
    return _parse_address(text)


def parse_entry(text: str) -> Node:
    """An entry of X-Forwarded-For: an address as it is, or as in Forwarded. Raises Malformed.

    Squid writes `unknown` where it must not say more.
    """
    if text.lower() == "unknown":
        return Node("unknown", is_address=False)
    if text.count(":") > 1 and not text.startswith("["):
        return Node(_address(IPv6Address, text, text))
    return _parse_address(text)


def _parse_address(text: str) -> Node:
    match = _V6.fullmatch(text)
    if match is not None:
        return Node(_address(IPv6Address, match["host"], text), _port(match["port"], text))
    match = _V4.fullmatch(text)
    if match is None:
        raise Malformed(f"{text!r} is not an IP address")
    return Node(_address(IPv4Address, match["host"], text), _port(match["port"], text))


def _address(kind: type[IPv4Address | IPv6Address], host: str, text: str) -> str:
    """The usual form of an address. IPv4 as IPv6 is the same address as IPv4."""
    try:
        address = kind(host)
    except ValueError:
        raise Malformed(f"{text!r} is not an IP address") from None
    return str(getattr(address, "ipv4_mapped", None) or address)


def _port(port: str | None, text: str) -> str | None:
    if port is None or _OBFUSCATED.fullmatch(port):
        return None
    return parse_port(port, text)


def parse_port(port: str, text: str | None = None) -> str:
    """A port in its usual form. Raises Malformed, which shows the `text` that it is a part of."""
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= MAX_PORT):
        raise Malformed(f"the port in {text or port!r} is not a number from 1 to {MAX_PORT}")
    return str(int(port))
