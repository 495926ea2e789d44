"""One call to the API from its arrival to its answer: what it is, what a fault does to it, what is logged."""

from __future__ import annotations

import time
from typing import Any

from flask import Response, request

from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, DELAYER_KEY, ConnectionFault, Delayer
from mockrevio.control.faults.headers import parse_fault_headers
from mockrevio.control.faults.rules import NO_FAULT
from mockrevio.control.request_log import MAX_BODY_SHOWN, LogEntry, LoggedResponse
from mockrevio.errors import ApiError, DocumentError, Problem
from mockrevio.revio.behaviours import start_recording, stop_recording
from mockrevio.revio.wire.auth import Caller
from mockrevio.revio.wire.body import read_body
from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER, encode_json, ok_envelope
from mockrevio.revio.wire.gateway_responses import JSON, RawResponse
from mockrevio.revio.wire.request import ApiRequest, has_body, original_path, original_query, request_headers
from mockrevio.routes.responses import error_response, to_header_value
from mockrevio.world.world import World

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_TRUNCATED_RESPONSE = RawResponse(200, (("Content-Type", JSON),), encode_json(ok_envelope()))
"""What a write that never happened pretends to answer, to be cut off in the middle."""


class Exchange:
    """One call. `body` holds what came, or why it could not be taken, to be raised where it is needed."""

    def __init__(self, number: str, caller: Caller | str, world: World, environ: dict[str, Any]) -> None:
        self.number = number
        self.world = world
        self.error: str | None = None
        self._started = time.perf_counter()
        self._behaviours = start_recording()
        self._decision = NO_FAULT
        self._prevented = False
        self._body_error: ApiError | None = None
        self._received_at = world.clock.now()
        known = caller if isinstance(caller, Caller) else None
        self.request = ApiRequest(
            environ["REQUEST_METHOD"],
            original_path(environ),
            original_query(environ),
            request_headers(environ),
            self._read(environ) if has_body(environ) else b"",
            known.client if known else None,
            known.login if known else None,
        )

    def _read(self, environ: dict[str, Any]) -> bytes:
        # mockrevio's own server ends a body where it ends; for others Flask must see to that.
        stream = environ["wsgi.input"] if DELAYER_KEY in environ else request.stream
        try:
            return read_body(stream)
        except ApiError as refusal:
            self._body_error = refusal
            return b""

    def body(self) -> bytes:
        """The body; the Refusal that it deserves if it is too large, or broke off."""
        if self._body_error is not None:
            raise self._body_error
        return self.request.body

    # On the way in.

    def apply_gateway(self) -> Response | None:
        """The gateway's refusal, if it has one."""
        rejection = self.world.gateway.check(self.request, self.world.settings)
        return None if rejection is None else to_flask_response(rejection.response, rejection.explain)

    def apply_faults(self) -> Response | None:
        """Hold the call back as faults have it, and give the answer of one that keeps it from happening."""
        try:
            per_request = parse_fault_headers(self.request.headers)
        except DocumentError as error:
            raise _header_error(error) from None
        self._decision = decision = self.world.faults.decide(self.request, per_request)
        _wait(decision.before)
        effect = decision.effect
        if effect is None or decision.phase != "before_commit" or not effect.prevents_call:
            return None
        if effect.response is None and self._only_truncates() and self.request.method in _READS:
            return None  # there is nothing to keep from happening: its own answer is cut off
        self._prevented = True
        return to_flask_response(
            _TRUNCATED_RESPONSE if effect.response is None else self._fault_response(), None
        )

    def _only_truncates(self) -> bool:
        return self._connection_fault is not None and self._connection_fault.kind == "truncate"

    @property
    def _connection_fault(self) -> ConnectionFault | None:
        effect = self._decision.effect
        return None if effect is None else effect.connection_fault

    def _fault_response(self) -> RawResponse:
        effect = self._decision.effect
        if effect is None or effect.response is None:
            raise RuntimeError("no fault answers this call")
        return effect.response(self.world.settings.error_shape)

    # On the way out.

    def finish(self, response: Response) -> Response:
        """Let faults have the answer, and note the call in the log."""
        decision = self._decision
        _wait(decision.after)
        if decision.effect is not None and decision.effect.response is not None and not self._prevented:
            response = to_flask_response(self._fault_response(), None)
        if decision.cause is not None:
            _explain(response, f"{decision.cause} fired")
        if self._connection_fault is not None:
            response = self._request_connection_fault(response, self._connection_fault)
        response.headers.add("X-Mock-Request-Id", self.number)
        self._log(response)
        return response

    def _request_connection_fault(self, response: Response, delivery: ConnectionFault) -> Response:
        if DELAYER_KEY in request.environ:
            request.environ[CONNECTION_FAULT_KEY] = delivery
            return response
        explain = f"only mockrevio's own server can deliver an answer by {delivery.kind}; this is another"
        problem = Problem("server_error", "An error has occurred.", explain=explain)
        return error_response([problem], self.world.settings.error_shape)

    def _log(self, response: Response) -> None:
        stop_recording()
        self.world.behaviour_counts.add(self._behaviours)
        self.world.request_log.add(
            LogEntry(
                id=self.number,
                request=self.request,
                at=self._received_at,
                duration=time.perf_counter() - self._started,
                response=self._logged_response(response),
                fault=self._decision.cause,
                behaviours=self._behaviours,
                error=self.error,
            )
        )

    def _logged_response(self, response: Response) -> LoggedResponse:
        """What the log says of the answer: nothing of one that neither happened nor arrived."""
        kind = None if self._connection_fault is None else self._connection_fault.kind
        if self._prevented and kind in ("reset", "empty", "garbage", "hang"):
            return LoggedResponse(None, (), b"", 0, kind)
        body = response.get_data()
        headers = tuple(response.headers.items())
        return LoggedResponse(response.status_code, headers, body[:MAX_BODY_SHOWN], len(body), kind)


def to_flask_response(raw_response: RawResponse, explain: str | None) -> Response:
    """An answer made of plain values."""
    response = Response(raw_response.body, raw_response.status, headers=list(raw_response.headers))
    if explain is not None:
        _explain(response, explain)
    return response


def _explain(response: Response, text: str) -> None:
    earlier = response.headers.get(EXPLAIN_HEADER)
    response.headers[EXPLAIN_HEADER] = to_header_value(text if earlier is None else f"{earlier}; {text}")


def _header_error(error: DocumentError) -> ApiError:
    """A header for the mock that cannot be read: this 400 is the mock's own, and says so."""
    problems = [
        Problem(
            "invalid",
            f"mockrevio cannot read {mistake}",
            mistake.place.partition(".")[0],
            explain="refused by mockrevio itself, not as Rev.io would: its own header cannot be read",
        )
        for mistake in error.mistakes
    ]
    return ApiError(*problems)


def _wait(seconds: float) -> None:
    """Wait; a server that stops waits for nobody."""
    if seconds <= 0:
        return
    delayer: Delayer | None = request.environ.get(DELAYER_KEY)
    if delayer is None:
        time.sleep(seconds)
    else:
        delayer.wait(seconds)
