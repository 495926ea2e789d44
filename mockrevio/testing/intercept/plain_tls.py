"""The client's side of a TLS connection without any TLS, as the `ssl` module sees it.

`ssl.SSLSocket` and `ssl.SSLObject` delegate to an object of `_ssl`. With one of these instead, bytes pass
unchanged, so that a mock without a certificate understands them.
"""

from __future__ import annotations

import _socket
import ssl
from typing import Any, NamedTuple

from mockrevio.testing.intercept.target import Target


class ClientEnd(NamedTuple):
    """Whom a session is with, and what it was made for."""

    target: Target
    context: ssl.SSLContext
    hostname: str | None
    owner: Any


class _Session:
    """What a client can ask about a connection, whatever carries its bytes."""

    server_side = False
    session = None
    session_reused = False

    def __init__(self, end: ClientEnd) -> None:
        self.target, self.context, self.server_hostname, self.owner = end

    def do_handshake(self) -> None:
        """There is none."""

    def getpeercert(self, binary_form: bool = False, /) -> Any:
        """A certificate for the host that was asked for."""
        if binary_form:
            return b""
        name = self.server_hostname or ""
        kind = "IP Address" if name.replace(".", "").isdecimal() or ":" in name else "DNS"
        return {"subject": ((("commonName", name),),), "subjectAltName": ((kind, name),)}

    def get_verified_chain(self) -> list[Any]:
        """No certificates."""
        return []

    get_unverified_chain = get_verified_chain

    def cipher(self) -> tuple[str, str, int]:
        """A cipher of TLS 1.3."""
        return "TLS_AES_256_GCM_SHA384", "TLSv1.3", 256

    def shared_ciphers(self) -> list[tuple[str, str, int]]:
        """The same one."""
        return [self.cipher()]

    def version(self) -> str:
        """The version of TLS."""
        return "TLSv1.3"

    def compression(self) -> None:
        """TLS 1.3 has none."""

    def selected_alpn_protocol(self) -> None:
        """None, so that clients speak HTTP/1.1."""

    def get_channel_binding(self, _cb_type: str = "tls-unique", /) -> None:
        """TLS 1.3 has none of these."""

    tls_unique_cb = compression

    def verify_client_post_handshake(self) -> None:
        """The mock never asks for a client's certificate."""

    def pending(self) -> int:
        """How many bytes are decrypted but not read."""
        return 0


class SocketSession(_Session):
    """A session on a connected socket, blocking or not."""

    def __init__(self, end: ClientEnd, sock: Any) -> None:
        super().__init__(end)
        self._sock = sock

    def read(self, length: int = 1024, buffer: Any = None, /) -> Any:
        """Receive bytes, or as many into a buffer."""
        try:
            if buffer is None:
                return _socket.socket.recv(self._sock, length)
            return _socket.socket.recv_into(self._sock, buffer, min(length or len(buffer), len(buffer)))
        except BlockingIOError:
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "The operation did not complete") from None

    def write(self, data: Any, /) -> int:
        """Send bytes, and return how many were sent."""
        try:
            return _socket.socket.send(self._sock, data)
        except BlockingIOError:
            raise ssl.SSLWantWriteError(ssl.SSL_ERROR_WANT_WRITE, "The operation did not complete") from None

    def shutdown(self) -> Any:
        """The socket without TLS."""
        return self._sock


class MemorySession(_Session):
    """A session on two buffers, for event loops."""

    def __init__(self, end: ClientEnd, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        super().__init__(end)
        self._incoming, self._outgoing = incoming, outgoing

    def read(self, length: int = 1024, buffer: Any = None, /) -> Any:
        """Read bytes that have arrived, or as many into a buffer."""
        if not self._incoming.pending and not self._incoming.eof:
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "The operation did not complete")
        if buffer is None:
            return self._incoming.read(length)
        data = self._incoming.read(min(length or len(buffer), len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any, /) -> int:
        """Hand out bytes to be sent."""
        return self._outgoing.write(data)

    def pending(self) -> int:
        """How many bytes have arrived but were not read."""
        return self._incoming.pending

    def shutdown(self) -> None:
        """Nothing has to be said at the end."""
