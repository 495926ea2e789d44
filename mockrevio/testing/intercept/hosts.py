"""Which hosts to intercept: reading what the user names, and comparing it with what a library asks for."""

from __future__ import annotations

import ipaddress
import re
import socket
from importlib import import_module
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from mockrevio.errors import InterceptionError

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_EXAMPLES = "name a host like restapi.rev.io, restapi.rev.io:8443, *.rev.io or https://restapi.rev.io"


class HostPattern(NamedTuple):
    """A host, or with a leading `*.` all hosts below it; on one port, or on all of them."""

    name: str
    port: int | None = None
    wildcard: bool = False

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read a host, `host:port`, `*.host`, or a URL, whose scheme and path are ignored.

        Raises InterceptionError if it is something else.
        """
        if not isinstance(text, str):
            raise InterceptionError(
                f"intercept({text!r}): pass each host as a string, intercept('restapi.rev.io', 'example.org')"
            )
        try:
            name, port = _split(text.strip())
            wildcard = name.startswith("*.")
            normal = _validated(name.removeprefix("*."), wildcard=wildcard)
        except ValueError as error:
            raise InterceptionError(f"intercept({text!r}): {error}; {_EXAMPLES}") from None
        return cls(normal, port, wildcard)

    def matches(self, host: str, port: int | None) -> bool:
        """Whether this is a normalized host and port, or for None, any port of the host."""
        if port is not None and self.port is not None and port != self.port:
            return False
        return host.endswith("." + self.name) if self.wildcard else host == self.name


def normalize(host: object) -> str | None:
    """A host as it is compared: lower case, ASCII, without a trailing dot. None if it is no host.

    An IPv4 address that is mapped to IPv6 is compared as IPv4.
    """
    if isinstance(host, (bytes, bytearray)):
        host = host.decode("latin-1")
    if not isinstance(host, str) or not host:
        return None
    name = host.strip("[]").rstrip(".").lower()
    if not name.isascii():
        try:
            name = ".".join(_ascii_label(label) for label in re.split("[.\u3002\uff0e\uff61]", name))
        except UnicodeError:
            return None
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name
    return str(getattr(address, "ipv4_mapped", None) or address)


def port_number(port: object) -> int | None:
    """The number of a port that may be given as a number or by a service's name; None if it is open."""
    if isinstance(port, (bytes, bytearray)):
        port = port.decode("latin-1")
    if isinstance(port, str):
        if port.isdecimal():
            return int(port)
        try:
            return socket.getservbyname(port)
        except OSError:
            return None
    return port if isinstance(port, int) else None


def _split(text: str) -> tuple[str, int | None]:
    """The host and the port of what the user named."""
    if not text:
        raise ValueError("the host is empty")
    if "://" in text:
        scheme = text.partition("://")[0].lower()
        if scheme not in ("http", "https"):
            raise ValueError(f"{scheme} is neither http nor https")
    elif "/" in text:
        raise ValueError("a path cannot be intercepted on its own, only the whole host")
    elif text.count(":") > 1 and not text.startswith("["):
        return text, None  # an IPv6 address without a port
    parts = urlsplit(text if "://" in text else f"//{text}")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("only the host and the port of a URL can be intercepted")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the port must be a number from 1 to 65535") from None
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError("the port must be a number from 1 to 65535")
    return parts.hostname or "", port


def _validated(name: str, *, wildcard: bool) -> str:
    normal = normalize(name)
    if not normal:
        raise ValueError("there is no host in it")
    if "*" in normal:
        raise ValueError("a wildcard can only be the first part, as in *.rev.io")
    if ":" in normal and not wildcard:
        return normal  # an IPv6 address
    labels = normal.split(".")
    if len(normal) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("it is not a valid host")
    if labels[-1].isdecimal() and (wildcard or not _is_address(normal)):
        raise ValueError("it is not a valid IP address")
    return normal


def _ascii_label(label: str) -> str:
    """A label of an internationalized name, encoded as HTTP libraries do if idna is installed."""
    if label.isascii():
        return label
    try:
        idna = import_module("idna")
    except ImportError:
        return label.encode("idna").decode("ascii")
    try:
        return str(idna.encode(label, uts46=True), "ascii")
    except idna.IDNAError:
        return label.encode("idna").decode("ascii")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
