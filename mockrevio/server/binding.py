"""Binding an address, and how clients on this machine write it."""

from __future__ import annotations

import os
import socket

from mockrevio.real_sockets import Socket, getaddrinfo
from mockrevio.server import limits

ALL_IPV4, ALL = "0.0.0.0", "::"  # noqa: S104 (bound only if the user says so)


def bind(host: str, port: int, *, listen: bool = True) -> socket.socket:
    """Listen on an address; `::` is all addresses of IPv4, too. Raises OSError.

    Unless it is to `listen`, the address is only kept from others, and connections to it are refused.
    """
    # Python would load its tables of international names for a str.
    name = host.encode() if host.isascii() else host
    found = getaddrinfo(name, port, 0, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)
    # Of the addresses of a name, such as localhost, take one that every client can use.
    family, kind, protocol, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
    bound: socket.socket = Socket(family, kind, protocol)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == ALL and socket.has_dualstack_ipv6():
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind(address)
        if listen:
            bound.listen(limits.BACKLOG)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


def host_in_url(host: str, bound: socket.socket, *, secure: bool) -> str:
    """What a client on this machine writes in the URL of a server that listens on `host`."""
    if host == ALL_IPV4 or (host == ALL and socket.has_dualstack_ipv6()):
        return "127.0.0.1"
    if host == ALL:
        return "[::1]"
    if host == "localhost" and not secure:  # a certificate may be for the name
        host = str(bound.getsockname()[0])  # clients may try the other one of its addresses only
    # A zone (%eth0) is not escaped: more clients accept that than %25eth0.
    return f"[{host}]" if ":" in host else host
