"""httpcore, which httpx is built on: pools of connections, and proxies."""

from __future__ import annotations

import copy
from functools import partial
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from mockrevio.testing.intercept import refusals, routes
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches
from mockrevio.testing.intercept.target import Peer, plain_peer

_peers: WeakKeyDictionary[Any, Peer | None] = WeakKeyDictionary()
"""The peers of connections that were used during an interception."""

_unusable: WeakSet[Any] = WeakSet()
"""Connections that the next request to their host must not use."""


def _make_create_connection(direct: Any, original: Any) -> Any:
    def create_connection(pool: Any, origin: Any) -> Any:
        if not routes.bypasses_proxies(origin.host, origin.port):
            return original(pool, origin)
        if not getattr(pool, "_http1", True):
            reason = "the mock speaks HTTP/1.1, but the client only HTTP/2 (http1=False)"
            raise refusals.unsupported("httpcore", origin.host, reason)
        without = copy.copy(pool)  # the pool itself may be creating connections to other hosts
        without._proxy = None
        return direct(without, origin)

    return create_connection


def _make_pool_handle(original: Any) -> Any:
    def handle(pool: Any, request: Any) -> Any:  # returns a response, or an awaitable of one
        origin = request.url.origin
        for connection in pool.connections:
            if connection.can_handle_request(origin):
                _check(connection, origin)
        return original(pool, request)

    return handle


def _check(connection: Any, origin: Any) -> None:
    if routes.usable(origin.host, origin.port, _peers.get(connection)):
        _unusable.discard(connection)
    else:
        _unusable.add(connection)


def _make_is_available(original: Any) -> Any:
    def is_available(connection: Any) -> bool:
        return connection not in _unusable and bool(original(connection))

    return is_available


def _make_handle_request(original: Any) -> Any:
    def handle_request(connection: Any, request: Any) -> Any:
        response = original(connection, request)
        _note_peer(connection, request, response)
        return response

    return handle_request


def _make_handle_async_request(original: Any) -> Any:
    async def handle_async_request(connection: Any, request: Any) -> Any:
        response = await original(connection, request)
        _note_peer(connection, request, response)
        return response

    return handle_async_request


def _note_peer(connection: Any, request: Any, response: Any) -> None:
    stream = response.extensions.get("network_stream")
    _peers[connection] = None if stream is None else plain_peer(stream.get_extra_info("server_addr"))
    _check(connection, request.url.origin)


def _install(module: ModuleType, patches: Patches) -> None:
    for prefix, handle, make_handle in (
        ("", "handle_request", _make_handle_request),
        ("Async", "handle_async_request", _make_handle_async_request),
    ):
        base = getattr(module, f"{prefix}ConnectionPool")
        patches.wrap(base, handle, _make_pool_handle)
        make_create = partial(_make_create_connection, base.create_connection)
        for pool in (base, *base.__subclasses__()):
            if "create_connection" in vars(pool):
                patches.wrap(pool, "create_connection", make_create)
        for connection in getattr(module, f"{prefix}ConnectionInterface").__subclasses__():
            if "can_handle_request" in vars(connection):
                patches.wrap(connection, "is_available", _make_is_available)
                patches.wrap(connection, handle, make_handle)


HOOKS = (
    Hook(
        "httpcore",
        "httpcore",
        _install,
        ("ConnectionPool.handle_request", "AsyncConnectionPool.handle_async_request"),
    ),
)
