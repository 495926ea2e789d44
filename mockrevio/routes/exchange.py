"""An API request and its response, from arrival to the entry in the request log."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, request

from mockrevio import real_time
from mockrevio.cancellation import enter_scope, raise_if_cancelled
from mockrevio.control.calls import Generation
from mockrevio.control.faults.decisions import NO_FAULT
from mockrevio.control.faults.headers import parse_fault_headers
from mockrevio.control.faults.specification import Phase
from mockrevio.control.request_log import LogEntry, LoggedResponse, Peer
from mockrevio.errors import ApiError, DocumentError
from mockrevio.revio.behaviours import start_recording, stop_recording
from mockrevio.revio.wire.auth import Caller
from mockrevio.revio.wire.body import read_body
from mockrevio.revio.wire.request import ApiRequest, has_body, original_path, original_query, request_headers
from mockrevio.routes.applied_faults import AppliedFaults
from mockrevio.routes.cors import add_cors_headers
from mockrevio.routes.exchange_responses import (
    header_error,
    logged_response,
    no_response,
    to_flask_response,
    unsupported,
)
from mockrevio.routes.responses import add_iis_headers, add_mock_headers, suspend
from mockrevio.scheduling import (
    ABANDONED,
    CLIENT_LEFT,
    FAILURE,
    SERVER,
    SUSPENSION,
    Abort,
    Deferred,
    Offload,
    Suspension,
    take_deferred,
)
from mockrevio.world.world import World

EXCHANGE_KEY = "mockrevio.exchange"
"""The key of a suspended exchange in the WSGI environment."""

EARLY_EXCHANGE_KEY = "mockrevio.early_exchange"
"""The key of an exchange that was created before its body arrived."""

_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current_exchange() -> Exchange | None:
    """The exchange of the request in progress; None for requests outside Rev.io's API."""
    return _current.get()


class Exchange:
    """One API request and its response.

    `app.create_app` calls `apply_gateway`, `apply_faults` and `finish`, in this order; the route runs before
    `finish`. An exchange reads the whole request, including the body, because fault rules match on it and the
    request log shows it; if only the head is there yet, `receive_body` follows. `error` is the traceback of
    an unexpected exception, for the log.

    It belongs to the generation of the world in which it arrived. When that ends, the exchange ends too,
    without a response, a change or a log entry.
    """

    def __init__(
        self,
        request_id: str,
        caller: Caller | str,
        world: World,
        environ: dict[str, Any],
        *,
        complete: bool = True,
    ) -> None:
        self.request_id = request_id
        self.world = world
        self.environ = environ
        self.error: str | None = None
        started = real_time.monotonic()
        self._behaviours = start_recording()
        self._faults: AppliedFaults | None = None
        self._rejected = self._deciding = False
        self._deferred: Callable[[], None] | None = None
        self._pending_response: Response | None = None
        self._body_error: ApiError | None = None
        known = caller if isinstance(caller, Caller) else None
        self.request = ApiRequest(
            environ["REQUEST_METHOD"],
            original_path(environ),
            original_query(environ),
            request_headers(environ),
            self._read_body() if complete and has_body(environ) else b"",
            known.client if known else None,
            known.login if known else None,
        )
        peer = Peer.of(environ)
        self._entry = LogEntry(
            request_id, self.request, world.clock.now(), peer, receiving=not complete, started=started
        )
        self.generation: Generation = world.calls.begin(self._entry)
        environ[CLIENT_LEFT] = self._client_left
        if complete:
            self._start_pass()
        else:
            stop_recording()

    @property
    def receiving(self) -> bool:
        """Whether its body has not been read yet."""
        return self._entry.receiving

    def receive_body(self) -> None:
        """Read the body, which arrived after the head."""
        start_recording(self._behaviours)
        self.request = replace(self.request, body=self._read_body())
        self.world.calls.log.update(self._entry, request=self.request)
        self._start_pass()

    def _read_body(self) -> bytes:
        """Read the body, and save any error for `body` to raise, after the gateway and other checks."""
        # The stream of mockrevio's own server ends where the body ends. For other servers, Flask ensures it.
        stream = self.environ["wsgi.input"] if SERVER in self.environ else request.stream
        try:
            return read_body(stream, self.environ.get("HTTP_CONTENT_ENCODING", ""))
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
        """Decide which faults apply, and apply those before the commit.

        Returns the response of a fault that prevents the request, or None to run the route. Suspends the
        request for latency. Raises ApiError if a per-request fault header is invalid.
        """
        try:
            per_request = parse_fault_headers(self.request.headers)
        except DocumentError as error:
            raise header_error(error) from None
        self._deciding = True  # again in a thread, if that may take more than a moment
        decision = self.world.faults.decide(self.request, per_request)
        self._deciding = False
        if decision is NO_FAULT:
            return None
        self.world.calls.log.update(self._entry, causes=decision.causes)
        self._faults = AppliedFaults(self.world, decision, self.environ)
        return self._continue(self._faults)

    def _continue(self, faults: AppliedFaults) -> Response | None:
        """Wait for the delays before the commit, then return the response of a fault that prevents it."""
        waiting = self._wait(faults, "before_commit")
        return faults.preventing_response(self.request.method) if waiting is None else waiting

    def _wait(self, faults: AppliedFaults, phase: Phase, response: Response | None = None) -> Response | None:
        """Suspend the request if faults delay it in this phase; None otherwise.

        `response` is what will be sent, if the route has already run.
        """
        wait = faults.wait(phase, self.generation)
        if wait is None:
            return None
        if faults.hangs:
            if SERVER not in self.environ:
                return unsupported("hang", self.world.settings.error_shape)
            if self._entry.client_left:
                late = no_response("hang") if response is None else logged_response(response, "hang")
                self._finish_entry(late)
                return self.abort()
        return self._suspend(wait, response)

    # Between the passes; see `mockrevio.scheduling`.

    def _suspend(self, suspension: Suspension, response: Response | None = None) -> Response:
        """End this pass; the next one continues with `response`, or with the route if there is none yet."""
        self._pending_response = response
        self.environ[EXCHANGE_KEY] = self
        self.environ[ABANDONED] = self._abandoned
        return suspend(self.environ, suspension)

    def _abandoned(self) -> None:
        """Called when the server ends the request while it is suspended."""
        self.world.calls.abandoned(self._entry)

    def offload(self) -> Response:
        """End this pass, and run the route in a thread."""
        return self._suspend(Offload(self.world.name))

    def resume(self) -> Response | None:
        """Continue in a later pass: return the response there is, or None to run the route.

        Raises the error that the suspension ended with.
        """
        self._start_pass()
        failure = self.environ.pop(FAILURE, None)
        if failure is not None:
            raise failure
        if self._deciding:
            return self.apply_faults()
        pending, self._pending_response = self._pending_response, None
        if pending is not None or self._faults is None:
            return pending
        return self._continue(self._faults)

    def _start_pass(self) -> None:
        """Start a pass. Raises Cancelled if the generation has ended."""
        _current.set(self)
        start_recording(self._behaviours)
        enter_scope(self.generation)
        raise_if_cancelled()

    def _client_left(self) -> None:
        """Called when the client closes its connection, or its sending half."""
        self.world.calls.log.client_left(self._entry)
        if self._entry.receiving:
            self._finish_entry(no_response())
        elif self._faults is not None:
            self._faults.client_left()

    def abort(self) -> Response:
        """End the request without a response. What this returns is not sent."""
        self._detach()
        self.world.calls.abandoned(self._entry)
        return suspend(self.environ, Abort())

    def _detach(self) -> None:
        """Remove it from the environment, which would otherwise be a reference cycle."""
        self.environ.pop(EXCHANGE_KEY, None)
        self.environ.pop(CLIENT_LEFT, None)
        stop_recording()

    # In the route.

    def body(self) -> bytes:
        """The request body. Raises ApiError if it is too large or incomplete."""
        if self._body_error is not None:
            raise self._body_error
        return self.request.body

    # The way out.

    def finish(self, response: Response) -> Response:
        """Apply the faults after the commit, then log the response.

        `response` comes from the route, or from whatever responded instead. Returns the response to send.
        """
        _current.set(None)
        if SUSPENSION in self.environ:
            return response
        self._deferred = take_deferred() or self._deferred
        if self._faults is not None:
            response = self._wait(self._faults, "after_commit", response) or response
            if SUSPENSION in self.environ:
                return response
            response = self._faults.apply_to(response, self.generation, self._entry)
        if self.world.settings.server_headers == "iis" and not self._rejected:
            add_iis_headers(response)
        add_mock_headers(response, self.request_id, self._behaviours)
        add_cors_headers(response, self.environ, self.world.settings.allow_origin)
        if not self.world.clock.real:  # or the server sets the header
            response.headers.add("Date", self.world.clock.http_date())
        deferred, self._deferred = self._deferred, None
        if deferred is None:
            return response if self._log(response) else self.abort()
        stop_recording()
        self._suspend(Deferred(deferred, partial(self._log, response)))
        return response

    def _log(self, response: Response) -> bool:
        """Log the response; False if it must not be sent, because the generation has ended."""
        to_logged = logged_response if self._faults is None else self._faults.to_logged_response
        return self._finish_entry(to_logged(response))

    def _finish_entry(self, response: LoggedResponse) -> bool:
        self._detach()
        return self.world.calls.finish(
            self.generation,
            self._entry,
            response,
            duration=real_time.monotonic() - self._entry.started,
            behaviours=self._behaviours,
            error=self.error,
        )
