"""Sends requests to receivers, and cancels them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, cast

from mockrevio import real_time
from mockrevio.revio.webhooks.targets import Address, Target, resolve

if TYPE_CHECKING:
    import socket
    import ssl

TIMEOUT = 10.0
"""A: seconds of real time that a receiver has to respond."""

MAX_BODY = 4096
"""Bytes of a response's body that are read and kept."""

MAX_HEADER = 1000
"""Characters of a response's header that are kept."""

DEADLINE_ERROR = f"no complete response within {TIMEOUT:g} s"


class ReceiverResponse(NamedTuple):
    """A receiver's response; header names are in lowercase."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SendCancelled(Exception):
    """The delivery was cancelled."""


class SendGeneration:
    """The deliveries of one state of a world. When it ends, they are cancelled, and no more are sent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connections: dict[int, socket.socket] = {}
        self.busy: set[int] = set()
        """The receivers with a delivery in progress. Guarded by the database's lock."""
        self.ended = threading.Event()

    def register(self, receiver_id: int, connection: socket.socket) -> None:
        """Register a connection for sending. Raises SendCancelled if the generation has ended."""
        with self._lock:
            if self.ended.is_set():
                raise SendCancelled
            self._connections[receiver_id] = connection

    def unregister(self, receiver_id: int) -> None:
        """Close the connection to a receiver."""
        with self._lock:
            connection = self._connections.pop(receiver_id, None)
        if connection is not None:
            connection.close()

    def cancel(self, receiver_id: int) -> None:
        """Cancel the delivery in progress to a receiver."""
        with self._lock:
            connection = self._connections.get(receiver_id)
            if connection is not None:
                shut_down(connection)

    def end(self) -> None:
        """Cancel the deliveries in progress, and send no more."""
        with self._lock:
            self.ended.set()
            for connection in self._connections.values():
                shut_down(connection)


def shut_down(connection: socket.socket) -> None:
    """Shut the connection down, so that reads and writes in other threads fail."""
    import socket

    with suppress(OSError):
        # Not the method of an SSLSocket: it would continue in plain text.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def connect(target: Target, deadline: float) -> socket.socket:
    """Connect to a target at an address that has been checked. Over HTTPS, the handshake is still to come.

    Raises OSError if that fails, ValueError if its host resolves to an address that it must not have.
    """
    error: OSError = OSError(f"{target.host} has no address")
    for address in resolve(target):
        try:
            connection = _connect_to(address, deadline)
        except OSError as failure:
            error = failure
        else:
            return _with_tls(connection, target) if target.scheme == "https" else connection
    raise error


def _connect_to(address: Address, deadline: float) -> socket.socket:
    import socket

    family, kind, protocol, _, socket_address = address
    connection = socket.socket(family, kind, protocol)
    try:
        connection.settimeout(_remaining(deadline))
        connection.connect(socket_address)
    except BaseException:
        connection.close()
        raise
    return connection


def _remaining(deadline: float) -> float:
    remaining = deadline - real_time.monotonic()
    if remaining <= 0:
        raise TimeoutError(DEADLINE_ERROR)
    return remaining


def _with_tls(connection: socket.socket, target: Target) -> ssl.SSLSocket:
    """A receiver on this machine may have any certificate, others need a valid one."""
    import ssl

    from mockrevio.trust import unverified_context

    context = unverified_context() if target.is_loopback else ssl.create_default_context()
    return context.wrap_socket(connection, server_hostname=target.host, do_handshake_on_connect=False)


def post(
    connection: socket.socket, target: Target, headers: Mapping[str, str], body: bytes, deadline: float
) -> ReceiverResponse:
    """Send a request and return the response; redirects are not followed, and no proxy is used.

    Raises OSError or HTTPException if no complete response arrives.
    """
    from http.client import HTTPConnection

    connection.settimeout(_remaining(deadline))
    if target.scheme == "https":
        cast("ssl.SSLSocket", connection).do_handshake()
    http = HTTPConnection(target.host, target.port)
    http.auto_open = 0  # no other connection than the one whose address was checked
    http.sock = connection
    spelled = {name.title(): value for name, value in headers.items()}
    http.request("POST", target.path, body, {"Host": target.netloc, **spelled})
    with http.getresponse() as response:
        data = response.read(MAX_BODY)
        _remaining(deadline)  # a connection that was shut down looks like the end of the body
        kept = {name.lower(): value[:MAX_HEADER] for name, value in response.getheaders()}
        return ReceiverResponse(response.status, kept, data)
