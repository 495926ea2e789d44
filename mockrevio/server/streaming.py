"""Responses whose body the app supplies piece by piece: one timer each, no thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mockrevio.reporting import report_exception
from mockrevio.scheduling import STREAM_INTERVAL, Stream
from mockrevio.server.connection import Connection
from mockrevio.server.response import encode_chunk, encode_head


class StreamedResponse:
    """Sends a stream over a connection. Except for `cancel`, to be used on the loop's thread."""

    __slots__ = ("_chunked", "_connection", "_ended", "_keep_alive", "_stream", "_timer")

    def __init__(self, stream: Stream, connection: Connection, version: str, *, keep_alive: bool) -> None:
        """Answer a request of this version of HTTP; 1.0 has no chunks, so that the body ends with the
        connection. Otherwise it is kept after the response, with `keep_alive`."""
        self._stream = stream
        self._connection = connection
        self._chunked = version != "1.0"
        self._keep_alive = keep_alive and self._chunked
        self._ended = False
        self._timer: asyncio.TimerHandle | None = None

    def start(self, status: str, headers: Sequence[tuple[str, str]], *, is_head: bool) -> None:
        """Send the head, and what there is of the body; with `is_head`, only the head."""
        coding = [("Transfer-Encoding", "chunked")] if self._chunked else []
        self._write(
            encode_head(status, [*headers, *coding], None, version="1.1", keep_alive=self._keep_alive)
        )
        if is_head:
            self._ended = True
            self._stream.ended()
            self._connection.cycle_done(keep_alive=self._keep_alive)
        elif self._stream.scope.add(self):
            self._send_next()
        else:
            self.end()

    @property
    def _is_over(self) -> bool:
        """Whether nobody waits for more: the server stops, or the client has left."""
        return self._connection.context.stopping or self._connection.ended

    def _send_next(self) -> None:
        """Send the next piece, unless what was sent before is still on its way.

        Nothing is taken meanwhile, so that the next piece has all of it. A client that reads nothing for too
        long is disconnected, as with any other response (`HttpProtocol.pause_writing`).
        """
        data: bytes | None = b""
        if self._connection.writable:
            try:
                data = self._stream.take()
            except Exception as error:
                report_exception(error)
                self._leave()
                self._connection.abort()  # an end in good order would look as if this were all
                return
        if data is None or self._is_over:
            self.end()
            return
        if data:
            self._write(encode_chunk(data) if self._chunked else data)
        self._timer = self._connection.context.loop.call_later(STREAM_INTERVAL, self._send_next)

    def cancel(self) -> None:
        """End it, because its scope was cancelled; any thread may call this."""
        self._connection.context.call(self.end)

    def end(self) -> None:
        """End the response in good order: the client has left, the server stops, or the stream is over."""
        if self._ended:
            return
        self._leave()
        if self._chunked:
            self._write(encode_chunk(b""))
        self._connection.cycle_done(keep_alive=self._keep_alive and not self._is_over)

    def _leave(self) -> None:
        self._ended = True
        self._stream.ended()
        self._stream.scope.remove(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _write(self, data: bytes) -> None:
        if not self._connection.closed:
            self._connection.transport.write(data)
