"""The layer of event loops: asyncio's, and uvloop's and winloop's, which resolve and connect in C."""

from __future__ import annotations

import socket
from types import ModuleType
from typing import Any

from mockrevio.testing.intercept import refusals, routes, tls
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches
from mockrevio.testing.intercept.sockets import redirected
from mockrevio.testing.intercept.target import Target, peer_of, plain_peer

_ADDRESS_OPTIONS = ("family", "proto", "flags", "happy_eyeballs_delay", "interleave", "all_errors")
"""What `create_connection` takes to choose among addresses; there is only one."""


def _make_create_connection(original: Any) -> Any:
    async def create_connection(
        loop: Any, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        target = _target(host, port, options)
        if target is None:
            peer = peer_of(options.get("sock")) if host is None else (host, port)
            with tls.over(peer):
                return await original(loop, protocol_factory, host, port, **options)
        if options.get("sock") is None:
            options = {name: value for name, value in options.items() if name not in _ADDRESS_OPTIONS}
            if options.get("ssl") and options.get("server_hostname") is None:
                options["server_hostname"] = host
            host, port = target.peer
        transport, protocol = await original(
            loop, protocol_factory, host, port, **_with_tls_of(target, options)
        )
        target.track_transport(transport, protocol, loop)
        return transport, protocol

    return create_connection


def _target(host: Any, port: Any, options: dict[str, Any]) -> Target | None:
    """The mock that a new connection has to lead to, or that its socket is connected to already."""
    if host is not None:
        target = routes.find(host, port)
        if target is not None:
            refusals.check(host)
        return target
    peer = peer_of(options.get("sock"))
    if options.get("ssl"):
        return tls.target_for(options.get("server_hostname"), peer)
    return routes.target_of_peer(peer)


def _with_tls_of(target: Target, options: dict[str, Any]) -> dict[str, Any]:
    """The options for a connection to the mock, which has TLS if the mock serves HTTPS."""
    if not options.get("ssl"):
        return options
    if target.tls:
        return {**options, "ssl": target.tls_context(), "server_hostname": target.hostname}
    plain = {name: value for name, value in options.items() if not name.startswith(("ssl_", "server_host"))}
    return {**plain, "ssl": None}


def _make_start_tls(original: Any) -> Any:
    async def start_tls(loop: Any, transport: Any, protocol: Any, sslcontext: Any, **options: Any) -> Any:
        target = None
        if not options.get("server_side"):
            peer = plain_peer(transport.get_extra_info("peername"))
            target = tls.target_for(options.get("server_hostname"), peer)
        if target is None:
            with tls.over(plain_peer(transport.get_extra_info("peername"))):
                return await original(loop, transport, protocol, sslcontext, **options)
        if target.tls:
            own = {**options, "server_hostname": target.hostname}
            return await original(loop, transport, protocol, target.tls_context(), **own)
        transport.set_protocol(protocol)
        return transport

    return start_tls


def _make_getaddrinfo(original: Any) -> Any:
    async def getaddrinfo(loop: Any, host: Any, port: Any, **options: Any) -> Any:
        if routes.find(host, port) is None:
            return await original(loop, host, port, **options)
        refusals.check(host)  # here, because the thread that resolves does not know who asked
        return socket.getaddrinfo(host, port, **options)  # the stand-in, at once

    return getaddrinfo


def _make_sock_connect(original: Any) -> Any:
    async def sock_connect(loop: Any, sock: Any, address: Any) -> Any:
        return await original(loop, sock, redirected(sock, address))

    return sock_connect


def _install(loop_class: Any, patches: Patches) -> None:
    patches.wrap(loop_class, "create_connection", _make_create_connection)
    patches.wrap(loop_class, "start_tls", _make_start_tls)
    patches.wrap(loop_class, "getaddrinfo", _make_getaddrinfo)


def _install_asyncio(module: ModuleType, patches: Patches) -> None:
    _install(module.BaseEventLoop, patches)


def _install_proactor(module: ModuleType, patches: Patches) -> None:
    patches.wrap(module.BaseProactorEventLoop, "sock_connect", _make_sock_connect)  # connects in C


def _install_uvloop(module: ModuleType, patches: Patches) -> None:
    _install(module.Loop, patches)
    patches.wrap(module.Loop, "sock_connect", _make_sock_connect)


HOOKS = (
    Hook("asyncio.base_events", "asyncio", _install_asyncio),
    Hook("asyncio.proactor_events", "asyncio", _install_proactor),
    Hook("uvloop", "uvloop", _install_uvloop, ("Loop.create_connection",)),
    Hook("winloop", "winloop", _install_uvloop, ("Loop.create_connection",)),
)
