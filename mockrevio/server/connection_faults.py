"""Connection faults, carried out on the transport."""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Callable
from typing import Protocol

from mockrevio.control.faults.effects import ConnectionFault
from mockrevio.scheduling import Wait

GARBAGE = b"\x00\x9f\x92\x96 this is no HTTP \xff\xfe\r\n\r\n" * 4

_LINGER_ZERO = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER on, for no time: closing then sends RST and discards what was not sent yet."""


class ResponseWriter(Protocol):
    """What a fault does with a response; `Cycle` implements it."""

    @property
    def body(self) -> bytes | bytearray: ...
    @property
    def is_head(self) -> bool: ...
    @property
    def keep_alive(self) -> bool: ...
    def head(self, *, keep_alive: bool) -> bytes: ...
    def write(self, data: bytes | bytearray) -> bool: ...
    def write_later(self, seconds: float, write: Callable[[], None]) -> None: ...
    def subscribe_release(self, wait: Wait, release: Callable[[], None]) -> bool: ...
    def done(self, *, keep_alive: bool) -> None: ...
    def reset(self, linger: bytes) -> None: ...


def carry_out(fault: ConnectionFault, writer: ResponseWriter) -> None:
    """Deliver the response as the fault says; only a drip leaves the connection usable."""
    if fault.kind == "drip":
        _drip(fault, writer)
    elif fault.kind == "reset":
        writer.reset(_LINGER_ZERO)
    else:
        if fault.kind == "garbage":
            writer.write(GARBAGE)
        elif fault.kind == "truncate" and writer.body:
            # The head promises the whole body, as that of a complete response does.
            writer.write(writer.head(keep_alive=True) + writer.body[: len(writer.body) // 2])
        writer.done(keep_alive=False)


def _drip(fault: ConnectionFault, writer: ResponseWriter) -> None:
    """Send the body in equal chunks: the first one immediately, the last (or only) one at the end.

    If the fault is removed in the meantime, the rest is sent immediately.
    """
    body = b"" if writer.is_head else writer.body
    count = min(fault.chunks, len(body))
    pause = fault.seconds / max(count - 1, 1)
    keep_alive = writer.keep_alive
    writer.write(writer.head(keep_alive=keep_alive))
    pieces = deque(body[len(body) * n // count : len(body) * (n + 1) // count] for n in range(count))

    def write_next() -> None:
        if not pieces:
            done(complete=True)
        elif not writer.write(pieces.popleft()):
            done(complete=False)
        else:
            writer.write_later(pause, write_next)

    def write_rest() -> None:
        done(complete=writer.write(b"".join(pieces)))

    def done(*, complete: bool) -> None:
        if fault.on_sent is not None:
            fault.on_sent(complete=complete)
        writer.done(keep_alive=keep_alive)

    if fault.release_wait is not None and not writer.subscribe_release(fault.release_wait, write_rest):
        return
    if count == 1:
        writer.write_later(fault.seconds, write_next)
    else:
        write_next()
