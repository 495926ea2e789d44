"""Connection faults on a real socket: reset, empty, truncate, garbage, hang and drip."""

from __future__ import annotations

from typing import Any

from mockrevio.control.faults.effects import ConnectionFault, Delayer
from mockrevio.server.hung_connections import HungConnections

GARBAGE = b"\x00\x9f\x92\x96 this is no HTTP \xff\xfe\r\n\r\n" * 4


def carry_out(
    delivery: ConnectionFault, request: Any, body: bytes, keeper: HungConnections, patience: Delayer
) -> None:
    """Apply a connection fault to the response of `request`, a cheroot request with status and headers set.

    Nothing may have been sent yet. Afterwards the connection is closed or held as a hung connection; only
    after a drip can it serve another request.
    """
    if delivery.kind == "drip":
        _drip(delivery, request, body, patience)
        return
    request.close_connection = True
    if delivery.kind == "truncate" and body:
        _truncate(request, body)
        return
    request.sent_headers = True  # prevents cheroot from sending any
    connection = request.conn
    if delivery.kind == "reset":
        connection.reset()
        return
    # Closing a socket with unread bytes sends RST, and these faults must not.
    request.rfile.drain()
    if delivery.kind == "hang":
        keeper.hold(connection)
    elif delivery.kind == "garbage":
        connection.wfile.write(GARBAGE)


def _truncate(request: Any, body: bytes) -> None:
    """Send the headers, with the length of the full body, and half of the body."""
    request.close_connection = False  # otherwise the headers would say `Connection: close`
    request.ensure_headers_sent()
    request.close_connection = True
    request.conn.wfile.write(body[: len(body) // 2])


def _drip(delivery: ConnectionFault, request: Any, body: bytes, patience: Delayer) -> None:
    """Send the body in equal pieces: the first at once, the last (or only) one when the time has passed."""
    request.ensure_headers_sent()
    count = min(delivery.chunks, len(body))  # 0 for an empty body, which is not delayed
    pause = delivery.seconds / max(count - 1, 1)
    for number in range(count):
        if (number or count == 1) and patience.wait(pause):
            request.close_connection = True
            return
        start, end = (len(body) * each // count for each in (number, number + 1))
        request.conn.wfile.write(body[start:end])
