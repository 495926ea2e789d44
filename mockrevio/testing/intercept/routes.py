"""Which connections go to which mock: the active interceptions, in the order in which they started.

While an interception is active, its hosts resolve to a stand-in address on the loopback network. It tells the
hook of `connect` which host is meant, whatever happened in between. A connection to it never leaves the
machine, not even from code without a hook.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

from mockrevio.testing.intercept.hosts import HostPattern, normalize, port_number
from mockrevio.testing.intercept.target import Peer, Target

_STAND_INS = ipaddress.ip_network("127.82.0.0/16")


class Route(NamedTuple):
    """The hosts of one interception, and the mock they lead to."""

    patterns: tuple[HostPattern, ...]
    target: Target

    def matches(self, host: str, port: int | None) -> bool:
        """Whether this route is for a host and port."""
        return any(pattern.matches(host, port) for pattern in self.patterns)


_active: list[Route] = []
_lock = threading.Lock()
_host_of: dict[str, str] = {}
_stand_in_of: dict[str, str] = {}
_numbers = count(1)


def add(route: Route) -> None:
    """Let a route take precedence over those that are active."""
    with _lock:
        _active.append(route)


def remove(route: Route) -> None:
    """Take a route out, wherever it is."""
    with _lock:
        _active[:] = [each for each in _active if each is not route]


def active() -> Sequence[Route]:
    """The active routes; a later one takes precedence."""
    return tuple(_active)  # hooks run in any thread


def targets() -> Iterator[Target]:
    """The mocks that intercepted connections may lead to now."""
    return (route.target for route in active())


def find(host: object, port: object = None) -> Target | None:
    """The mock for a host, or for the stand-in address of one; None if the host is not intercepted.

    The addresses of the mocks themselves are never intercepted.
    """
    if not _active:
        return None
    name = normalize(host)
    if name is None:
        return None
    name = host_of(name) or name
    number = port_number(port)
    if is_mock(name, number):
        return None
    for route in reversed(active()):
        if route.matches(name, number):
            return route.target
    return None


def bypasses_proxies(host: object, port: object = None) -> bool:
    """Whether a request must not go through a proxy: those to intercepted hosts, and to the mock."""
    return find(host, port) is not None or is_mock(host, port)


def is_mock(host: object, port: object) -> bool:
    """Whether this is the address of a mock itself."""
    name, number = normalize(host), port_number(port)
    return any(number == each.peer[1] and name in (each.peer[0], each.hostname) for each in targets())


def target_of_peer(peer: Peer | None) -> Target | None:
    """The mock that has this address."""
    return next((target for target in targets() if target.peer == peer), None)


def usable(host: object, port: object, peer: Peer | None) -> bool:
    """Whether an open connection to `peer` is one that a request for a host may use now.

    That is not so if it was opened before the interception, or by another one.
    """
    target = find(host, port)
    if target is not None:
        return peer == target.peer
    return target_of_peer(peer) is None or is_mock(host, port)


# Stand-in addresses stay the same for the life of the process, because libraries cache what they resolve.


def stand_in(host: object) -> str:
    """The IPv4 address that stands for an intercepted host."""
    name = normalize(host) or ""
    with _lock:
        if name not in _stand_in_of:
            address = str(_STAND_INS[next(_numbers)])
            _stand_in_of[name], _host_of[address] = address, name
        return _stand_in_of[name]


def host_of(address: Any) -> str | None:
    """The host that a stand-in address stands for; None if it is another address."""
    return _host_of.get(str(address).removeprefix("::ffff:"))
