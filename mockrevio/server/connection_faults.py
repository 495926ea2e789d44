"""Answers that do not arrive as they should: what connection faults do to a real socket."""

from __future__ import annotations

from typing import Any

from mockrevio.control.faults.effects import ConnectionFault, Delayer
from mockrevio.server.hung_connections import HungConnections

GARBAGE = b"\x00\x9f\x92\x96 this is no HTTP \xff\xfe\r\n\r\n" * 4


def carry_out(
    delivery: ConnectionFault, request: Any, body: bytes, keeper: HungConnections, patience: Delayer
) -> None:
    """Deliver the answer of `request` (a cheroot request whose status and headers are set) as a fault has it.

    No bytes have been sent yet. Afterwards the connection is closed, or held by the keeper; only a drip
    leaves it fit for the next call.
    """
    if delivery.kind == "drip":
        _drip(delivery, request, body, patience)
        return
    request.close_connection = True
    if delivery.kind == "truncate" and body:
        _truncate(request, body)
        return
    request.sent_headers = True  # so that cheroot adds none
    connection = request.conn
    if delivery.kind == "reset":
        connection.reset()
        return
    # Closing on bytes that were never read would send RST, which these are not about.
    request.rfile.drain()
    if delivery.kind == "hang":
        keeper.hold(connection)
    elif delivery.kind == "garbage":
        connection.wfile.write(GARBAGE)


def _truncate(request: Any, body: bytes) -> None:
    """The headers, which promise the whole body, and half of it."""
    request.close_connection = False  # the headers must not give the end away
    request.ensure_headers_sent()
    request.close_connection = True
    request.conn.wfile.write(body[: len(body) // 2])


def _drip(delivery: ConnectionFault, request: Any, body: bytes, patience: Delayer) -> None:
    """The body in even pieces, the first at once, the last (or the only one) when the time is over."""
    request.ensure_headers_sent()
    count = min(delivery.chunks, len(body))  # none, where there is no body to wait for
    pause = delivery.seconds / max(count - 1, 1)
    for number in range(count):
        if (number or count == 1) and patience.wait(pause):
            request.close_connection = True
            return
        start, end = (len(body) * each // count for each in (number, number + 1))
        request.conn.wfile.write(body[start:end])
