"""TLS between the transport and the HTTP protocol, on the standard library's in-memory BIOs.

asyncio's own TLS gives a failed handshake no chance to say what is wrong. This one responds in plain HTTP to
a client that sends it to the HTTPS port.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import Any

from mockrevio.server import limits
from mockrevio.server.bad_request import BadRequest
from mockrevio.server.protocol import HttpProtocol

_SPEAK_TLS = "This port accepts only HTTPS. Use https:// instead of http://."
_PIECE = 64 * 1024


class TlsProtocol(asyncio.Protocol):
    """Decrypts what comes for `inner`, and encrypts what it sends."""

    def __init__(self, context: ssl.SSLContext, inner: HttpProtocol) -> None:
        self._inner = inner
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._established = False
        self._plain = False
        self._received = b""
        """What came before the handshake was done."""
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the client's first message."""
        self._transport = transport  # type: ignore[assignment]  # asyncio passes a Transport
        loop = self._inner.context.loop
        self._timer = loop.call_later(limits.HANDSHAKE_TIMEOUT, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        """Go on with the handshake, or pass the decrypted data on."""
        if self._plain:
            self._inner.data_received(data)
            return
        self._incoming.write(data)
        if not self._established:
            self._received += data
            if not self._handshake():
                return
            self._received = b""
        while not self._inner.closed:
            try:
                plain = self._tls.read(_PIECE)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError:
                self._transport.abort()
                return
            if not plain:
                self._inner_eof()
                break
            self._inner.data_received(plain)
        self.flush()

    def _handshake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self.flush()
            return False
        except ssl.SSLError as error:
            self._timer.cancel()
            if error.reason == "HTTP_REQUEST":
                self._reject_plain_http()
            else:
                self.flush()  # the alert
                self._transport.close()
            return False
        self._timer.cancel()
        self._established = True
        self._inner.connection_made(_TlsTransport(self._transport, self._tls, self))
        return True

    def _reject_plain_http(self) -> None:
        """Read the request without TLS, so that it is rejected in the format of the API that it is for."""
        self._plain = True
        self._inner.connection_made(self._transport)
        self._inner.reject_all(BadRequest(400, _SPEAK_TLS))
        self._inner.data_received(self._received)

    def flush(self) -> None:
        """Send what is encrypted."""
        data = self._outgoing.read()
        if data:
            self._transport.write(data)

    def _inner_eof(self) -> None:
        if not self._inner.eof_received():
            self._transport.close()

    def eof_received(self) -> bool:
        """The client sends no more."""
        return self._reached and self._inner.eof_received()

    @property
    def _reached(self) -> bool:
        """Whether the HTTP protocol has the connection."""
        return self._established or self._plain

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._timer.cancel()
        if self._reached:
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads slowly."""
        if self._reached:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """The client has read on."""
        if self._reached:
            self._inner.resume_writing()


class _TlsTransport(asyncio.Transport):
    """What the HTTP protocol sees of the connection."""

    def __init__(self, below: asyncio.Transport, tls: ssl.SSLObject, protocol: TlsProtocol) -> None:
        super().__init__()
        self._below = below
        self._tls = tls
        self._tls_protocol = protocol

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Encrypt and send."""
        if not self._below.is_closing():
            self._tls.write(data)
            self._tls_protocol.flush()

    def close(self) -> None:
        """Send close_notify, and close the connection."""
        self._send_close_notify()
        self._below.close()

    def can_write_eof(self) -> bool:
        """TLS has its own end-of-stream message."""
        return True

    def write_eof(self) -> None:
        """Send close_notify."""
        self._send_close_notify()

    def _send_close_notify(self) -> None:
        with suppress(ssl.SSLError):  # without waiting for the client's close_notify
            self._tls.unwrap()
        self._tls_protocol.flush()

    def abort(self) -> None:
        """Close immediately."""
        self._below.abort()

    def is_closing(self) -> bool:
        """Whether it closes."""
        return self._below.is_closing()

    def pause_reading(self) -> None:
        """Read nothing for now."""
        self._below.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._below.resume_reading()

    def get_write_buffer_size(self) -> int:
        """How much has not been sent yet."""
        return self._below.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What the transport below knows."""
        return self._below.get_extra_info(name, default)
