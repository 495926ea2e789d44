"""The layer of sockets: connecting to an intercepted host connects to the mock."""

from __future__ import annotations

import socket
from types import ModuleType
from typing import Any
from weakref import WeakSet

from mockrevio import real_sockets
from mockrevio.testing.intercept import refusals, routes
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches


def _make_connect(original: Any) -> Any:
    def connect(sock: Any, address: Any) -> Any:
        return original(sock, redirected(sock, address))

    return connect


def redirected(sock: Any, address: Any) -> Any:
    """The address that a socket has to connect to instead of this one, which may be the same."""
    if not isinstance(address, tuple) or len(address) < 2:
        return address
    host, port = address[:2]
    target = routes.find(host, port)
    if target is None:
        return _resolved(sock, address)
    refusals.check(host)
    if not sock.type & socket.SOCK_STREAM:
        return (routes.stand_in(host), *address[1:])  # HTTP/3: nothing answers there
    target.track(sock)
    return target.sockaddr(sock.family)


def _resolved(sock: Any, address: tuple[Any, ...]) -> Any:
    """The real address, if this is the stand-in for a host that is intercepted on other ports only."""
    host = routes.host_of(address[0])
    if host is None:
        return address
    return socket.getaddrinfo(host, address[1], sock.family, sock.type)[0][4]


_hooks: WeakSet[Patches] = WeakSet()


def keep_hooked() -> None:
    """Hook sockets again if needed: pytest-socket restores `connect` after every test."""
    for patches in list(_hooks):
        patches.renew()


def _wrap(socket_class: type, patches: Patches) -> None:
    _hooks.add(patches)
    patches.wrap(socket_class, "connect", _make_connect)
    patches.wrap(socket_class, "connect_ex", _make_connect)


def _install(_module: ModuleType, patches: Patches) -> None:
    # Not what the module has now: another library may have replaced it for a while (mocket, httpretty).
    _wrap(real_sockets.socket_class, patches)


def _install_gevent(module: ModuleType, patches: Patches) -> None:
    _wrap(module.socket, patches)


HOOKS = (
    Hook("socket", "socket", _install),
    Hook("gevent._socket3", "gevent", _install_gevent),
)
