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


class Cycle(Protocol):
    """What a fault does to a request and its response."""

    @property
    def body(self) -> bytes: ...
    @property
    def is_head(self) -> bool: ...
    @property
    def keep_alive(self) -> bool: ...
    def head(self, *, keep_alive: bool) -> bytes: ...
    def write(self, data: bytes) -> bool: ...
    def write_later(self, seconds: float, write: Callable[[], None]) -> None: ...
    def hold(self, wait: Wait, release: Callable[[], None]) -> bool: ...
    def done(self, *, keep_alive: bool) -> None: ...
    def reset(self, linger: bytes) -> None: ...


def carry_out(fault: ConnectionFault, cycle: Cycle) -> None:
    """Deliver the response of `cycle` as the fault says; only a drip leaves the connection usable."""
    if fault.kind == "drip":
        _drip(fault, cycle)
    elif fault.kind == "reset":
        cycle.reset(_LINGER_ZERO)
    else:
        if fault.kind == "garbage":
            cycle.write(GARBAGE)
        elif fault.kind == "truncate" and cycle.body:
            # The head must not give the end away.
            cycle.write(cycle.head(keep_alive=True) + cycle.body[: len(cycle.body) // 2])
        cycle.done(keep_alive=False)


def _drip(fault: ConnectionFault, cycle: Cycle) -> None:
    """Send the body in equal chunks: the first one immediately, the last (or only) one at the end.

    If the fault is removed in the meantime, the rest is sent immediately.
    """
    body = b"" if cycle.is_head else cycle.body
    count = min(fault.chunks, len(body))
    pause = fault.seconds / max(count - 1, 1)
    keep_alive = cycle.keep_alive
    cycle.write(cycle.head(keep_alive=keep_alive))
    pieces = deque(body[len(body) * n // count : len(body) * (n + 1) // count] for n in range(count))

    def write_next() -> None:
        if not pieces or not cycle.write(pieces.popleft()):
            done()
        else:
            cycle.write_later(pause, write_next)

    def write_rest() -> None:
        cycle.write(b"".join(pieces))
        done()

    def done() -> None:
        if fault.on_sent is not None:
            fault.on_sent()
        cycle.done(keep_alive=keep_alive)

    if fault.hold is not None and not cycle.hold(fault.hold, write_rest):
        return
    if count == 1:
        cycle.write_later(fault.seconds, write_next)
    else:
        write_next()
