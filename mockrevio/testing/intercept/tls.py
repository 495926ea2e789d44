"""The layer of TLS: connections to the mock speak what it speaks; any other one for the host is stopped.

The mock has no certificate that the code under test would accept. A mock that serves plain HTTP gets the
bytes unencrypted; with one that serves HTTPS, the handshake uses a context that trusts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any
from weakref import WeakSet

from mockrevio import real_sockets
from mockrevio.errors import InterceptionError
from mockrevio.testing.intercept import refusals, routes
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches
from mockrevio.testing.intercept.target import Peer, Target, peer_of

_peer_below: ContextVar[Peer | None] = ContextVar("mockrevio_peer_below", default=None)
"""The peer of the stream that the next `wrap_bio` is for, which itself knows nothing of one."""

_elsewhere: WeakSet[Any] = WeakSet()
"""The `SSLObject`s that are known to be for another host or port; they do not know their peer."""

_EARLIER = "its connection was opened before intercept(), or through an unknown proxy or resolver"


@contextmanager
def over(peer: Peer | None) -> Iterator[None]:
    """Let `wrap_bio` know whom the stream under it is connected to."""
    token = _peer_below.set(peer)
    try:
        yield
    finally:
        _peer_below.reset(token)


def target_for(hostname: object, peer: Peer | None) -> Target | None:
    """The mock that a client's TLS connection leads to; None if it has nothing to do with an interception.

    Raises InterceptionError if it is meant for an intercepted host and does not lead to the mock.
    """
    target = routes.target_of_peer(peer)
    if target is not None and (not target.tls or routes.find(hostname) is not None):
        return target
    if routes.find(hostname, None if peer is None else peer[1]) is not None:
        refusals.check(hostname)
        raise refusals.leaving(hostname, _EARLIER)
    return None


def _make_wrap_socket(original: Any) -> Any:
    def wrap_socket(
        context: Any, sock: Any, server_side: bool, server_hostname: Any = None, **options: Any
    ) -> Any:
        try:
            target = None if server_side else _target_of_socket(server_hostname, sock)
        except InterceptionError:
            sock.close()  # `ssl` closes it for the errors that it expects
            raise
        if target is None:
            return original(context, sock, server_side, server_hostname, **options)
        owner = options.get("owner")
        if not target.tls:
            from mockrevio.testing.intercept.plain_tls import ClientEnd, SocketSession

            return SocketSession(ClientEnd(target, context, server_hostname, owner), sock)
        return original(target.tls_context(), sock, False, target.hostname, owner=owner)

    return wrap_socket


def _target_of_socket(hostname: object, sock: Any) -> Target | None:
    peer = peer_of(sock)
    if peer is None:
        return routes.find(hostname)  # gevent wraps a socket first, and connects it then
    target = target_for(hostname, peer)
    if target is not None:
        target.track(sock)  # another object than the socket that was connected
    return target


def _make_wrap_bio(original: Any) -> Any:
    def wrap_bio(
        context: Any,
        incoming: Any,
        outgoing: Any,
        server_side: bool = False,
        server_hostname: Any = None,
        **options: Any,
    ) -> Any:
        below = _peer_below.get()
        own = any(each.owns(context) for each in routes.targets())  # an event loop's hook has chosen it
        target = None if server_side or own else target_for(server_hostname, below)
        owner = options.get("owner")
        if target is None:
            if below is not None:
                _elsewhere.add(owner)
            return original(
                context, incoming, outgoing, server_side, server_hostname=server_hostname, **options
            )
        if not target.tls:
            from mockrevio.testing.intercept.plain_tls import ClientEnd, MemorySession

            end = ClientEnd(target, context, server_hostname, owner)
            return MemorySession(end, incoming, outgoing)
        return original(
            target.tls_context(), incoming, outgoing, False, server_hostname=target.hostname, owner=owner
        )

    return wrap_bio


def _make_send(original: Any) -> Any:
    """Stop connections from before the interception, for libraries whose pool has no hook."""

    def send(connection: Any, *args: Any, **kwargs: Any) -> Any:
        hostname = getattr(connection, "server_hostname", None)
        session = getattr(connection, "_sslobj", None)
        if session is not None and not getattr(connection, "server_side", False):
            target = routes.find(hostname)
            if target is not None and not _leads_to(target, connection, session):
                refusals.check(hostname)
                raise refusals.leaving(hostname, _EARLIER)
        return original(connection, *args, **kwargs)

    return send


def _leads_to(target: Target, connection: Any, session: Any) -> bool:
    peer = peer_of(connection)
    if peer is not None:
        return routes.usable(connection.server_hostname, peer[1], peer) or peer == target.peer
    if connection in _elsewhere:
        return True
    # Several interceptions may lead to the same mock, and the connection belong to another one of them.
    same = [each for each in routes.targets() if each.peer == target.peer]
    return getattr(session, "target", None) in same or any(each.owns(session.context) for each in same)


def _install(module: ModuleType, patches: Patches) -> None:
    # Not what the module has now: gevent, mocket and httpretty replace it.
    context = real_sockets.standard_class(module, "SSLContext", module._SSLContext)
    ssl_socket = real_sockets.standard_class(module, "SSLSocket", real_sockets.socket_class)
    patches.wrap(context, "_wrap_socket", _make_wrap_socket)
    patches.wrap(context, "_wrap_bio", _make_wrap_bio)
    _stop_earlier(ssl_socket, patches)
    patches.wrap(module.SSLObject, "write", _make_send)


def _install_gevent(module: ModuleType, patches: Patches) -> None:
    _stop_earlier(module.SSLSocket, patches)


def _stop_earlier(ssl_socket: type, patches: Patches) -> None:
    for name in ("send", "sendall", "write"):
        patches.wrap(ssl_socket, name, _make_send)


HOOKS = (Hook("ssl", "ssl", _install), Hook("gevent.ssl", "gevent", _install_gevent))
