"""Applies the faults of one request to its response."""

from __future__ import annotations

from functools import partial

from flask import Response

from mockrevio.control.calls import Generation
from mockrevio.control.faults.decisions import Decision
from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, ConnectionFault
from mockrevio.control.faults.specification import Phase
from mockrevio.control.request_log import LogEntry, LoggedResponse
from mockrevio.revio.wire.gateway_responses import RawResponse
from mockrevio.routes.exchange_responses import (
    TRUNCATED_RESPONSE,
    logged_response,
    no_response,
    to_flask_response,
    unsupported,
)
from mockrevio.routes.request_delays import RequestDelays
from mockrevio.routes.responses import add_explanation
from mockrevio.scheduling import ABANDONED, SERVER, Wait
from mockrevio.world.world import World

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_RESPONSE = ("reset", "empty", "garbage")
"""The connection faults that send no part of a response."""


class AppliedFaults:
    """The faults of one request, applied as far as a WSGI app can."""

    def __init__(self, world: World, decision: Decision, environ: dict[str, object]) -> None:
        self._world = world
        self._decision = decision
        self._environ = environ
        self._prevented = False
        self._delays = RequestDelays(decision) if decision.delays else None

    @property
    def hangs(self) -> bool:
        """Whether the request waits for its client to give up."""
        return self._delays is not None and self._delays.hangs

    def client_left(self) -> None:
        """Called when the client disconnects."""
        if self._delays is not None:
            self._delays.client_left()

    def wait(self, phase: Phase, generation: Generation) -> Wait | None:
        """What the request has to wait for in a phase; None if it may go on."""
        return None if self._delays is None else self._delays.wait(phase, generation)

    def preventing_response(self, method: str) -> Response | None:
        """Return the response of a fault that prevents the request, or None to run the route."""
        decision = self._decision
        effect = decision.effect
        if effect is None or decision.phase != "before_commit" or not effect.prevents_request:
            return None
        fault = effect.connection_fault
        truncates = fault is not None and fault.kind == "truncate"
        if effect.response is None and truncates and method in _SAFE_METHODS:
            return None  # a read changes nothing, so run it: the server cuts off its real response
        self._prevented = True
        return to_flask_response(self._response() or TRUNCATED_RESPONSE, None)

    def _response(self) -> RawResponse | None:
        effect = self._decision.effect
        if effect is None or effect.response is None:
            return None
        return effect.response(self._world.settings.error_shape)

    def apply_to(self, response: Response, generation: Generation, entry: LogEntry) -> Response:
        """Apply the faults to a response. A connection fault is passed to the server."""
        decision, effect = self._decision, self._decision.effect
        replaced = None if self._prevented else self._response()
        if replaced is not None:
            response = to_flask_response(replaced, None)  # the real response is lost
        if decision.cause is not None:
            add_explanation(response, f"{decision.cause} fired")
        if effect is None or effect.connection_fault is None:
            return response
        if SERVER not in self._environ:  # a WSGI app cannot do it
            return unsupported(effect.connection_fault.kind, self._world.settings.error_shape)
        self._environ[CONNECTION_FAULT_KEY] = self._with_release_wait(
            effect.connection_fault, generation, entry
        )
        return response

    def _with_release_wait(
        self, fault: ConnectionFault, generation: Generation, entry: LogEntry
    ) -> ConnectionFault:
        """A connection fault; for a drip, with what ends it early."""
        if fault.kind != "drip":
            return fault
        entry.sending = True
        removed = self._decision.removed
        subscribe = None if removed is None else removed.subscribe
        release_wait = Wait(fault.seconds, subscribe, generation)
        calls = self._world.calls
        self._environ[ABANDONED] = partial(calls.abandoned, entry)
        return fault._replace(release_wait=release_wait, on_sent=partial(calls.sent, entry))

    def to_logged_response(self, response: Response) -> LoggedResponse:
        """What the request log keeps of the response."""
        effect = self._decision.effect
        fault = None if effect is None else effect.connection_fault
        kind = None if fault is None else fault.kind
        return (
            no_response(kind) if self._prevented and kind in _NO_RESPONSE else logged_response(response, kind)
        )
