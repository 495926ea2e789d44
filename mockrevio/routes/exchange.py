"""An API request and its response, from arrival to the entry in the request log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

from flask import Response, request

from mockrevio.control.faults.effects import CONNECTION_FAULT_KEY, ConnectionFault
from mockrevio.control.faults.headers import parse_fault_headers
from mockrevio.control.faults.rules import NO_FAULT
from mockrevio.control.request_log import MAX_LOGGED_BODY, LogEntry, LoggedResponse
from mockrevio.errors import ApiError, DocumentError, Problem
from mockrevio.revio.behaviours import start_recording, stop_recording
from mockrevio.revio.wire.auth import Caller
from mockrevio.revio.wire.body import read_body
from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER, encode_json, ok_envelope
from mockrevio.revio.wire.gateway_responses import JSON, RawResponse
from mockrevio.revio.wire.request import ApiRequest, has_body, original_path, original_query, request_headers
from mockrevio.routes.responses import add_iis_headers, error_response, suspend, to_header_value
from mockrevio.scheduling import (
    FAILURE,
    SERVER,
    SUSPENSION,
    Complete,
    Offload,
    Suspension,
    Wait,
    take_deferred,
)
from mockrevio.world.world import World

EXCHANGE_KEY = "mockrevio.exchange"
"""The key of a suspended exchange in the WSGI environment."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TRUNCATED_RESPONSE = RawResponse(200, (("Content-Type", JSON),), encode_json(ok_envelope()))
"""What the server cuts off if the fault `truncate` prevents a write, which then has no response."""


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current_exchange() -> Exchange | None:
    """The exchange of the request in progress; None for a request that is none of the API's."""
    return _current.get()


class Exchange:
    """One API request and its response.

    `app.create_app` calls `apply_gateway`, `apply_faults` and `finish`, in this order; the route runs before
    `finish`. Creating an Exchange reads the request, including the body, because fault rules match on it and
    the request log shows it. `error` is the traceback of an unexpected exception, for the log.
    """

    def __init__(self, request_id: str, caller: Caller | str, world: World, environ: dict[str, Any]) -> None:
        _current.set(self)
        self.request_id = request_id
        self.world = world
        self.environ = environ
        self.error: str | None = None
        self._started = time.perf_counter()
        self._behaviours = start_recording()
        self._decision = NO_FAULT
        self._prevented = False
        self._rejected = False
        self._delayed = False
        self._deferred: Callable[[], None] | None = None
        self._held_response: Response | None = None
        self._body_error: ApiError | None = None
        self._received_at = world.clock.now()
        known = caller if isinstance(caller, Caller) else None
        self.request = ApiRequest(
            environ["REQUEST_METHOD"],
            original_path(environ),
            original_query(environ),
            request_headers(environ),
            self._read_body(environ) if has_body(environ) else b"",
            known.client if known else None,
            known.login if known else None,
        )

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        """Read the body, and save any error for `body` to raise: the gateway, for one, comes first."""
        # The stream of mockrevio's own server ends where the body ends. For other servers, Flask ensures it.
        stream = environ["wsgi.input"] if SERVER in environ else request.stream
        try:
            return read_body(stream)
        except ApiError as error:
            self._body_error = error
            return b""

    # The way in.

    def apply_gateway(self) -> Response | None:
        """Return the gateway's rejection, or None if the request may pass."""
        rejection = self.world.gateway.check(self.request, self.world.settings)
        self._rejected = rejection is not None
        return None if rejection is None else to_flask_response(rejection.response, rejection.explain)

    def apply_faults(self) -> Response | None:
        """Decide which faults apply, and carry out those that come before the commit.

        Waits for their latency, and returns the response of a fault that prevents the request, or None to
        run the route. Raises ApiError if a per-request fault header is invalid.
        """
        try:
            per_request = parse_fault_headers(self.request.headers)
        except DocumentError as error:
            raise _header_error(error) from None
        self._decision = decision = self.world.faults.decide(self.request, per_request)
        if decision.before > 0:
            return self._suspend(Wait(decision.before))
        return self._prevention()

    def _prevention(self) -> Response | None:
        """Return the response of a fault that prevents the request, or None to run the route."""
        decision = self._decision
        effect = decision.effect
        if effect is None or decision.phase != "before_commit" or not effect.prevents_request:
            return None
        if effect.response is None and self._only_truncates() and self.request.method in _SAFE_METHODS:
            return None  # a read changes nothing, so run it: the server cuts off its real response
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
            raise RuntimeError("no fault that responds applies to this request")
        return effect.response(self.world.settings.error_shape)

    # Between the passes; see `mockrevio.scheduling`.

    def _suspend(self, suspension: Suspension, response: Response | None = None) -> Response:
        """End this pass; the next one continues with `response`, or with the route if there is none yet."""
        self._held_response = response
        self.environ[EXCHANGE_KEY] = self
        return suspend(self.environ, suspension)

    def offload(self) -> Response:
        """End this pass, and run the route in a thread."""
        return self._suspend(Offload(self.world.name))

    def resume(self) -> Response | None:
        """Continue in a later pass: return the response there is, or None to run the route.

        Raises the error that the suspension ended with.
        """
        _current.set(self)
        start_recording(self._behaviours)
        failure = self.environ.pop(FAILURE, None)
        if failure is not None:
            raise failure
        held, self._held_response = self._held_response, None
        return held if held is not None else self._prevention()

    # In the route.

    def body(self) -> bytes:
        """The request body. Raises ApiError if it is too large or incomplete."""
        if self._body_error is not None:
            raise self._body_error
        return self.request.body

    # The way out.

    def finish(self, response: Response) -> Response:
        """Carry out the faults after the commit, then add the request to the request log.

        `response` is that of the route, or of whatever responded instead of it. Returns the response to send.
        """
        _current.set(None)
        if SUSPENSION in self.environ:
            return response
        self._deferred = take_deferred() or self._deferred
        decision = self._decision
        if decision.after > 0 and not self._delayed:
            self._delayed = True
            return self._suspend(Wait(decision.after), response)
        if decision.effect is not None and decision.effect.response is not None and not self._prevented:
            response = to_flask_response(self._fault_response(), None)  # the real response is lost
        if decision.cause is not None:
            _add_explanation(response, f"{decision.cause} fired")
        if self._connection_fault is not None:
            response = self._request_connection_fault(response, self._connection_fault)
        if self.world.settings.server_headers == "iis" and not self._rejected:
            add_iis_headers(response)
        response.headers.add("X-Mock-Request-Id", self.request_id)
        response.headers.add("Date", self.world.clock.http_date())
        deferred, self._deferred = self._deferred, None
        if deferred is None:
            self._log(response)
        else:
            stop_recording()
            self._suspend(Complete(deferred, partial(self._log, response)))
        return response

    def _request_connection_fault(self, response: Response, fault: ConnectionFault) -> Response:
        """Ask the server to break the connection: a WSGI app cannot do it."""
        if SERVER in self.environ:
            self.environ[CONNECTION_FAULT_KEY] = fault
            return response
        explain = f"connection fault {fault.kind} needs mockrevio's own server; start it with mockrevio serve"
        problem = Problem("server_error", "An error has occurred.", explain=explain)
        return error_response([problem], self.world.settings.error_shape)

    def _log(self, response: Response) -> None:
        self.environ.pop(EXCHANGE_KEY, None)  # or the two would hold each other
        stop_recording()
        self.world.behaviour_counts.add(self._behaviours)
        self.world.request_log.add(
            LogEntry(
                id=self.request_id,
                request=self.request,
                received_at=self._received_at,
                duration=time.perf_counter() - self._started,
                response=self._logged_response(response),
                fault=self._decision.cause,
                behaviours=self._behaviours,
                error=self.error,
            )
        )

    def _logged_response(self, response: Response) -> LoggedResponse:
        """The response as the log keeps it; an empty one if the request was prevented and got none."""
        kind = None if self._connection_fault is None else self._connection_fault.kind
        if self._prevented and kind in ("reset", "empty", "garbage", "hang"):
            return LoggedResponse(None, (), b"", 0, kind)
        body = b"".join(cast("Iterable[bytes]", response.response))
        headers = tuple(response.headers)
        return LoggedResponse(response.status_code, headers, body[:MAX_LOGGED_BODY], len(body), kind)


def to_flask_response(raw_response: RawResponse, explain: str | None) -> Response:
    """Convert a response of plain values to Flask's, and set X-Mock-Explain to `explain` if given."""
    response = Response(raw_response.body, raw_response.status, headers=list(raw_response.headers))
    if explain is not None:
        _add_explanation(response, explain)
    return response


def _add_explanation(response: Response, text: str) -> None:
    existing = response.headers.get(EXPLAIN_HEADER)
    response.headers[EXPLAIN_HEADER] = to_header_value(text if existing is None else f"{existing}; {text}")


def _header_error(error: DocumentError) -> ApiError:
    """The 400 for an invalid fault header. Rev.io ignores such headers, so the response names mockrevio."""
    problems = [
        Problem(
            "invalid",
            f"Invalid mockrevio header {mistake}",
            mistake.place.partition(".")[0],
            explain="rejected by mockrevio itself, not as Rev.io would; fix or remove the header",
        )
        for mistake in error.mistakes
    ]
    return ApiError(*problems)
