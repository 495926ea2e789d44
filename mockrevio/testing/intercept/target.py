"""Where intercepted connections go: the mock, and the connections that are open to it."""

from __future__ import annotations

import ipaddress
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary, WeakSet

from mockrevio.errors import ServerError

if TYPE_CHECKING:
    import ssl

Peer = tuple[str, int]


class Target:
    """The mock of one interception. It holds the connections to it weakly."""

    def __init__(self, peer: Peer, hostname: str, *, tls: bool) -> None:
        self.peer = peer
        self.hostname = hostname
        self.tls = tls
        self._context: ssl.SSLContext | None = None
        self._pid = os.getpid()
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._transports: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._closeable: WeakSet[Any] = WeakSet()

    @classmethod
    def of(cls, base_url: str) -> Self:
        """The target for the address of a mock. Raises ServerError if its name leads nowhere."""
        parts = urlsplit(base_url)
        tls = parts.scheme == "https"
        hostname, port = parts.hostname or "127.0.0.1", parts.port or (443 if tls else 80)
        try:
            return cls((str(ipaddress.ip_address(hostname)), port), hostname, tls=tls)
        except ValueError:
            pass
        try:
            with socket.create_connection((hostname, port), timeout=10) as probe:
                peer = probe.getpeername()
        except OSError as error:
            raise ServerError(f"the mock at {base_url} cannot be reached: {error}") from None
        return cls((peer[0], peer[1]), hostname, tls=tls)

    def sockaddr(self, family: int) -> tuple[Any, ...]:
        """The address to connect a socket of this family to."""
        address, port = self.peer
        if family != socket.AF_INET6:
            return (address, port)
        return (address if ":" in address else f"::ffff:{address}", port, 0, 0)

    def tls_context(self) -> ssl.SSLContext:
        """The context for connections to a mock that serves HTTPS, instead of that of the code under test.

        On this machine the certificate is from the mock's own temporary authority, which nobody has to trust.
        """
        if self._context is None:
            import ssl

            from mockrevio.trust import unverified_context

            local = ipaddress.ip_address(self.peer[0]).is_loopback
            self._context = unverified_context() if local else ssl.create_default_context()
        return self._context

    def owns(self, context: object) -> bool:
        """Whether this is the context for connections to the mock."""
        return context is not None and context is self._context

    # Connections, to close them when the interception ends.

    def track(self, sock: socket.socket) -> None:
        """Note a socket that is connected to the mock."""
        self._sockets.add(sock)

    def track_transport(self, transport: Any, protocol: Any, loop: Any) -> None:
        """Note a transport of an event loop that is connected to the mock."""
        try:
            self._transports[transport] = loop
        except TypeError:  # uvloop's for TLS cannot be held weakly; their protocol knows them
            with suppress(TypeError):
                self._transports[protocol] = loop

    def track_closeable(self, connection: Any) -> None:
        """Note a connection object that would not find out by itself that its socket was shut down."""
        self._closeable.add(connection)

    def disconnect(self) -> None:
        """Close all connections to the mock, so that no pool uses one afterwards."""
        for connection in list(self._closeable):
            sock = getattr(connection, "sock", None)
            if sock is not None and peer_of(sock) == self.peer:
                with suppress(OSError):
                    self._shut_down(sock)
                    connection.close()
        for sock in list(self._sockets):
            with suppress(OSError):
                self._shut_down(sock)
        for transport, loop in list(self._transports.items()):
            _abort(transport, loop)

    def _shut_down(self, sock: Any) -> None:
        """End a connection; in a forked child, only the child's part in it."""
        if os.getpid() == self._pid:
            sock.shutdown(socket.SHUT_RDWR)
        else:
            sock.close()


def _abort(tracked: Any, loop: Any) -> None:
    """Close a transport, or that of a protocol, from any thread. Its pool sees at once that it is closing."""
    transport = tracked if hasattr(tracked, "abort") else getattr(tracked, "transport", None)
    if transport is None:
        return
    from asyncio import _get_running_loop  # slow to import; with a transport, it is imported already

    def abort() -> None:
        with suppress(AttributeError):  # Python's TLS transport has no protocol once it was closed twice
            transport.abort()

    with suppress(RuntimeError):  # the loop was closed, and the transport with it
        if loop.is_running() and _get_running_loop() is not loop:
            loop.call_soon_threadsafe(abort)
        else:
            abort()


def peer_of(sock: Any) -> Peer | None:
    """The address that a socket is connected to."""
    try:
        return plain_peer(sock.getpeername())
    except (OSError, AttributeError):
        return None


def plain_peer(name: Any) -> Peer | None:
    """The address in a peer's name, without what IPv6 adds to it."""
    if not isinstance(name, tuple) or len(name) < 2:
        return None
    return str(name[0]).removeprefix("::ffff:"), name[1]
