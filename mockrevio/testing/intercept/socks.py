"""PySocks, and httplib2's copy of it: sockets that ask a proxy, which intercepted hosts do without."""

from __future__ import annotations

import socket
from types import ModuleType
from typing import Any

from mockrevio.testing.intercept import routes
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches


def _make_connect(original: Any) -> Any:
    def connect(sock: Any, address: Any, *args: Any, **options: Any) -> Any:
        if isinstance(address, tuple) and routes.bypasses_proxies(*address[:2]):
            return socket.socket.connect(sock, address)
        return original(sock, address, *args, **options)

    return connect


def _install(module: ModuleType, patches: Patches) -> None:
    patches.wrap(module.socksocket, "connect", _make_connect)


HOOKS = (Hook("socks", "PySocks", _install), Hook("httplib2.socks", "httplib2", _install))
