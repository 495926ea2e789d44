"""aiohttp: its pool of connections, its cache of addresses and its resolvers, and proxies."""

from __future__ import annotations

import socket
from types import ModuleType
from typing import Any

from mockrevio.testing.intercept import refusals, routes
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches
from mockrevio.testing.intercept.target import plain_peer


def _make_connect(original: Any) -> Any:
    async def connect(connector: Any, req: Any, *args: Any, **options: Any) -> Any:
        host, port = req.url.raw_host, req.url.port
        try:
            if routes.bypasses_proxies(host, port):
                req.proxy = req.proxy_auth = req.proxy_headers = None
            _drop_unusable(connector)
        except (AttributeError, TypeError) as error:
            if routes.find(host, port) is None:
                return await original(connector, req, *args, **options)
            raise refusals.unsupported("aiohttp", host, f"its connector is of a new kind ({error})") from None
        return await original(connector, req, *args, **options)

    return connect


def _drop_unusable(connector: Any) -> None:
    """Close kept connections that no request may use now."""
    for key, connections in list(connector._conns.items()):
        for protocol, *_ in list(connections):
            if protocol.transport is not None:
                peer = plain_peer(protocol.transport.get_extra_info("peername"))
                if not routes.usable(key.host, key.port, peer):
                    protocol.close()


def _make_resolve_host(original: Any) -> Any:
    async def resolve_host(connector: Any, host: str, port: int, *args: Any, **options: Any) -> Any:
        if routes.find(host, port) is None:
            return await original(connector, host, port, *args, **options)
        found = socket.getaddrinfo(host, port, connector.family, socket.SOCK_STREAM)
        return [
            {
                "hostname": host,
                "host": address[0],
                "port": port,
                "family": family,
                "proto": protocol,
                "flags": socket.AI_NUMERICHOST,
            }
            for family, _, protocol, _, address in found
        ]

    return resolve_host


def _install(module: ModuleType, patches: Patches) -> None:
    patches.wrap(module.TCPConnector, "connect", _make_connect)
    patches.wrap(module.TCPConnector, "_resolve_host", _make_resolve_host)


HOOKS = (Hook("aiohttp", "aiohttp", _install, ("ClientSession._request",)),)
