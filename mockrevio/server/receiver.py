"""Receiving requests: bytes come in, complete requests go out to the connection, one at a time.

IDLE ──first byte──> HEAD ──head complete──> BODY ──message complete──> IDLE
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from mockrevio.server import limits
from mockrevio.server.bad_request import BadRequest
from mockrevio.server.connection import Connection
from mockrevio.server.early_request import EarlyRequest
from mockrevio.server.head import IncomingHead
from mockrevio.server.request import Request, unsupported_version

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_OTHER_VERSION = re.compile(rb".* HTTP/(?!1\.[01])[0-9]+(\.[0-9]+)?", re.DOTALL)
"""A request line of an unsupported version."""
_LAST_CHUNK = re.compile(
    rb"\A(?:\r?\n){1,2}|(?:\A|\r\n)0{1,16}[^\r\n]{0,100}\r\n(?:[^\r\n]{1,100}\r\n){0,4}\r\n"
)
"""The end of a chunked body, perhaps with trailers, or what is left of it. Data may look the same."""
MAX_GUESSES = 8
"""How often to look for it in what has arrived at once: a body may be full of what looks like it."""
_TLS_HANDSHAKE = b"\x16\x03"
"""The first bytes of a TLS handshake."""


class ReceivePhase(Enum):
    """What a connection is receiving."""

    IDLE = 1
    HEAD = 2
    BODY = 3


_IDLE, _HEAD, _BODY = ReceivePhase  # names of this module are looked up faster than those of an Enum


def _framing(request: Request) -> bytes:
    """A head for the parser that says where the body of a request ends."""
    length = request.fields.length
    framing = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    return b"POST / HTTP/1.1\r\n%b\r\n\r\n" % framing


_NO_REQUEST = Request()
"""What stands for the request while none is coming; it is never changed."""
_NO_REQUEST.complete = True


class Receiver:
    """Receives the requests of one connection, until `stop`."""

    __slots__ = (
        "_connection",
        "_context",
        "_early_request",
        "_head",
        "_parser",
        "_request",
        "active",
        "phase",
        "rejection",
    )

    def __init__(self, connection: Connection) -> None:
        self.phase = _IDLE
        self.active = True
        """Whether further input is parsed, rather than discarded."""
        self.rejection: BadRequest | None = None
        """Why every request of this connection is rejected; None if it is not."""
        self._connection = connection
        self._context = connection.context
        self._parser: Any = None
        self._head: IncomingHead | None = None
        self._request = _NO_REQUEST
        self._early_request: EarlyRequest | None = None
        """Of a request whose body is waited for."""

    @property
    def in_body(self) -> bool:
        """Whether a request has come in part."""
        return self.phase is _BODY and not self._request.complete

    @property
    def in_head(self) -> bool:
        """Whether a head has come in part."""
        return self.phase is _HEAD and self.active

    def stop(self) -> None:
        """Ignore what is still to come."""
        self.active = False
        self._leave()
        self._parser = None

    def client_left(self) -> None:
        """The connection is gone."""
        if self._early_request is not None:
            self._early_request.client_left()

    def _leave(self) -> bool:
        """Stop waiting for a body; False if the request is cancelled."""
        early_request, self._early_request = self._early_request, None
        return early_request is None or early_request.leave()

    def release_buffers(self) -> None:
        """Keep no memory for what comes next: the connection waits for something else."""
        if self.phase is _IDLE:
            self._parser = self._head = None

    def begins_urgent(self, data: bytes) -> bool:
        """Whether a request that does not queue begins with `data`."""
        if self.phase is not _IDLE:
            return False
        line = data[:256].split(b" ", 2)
        return len(line) == 3 and self._context.is_urgent(line[1].partition(b"?")[0])

    def feed(self, data: bytes) -> bytes:
        """Parse what has come, up to the end of a request if that can be told beforehand. Return the rest."""
        if self._parser is None:
            self._parser = HttpRequestParser(self)
        guesses = MAX_GUESSES
        while self.active and not self._connection.busy:
            if self.phase is _IDLE:
                data = data.lstrip(b"\r\n")  # empty lines, which are not part of any request
            if not data:
                break
            rest = b""
            if self.phase is not _BODY:
                data, rest = self._receive_head(data)
            elif self._request.fields.length is not None:
                left = self._request.fields.length - self._request.received
                data, rest = data[:left], data[left:]
            elif guesses and (last_chunk := _LAST_CHUNK.search(data)):  # so that the next head begins apart
                guesses -= 1
                data, rest = data[: last_chunk.end()], data[last_chunk.end() :]
            data = self._parse(data) + rest if data else rest
        if self.in_body and self._early_request is None:
            self._early_request = EarlyRequest(self._connection, self._request)
        if self.phase is _HEAD and self._connection.deadline is None:
            self._connection.deadline = self._context.now() + limits.HEAD_TIMEOUT
        return data if self.active else b""

    def _parse(self, data: bytes) -> bytes:
        """Parse `data`; return what is to be parsed again."""
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            # Go on with HTTP/1.1, as a server may: Java's client offers HTTP/2 with its first request.
            if self.active:
                self._parser = HttpRequestParser(self)
                if self.in_body:  # which the parser takes for part of the other protocol
                    self._parser.feed_data(_framing(self._request))
            return data[upgrade.args[0] :]
        except HttpParserError as error:
            if self.in_body and self.active:
                self.break_body(f"it is not framed as HTTP requires: {error}")
            elif self.active:
                self.reject(self._unreadable(error))
        return b""

    def _unreadable(self, error: HttpParserError) -> BadRequest:
        line = b"" if self._head is None else self._head.line
        if line.startswith(_TLS_HANDSHAKE):
            return BadRequest(400, "The client speaks TLS, but this port accepts only HTTP. Use http://.")
        if _OTHER_VERSION.fullmatch(line):
            return unsupported_version()
        return BadRequest(400, f"The request cannot be read: {error}.")

    def _receive_head(self, data: bytes) -> tuple[bytes, bytes]:
        head = self._head
        if self.phase is _IDLE or head is None:
            head = self._begin_head(IncomingHead())
        try:
            return head.receive(data)
        except BadRequest as error:
            self.reject(error)
            return b"", b""

    def _begin_head(self, head: IncomingHead) -> IncomingHead:
        self.phase = _HEAD
        self._connection.deadline = None  # most heads come in one piece
        self._head = head
        return head

    def break_body(self, reason: str) -> None:
        """Hand over a request whose body will not come completely: the app says so in its own way."""
        self._request.broken = reason
        self._hand_over(last=True)

    def reject(self, error: BadRequest) -> None:
        """Hand over a request that the server rejects itself."""
        if self._request is _NO_REQUEST:
            self._request = Request()
        line = b"" if self._head is None else self._head.line
        if not line and self._request.url:  # it began in the bytes that end the previous one
            line = b"%b %b" % (self._parser.get_method(), self._request.url)
        self._request.reject(error, line)
        self._hand_over(last=True)

    def _hand_over(self, *, last: bool = False) -> None:
        request, self._request = self._request, _NO_REQUEST
        request.complete = True
        goes_on = self._leave()
        self._head = None
        if last:
            request.keep_alive = False
            self.stop()
        if goes_on:
            self._connection.enqueue(request)
        else:
            self._connection.abort()

    # The parser's events. It continues to the end of its input, even after `stop`.

    def on_message_begin(self) -> None:
        """A request begins."""
        if self.active and not self.in_body:
            self._request = Request()
            if self.phase is _IDLE:  # it begins in the bytes that end the previous one
                self._begin_head(IncomingHead(parsing=True))

    def on_url(self, url: bytes) -> None:
        """A piece of the request target."""
        if self.active and not self.in_body:
            self._request.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or a trailer, which is ignored."""
        if self.active and self.phase is not _BODY:
            self._request.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Check the head, and ask for the body where the client waits to be asked."""
        if not self.active or self.in_body:
            return
        parser, request, connection = self._parser, self._request, self._connection
        self.phase = _BODY
        connection.deadline = None
        method = (self._head and self._head.method) or parser.get_method()
        try:
            request.finish_head(
                method,
                parser.get_http_version(),
                keep_alive=parser.should_keep_alive(),
                secure=self._context.secure,
            )
            if self.rejection is not None:
                raise self.rejection
        except BadRequest as error:
            self.reject(error)
            return
        if request.fields.length == 0:
            return
        request.body_limit = self._context.body_limit(request.url)
        connection.deadline = self._context.now() + limits.BODY_TIMEOUT
        # A client that expects 100 Continue is not asked for a body that is too long.
        discarded = request.body_limit if request.expects_continue else limits.MAX_DRAIN
        if (request.fields.length or 0) > max(discarded, request.body_limit):
            self._take_early()
        elif request.expects_continue and not connection.busy:
            connection.transport.write(_CONTINUE)

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if not self.active:
            return
        self._request.add_body(data)
        self._connection.deadline = self._context.now() + limits.BODY_TIMEOUT
        if self._request.received > limits.MAX_DRAIN and self._request.overflows:
            self._take_early()

    def _take_early(self) -> None:
        """Hand over a request whose body is too long to be asked for, or even discarded."""
        self._request.body.clear()
        self._request.overlong = True
        self._hand_over(last=True)

    def on_message_complete(self) -> None:
        """The request has come completely, unless its body is yet to be parsed after an offer to upgrade."""
        if self.active and not (self._parser.should_upgrade() and self._request.fields.length != 0):
            self.phase = _IDLE
            self._connection.deadline = None
            if self._request.overflows:
                self._request.keep_alive = False
            self._hand_over()
