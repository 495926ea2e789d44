"""How long faults delay a request, phase by phase."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from mockrevio import real_time
from mockrevio.control.calls import Generation
from mockrevio.control.faults.decisions import Decision, Delay
from mockrevio.control.faults.specification import Phase
from mockrevio.scheduling import Wait

FOREVER = 1e9
"""Seconds that stand for a wait without an end."""


class RequestDelays:
    """The delays of one request. The delay of a fault ends when the fault is removed."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision
        self._over: set[Phase] = set()
        self._delays: Sequence[Delay] = ()
        """What it waits for."""
        self._since = 0.0
        self._wake: Callable[[], None] | None = None

    def wait(self, phase: Phase, generation: Generation) -> Wait | None:
        """The remaining wait in a phase; None if there is none."""
        if phase in self._over:
            return None
        delays = self._decision.delays_in(phase)
        now = real_time.monotonic()
        if not self._delays:
            self._since = now
        seconds = sum(delay.seconds for delay in delays) - (now - self._since)
        # If no fault was removed, the server's timer has fired: its clock decides.
        elapsed = delays == self._delays and not self.hangs
        if elapsed or seconds <= 0:
            self._over.add(phase)
            self._delays = ()
            return None
        self._delays = delays
        return Wait(min(seconds, FOREVER), partial(self._subscribe, delays), generation)

    @property
    def hangs(self) -> bool:
        """Whether it waits for the client to give up."""
        return any(math.isinf(delay.seconds) for delay in self._delays)

    def client_left(self) -> None:
        """Called when the client disconnects."""
        wake = self._wake
        if wake is not None and self.hangs:
            wake()

    def _subscribe(self, delays: Sequence[Delay], callback: Callable[[], None]) -> Callable[[], None]:
        self._wake = callback
        removals = [delay.removed.subscribe(callback) for delay in delays if delay.removed is not None]

        def unsubscribe() -> None:
            self._wake = None
            for remove in removals:
                remove()

        return unsubscribe
