"""urllib3, and requests with it: pools of connections, and its own ways through proxies."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from mockrevio.testing.intercept import routes
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.http_client import destination, make_connect
from mockrevio.testing.intercept.patches import Patches
from mockrevio.testing.intercept.target import peer_of


def _make_is_connection_dropped(original: Any) -> Any:
    def is_connection_dropped(connection: Any) -> bool:
        """Whether the pool has to open a connection again before it uses it."""
        sock = getattr(connection, "sock", None)
        if sock is not None and not routes.usable(*destination(connection), peer_of(sock)):
            return True
        return bool(original(connection))

    return is_connection_dropped


def _make_new_conn(original: Any, direct: Any) -> Any:
    def new_conn(connection: Any) -> Any:
        """Connect without the SOCKS proxy to intercepted hosts."""
        if routes.bypasses_proxies(connection.host, connection.port):
            return direct(connection)
        return original(connection)

    return new_conn


def _install(module: ModuleType, patches: Patches) -> None:
    patches.wrap(module.connectionpool, "is_connection_dropped", _make_is_connection_dropped)
    for connection in (module.connection.HTTPConnection, module.connection.HTTPSConnection):
        patches.wrap(connection, "connect", make_connect)


def _install_socks(module: ModuleType, patches: Patches) -> None:
    direct = module.HTTPConnection._new_conn
    patches.wrap(module.SOCKSConnection, "_new_conn", lambda original: _make_new_conn(original, direct))


HOOKS = (
    Hook("urllib3", "urllib3", _install, ("HTTPConnectionPool.urlopen", "PoolManager.urlopen")),
    Hook("urllib3.contrib.socks", "urllib3", _install_socks),
)
