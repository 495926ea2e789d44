"""The layer of name resolution: intercepted hosts get a stand-in address, without asking a DNS server."""

from __future__ import annotations

import socket
from types import ModuleType
from typing import Any

from mockrevio.testing.intercept import refusals, routes, sockets
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches


def _stand_in(host: object) -> str:
    refusals.check(host)
    sockets.keep_hooked()
    return routes.stand_in(host)


def _make_getaddrinfo(original: Any) -> Any:
    def getaddrinfo(host: Any, port: Any, family: int = 0, *args: int, **options: int) -> Any:
        if routes.find(host, port) is None:
            return original(host, port, family, *args, **options)
        address = _stand_in(host)
        if family == socket.AF_INET6:
            address = f"::ffff:{address}"
        return original(address, port, family, *args, **options)

    return getaddrinfo


def _make_gethostbyname(original: Any) -> Any:
    def gethostbyname(host: Any) -> Any:
        if routes.find(host) is None:
            return original(host)
        return _stand_in(host)

    return gethostbyname


def _make_gethostbyname_ex(original: Any) -> Any:
    def gethostbyname_ex(host: Any) -> Any:
        if routes.find(host) is None:
            return original(host)
        return host, [], [_stand_in(host)]

    return gethostbyname_ex


def _install(module: ModuleType, patches: Patches) -> None:
    # `socket.getaddrinfo`, which others may have imported by name, calls that of `_socket`; gevent does too.
    patches.wrap(module, "getaddrinfo", _make_getaddrinfo)
    for owner in (module, socket):
        patches.wrap(owner, "gethostbyname", _make_gethostbyname)
        patches.wrap(owner, "gethostbyname_ex", _make_gethostbyname_ex)


def _install_mocket(module: ModuleType, patches: Patches) -> None:
    patches.wrap(module, "true_gethostbyname", _make_gethostbyname)  # C code, imported by name


HOOKS = (
    Hook("_socket", "socket", _install),
    Hook("mocket.socket", "mocket", _install_mocket),
)
