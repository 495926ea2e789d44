"""An API request and its response, from arrival to the entry in the request log."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, request

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
from mockrevio.routes.responses import add_iis_headers, suspend
from mockrevio.scheduling import (
    CLIENT_LEFT,
    FAILURE,
    SERVER,
    SUSPENSION,
    Complete,
    End,
    Generation,
    Offload,
    Suspension,
    enter,
    require_current,
    take_deferred,
)
from mockrevio.world.world import World

EXCHANGE_KEY = "mockrevio.exchange"
"""The key of a suspended exchange in the WSGI environment."""

ARRIVED_KEY = "mockrevio.arrived"
"""The key of an exchange whose body was still to come when it was created."""

_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current_exchange() -> Exchange | None:
    """The exchange of the request in progress; None for a request that is none of the API's."""
    return _current.get()


class Exchange:
    """One API request and its response.

    `app.create_app` calls `apply_gateway`, `apply_faults` and `finish`, in this order; the route runs before
    `finish`. An exchange reads the whole request, including the body, because fault rules match on it and the
    request log shows it; if only the head is there yet, `receive_body` follows. `error` is the traceback of
    an unexpected exception, for the log.

    It belongs to the generation of the world in which it arrived. Once that is over, it ends: without a
    response, a change or an entry in the log.
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
        self._started = time.perf_counter()
        self._behaviours = start_recording()
        self._faults: AppliedFaults | None = None
        self._rejected = self._deciding = False
        self._deferred: Callable[[], None] | None = None
        self._held_response: Response | None = None
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
        host, port = environ.get("REMOTE_ADDR"), environ.get("REMOTE_PORT")
        peer = Peer(host, port) if host else None
        self._entry = LogEntry(request_id, self.request, world.clock.now(), peer, receiving=not complete)
        self._generation = world.calls.arrive(self._entry)
        environ[CLIENT_LEFT] = self._client_left
        if complete:
            self._enter()
        else:
            stop_recording()

    @property
    def receiving(self) -> bool:
        """Whether its body is still to be read."""
        return self._entry.receiving

    @property
    def generation(self) -> Generation:
        """The generation of the world that it belongs to."""
        return self._generation

    def receive_body(self) -> None:
        """Read the body that has come after the head."""
        start_recording(self._behaviours)
        self.request = replace(self.request, body=self._read_body())
        self.world.calls.log.update(self._entry, request=self.request)
        self._enter()

    def _read_body(self) -> bytes:
        """Read the body, and save any error for `body` to raise: the gateway, for one, comes first."""
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
        """Decide which faults apply, and carry out those that come before the commit.

        Waits for their latency, and returns the response of a fault that prevents the request, or None to
        run the route. Raises ApiError if a per-request fault header is invalid.
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
        return self._go_on(self._faults)

    def _go_on(self, faults: AppliedFaults) -> Response | None:
        """Wait as long as faults hold the request, then return the response of one that prevents it."""
        waiting = self._wait(faults, "before_commit")
        return faults.prevention(self.request.method) if waiting is None else waiting

    def _wait(self, faults: AppliedFaults, phase: Phase, response: Response | None = None) -> Response | None:
        """Suspend the request if faults hold it in this phase; None once they do not.

        `response` is what will be sent, if it is there already.
        """
        wait = faults.wait(phase, self._generation)
        if wait is None:
            return None
        if faults.client_must_leave:
            if SERVER not in self.environ:
                return unsupported("hang", self.world.settings.error_shape)
            if self._entry.client_left:
                self._conclude(no_response("hang") if response is None else logged_response(response, "hang"))
                return self.end()
        return self._suspend(wait, response)

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
        self._enter()
        failure = self.environ.pop(FAILURE, None)
        if failure is not None:
            raise failure
        if self._deciding:
            return self.apply_faults()
        held, self._held_response = self._held_response, None
        if held is not None or self._faults is None:
            return held
        return self._go_on(self._faults)

    def _enter(self) -> None:
        """Begin a pass. Raises GenerationOver if there must be none."""
        _current.set(self)
        start_recording(self._behaviours)
        enter(self._generation)
        require_current()

    def _client_left(self) -> None:
        """The client has closed its connection, or its sending half of it."""
        self.world.calls.log.client_left(self._entry)
        if self._entry.receiving:
            self._conclude(no_response())
        elif self._faults is not None:
            self._faults.client_left()

    def end(self) -> Response:
        """End it without a response. What this returns is not sent."""
        self._detach()
        return suspend(self.environ, End())

    def _detach(self) -> None:
        """Leave the environment, or the two would hold each other."""
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
        """Carry out the faults after the commit, then add the request to the request log.

        `response` is that of the route, or of whatever responded instead of it. Returns the response to send.
        """
        _current.set(None)
        if SUSPENSION in self.environ:
            return response
        self._deferred = take_deferred() or self._deferred
        if self._faults is not None:
            response = self._wait(self._faults, "after_commit", response) or response
            if SUSPENSION in self.environ:
                return response
            response = self._faults.alter(response, self._generation, self._entry)
        if self.world.settings.server_headers == "iis" and not self._rejected:
            add_iis_headers(response)
        response.headers.add("X-Mock-Request-Id", self.request_id)
        add_cors_headers(response, self.environ, self.world.settings.allow_origin)
        if not self.world.clock.real:  # or the server sets the header
            response.headers.add("Date", self.world.clock.http_date())
        deferred, self._deferred = self._deferred, None
        if deferred is None:
            return response if self._log(response) else self.end()
        stop_recording()
        self._suspend(Complete(deferred, partial(self._log, response)))
        return response

    def _log(self, response: Response) -> bool:
        """Log the response; False if it must not be sent, because the generation is over."""
        faults = self._faults
        return self._conclude(logged_response(response) if faults is None else faults.logged(response))

    def _conclude(self, response: LoggedResponse) -> bool:
        self._detach()
        return self.world.calls.conclude(
            self._generation,
            self._entry,
            response,
            duration=time.perf_counter() - self._started,
            behaviours=self._behaviours,
            error=self.error,
        )


def is_complete(environ: dict[str, Any]) -> bool:
    """Whether all of a request is there: another server than mockrevio's calls before the body has come."""
    return SERVER in environ or not has_body(environ)
