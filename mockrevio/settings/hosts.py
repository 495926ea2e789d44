"""Hosts as settings name them: a name, an address, all names below a domain, or a network."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

HOST_FORMAT = "a host name, an IP address, a network such as 10.0.0.0/8, or *. and a domain"
HOSTNAME_FORMAT = "a host name, an IP address, or *. and a domain"

_NAME = re.compile(r"(?=.{1,253}\Z)(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)
_ADDRESS = re.compile(r"[:/\[]|(^|\.)([0-9]+|0x[0-9a-f]*)\Z", re.ASCII)
"""What only an address or a network has: browsers read every name that ends in a number as an address."""


class InvalidHost(ValueError):
    """A text that is no host. `hint` says what to write instead, where that is clear."""

    def __init__(self, text: str, hint: str | None = None) -> None:
        super().__init__(text)
        self.hint = hint


@dataclass(frozen=True)
class HostPattern:
    """The hosts that a setting allows. `text` is its usual form: lowercase, without a trailing dot."""

    text: str
    network: IPv4Network | IPv6Network | None = None

    @classmethod
    def parse(cls, text: str) -> HostPattern:
        """Parse `mock`, `*.svc.cluster.local`, `10.1.2.3`, `[::1]` or `10.0.0.0/8`. Raises InvalidHost."""
        host = text.strip().lower()
        name = host.removesuffix(".")
        if _ADDRESS.search(name):
            network = _network(name)
            alone = network.prefixlen == network.max_prefixlen
            return cls(str(network.network_address if alone else network), network)
        if not name.isascii():
            name = _to_ascii(name)
        if not _NAME.fullmatch(name):
            raise InvalidHost(text, _hint_for(host))
        return cls(name)

    def matches(self, host: str) -> bool:
        """Whether a host, in any case, is one of these. An address is in a network, a name never is."""
        host = host.lower().removesuffix(".")
        if self.network is not None:
            from ipaddress import ip_address

            try:
                address = ip_address(host.strip("[]"))
            except ValueError:
                return False
            return (getattr(address, "ipv4_mapped", None) or address) in self.network
        return host.endswith(self.text[1:]) if self.text.startswith("*.") else host == self.text


_parse = lru_cache(maxsize=256)(HostPattern.parse)


@lru_cache(maxsize=256)
def is_address(host: str) -> bool:
    """Whether a host is a specific IP address, not the unspecified one."""
    from ipaddress import ip_address

    try:
        return not ip_address(host.partition("%")[0].strip("[]")).is_unspecified
    except ValueError:
        return False


def is_allowed_host(host: str, patterns: Collection[str]) -> bool:
    """Whether a host is one of those that a setting allows."""
    return any(_parse(pattern).matches(host) for pattern in patterns)


def is_loopback(host: str) -> bool:
    """Whether a host, in lowercase and without brackets, is a name or an address of this machine only."""
    from ipaddress import ip_address

    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def parse_host(text: str) -> str:
    """The usual form of a host that a setting allows. Raises InvalidHost."""
    return HostPattern.parse(text).text


def parse_hostname(text: str) -> str:
    """The usual form of a name or an address. Raises InvalidHost, also for a network."""
    host = HostPattern.parse(text).text
    if "/" in host:
        raise InvalidHost(text, "a certificate cannot be for a network; set each host separately")
    return host


def _network(text: str) -> IPv4Network | IPv6Network:
    from ipaddress import ip_network

    bracketed = text.startswith("[") and text.endswith("]")
    try:
        network = ip_network(text[1:-1] if bracketed else text)
    except ValueError:
        raise InvalidHost(text, _hint_for(text)) from None
    mapped = getattr(network.network_address, "ipv4_mapped", None)  # another form of an IPv4 address
    return network if mapped is None else ip_network((mapped, max(network.prefixlen - 96, 0)))


def _to_ascii(name: str) -> str:
    """The form that HTTP and DNS use of a name in other letters."""
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise InvalidHost(name) from None


def _hint_for(host: str) -> str | None:
    """What was probably meant by a text that is no host."""
    hint = _address_of_network(host) or _name_in_url(host)
    if hint is None and "*" in host:
        return "* would allow every host; use host names, or a domain such as *.example.test"
    if hint is None and ("," in host or " " in host):
        return "set each host separately"
    return hint


def _address_of_network(host: str) -> str | None:
    from ipaddress import ip_network

    try:
        return f"the network of this address is {ip_network(host, strict=False)}"
    except ValueError:
        return None


def _name_in_url(host: str) -> str | None:
    from urllib.parse import urlsplit

    try:
        name = urlsplit(host if "://" in host else f"//{host}").hostname
        return f"use only the name: {HostPattern.parse(name).text}" if name and name != host else None
    except ValueError:
        return None
