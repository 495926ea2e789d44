"""One call to the API from its arrival to its answer: what it is, what a fault does to it, what is logged."""

from __future__ import annotations

import time
from typing import Any

from flask import Response, request

from mockrevio.control.faults.effects import DELIVERY, PATIENCE, Delivery, Patience
from mockrevio.control.faults.headers import read_headers
from mockrevio.control.faults.rules import UNTOUCHED
from mockrevio.control.request_log import LONGEST_BODY, Answer, Entry
from mockrevio.errors import DocumentError, Problem, Refusal
from mockrevio.revio.behaviours import start_noting, stop_noting
from mockrevio.revio.wire.auth import Caller
from mockrevio.revio.wire.body import read_bytes
from mockrevio.revio.wire.envelopes import EXPLAIN, fine, to_json
from mockrevio.revio.wire.gateway_responses import JSON, Reply
from mockrevio.revio.wire.request import Call, has_body, headers_of, path_as_sent, query_as_sent
from mockrevio.routes.responses import header_text, refuse
from mockrevio.world.world import World

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_CUT_OFF = Reply(200, (("Content-Type", JSON),), to_json(fine()))
"""What a write that never happened pretends to answer, to be cut off in the middle."""


class Visit:
    """One call. `body` holds what came, or why it could not be taken, to be raised where it is needed."""

    def __init__(self, number: str, caller: Caller | str, world: World, environ: dict[str, Any]) -> None:
        self.number = number
        self.world = world
        self.error: str | None = None
        self._began = time.perf_counter()
        self._behaviours = start_noting()
        self._decision = UNTOUCHED
        self._hindered = False
        self._trouble: Refusal | None = None
        self._at = world.clock.now()
        known = caller if isinstance(caller, Caller) else None
        self.call = Call(
            environ["REQUEST_METHOD"],
            path_as_sent(environ),
            query_as_sent(environ),
            headers_of(environ),
            self._read(environ) if has_body(environ) else b"",
            known.client if known else None,
            known.login if known else None,
        )

    def _read(self, environ: dict[str, Any]) -> bytes:
        # mockrevio's own server ends a body where it ends; for others Flask must see to that.
        stream = environ["wsgi.input"] if PATIENCE in environ else request.stream
        try:
            return read_bytes(stream)
        except Refusal as refusal:
            self._trouble = refusal
            return b""

    def body(self) -> bytes:
        """The body; the Refusal that it deserves if it is too large, or broke off."""
        if self._trouble is not None:
            raise self._trouble
        return self.call.body

    # On the way in.

    def pass_gateway(self) -> Response | None:
        """The gateway's refusal, if it has one."""
        stopped = self.world.gateway.stops(self.call, self.world.settings)
        return None if stopped is None else respond(stopped.reply, stopped.explain)

    def meet_faults(self) -> Response | None:
        """Hold the call back as faults have it, and give the answer of one that keeps it from happening."""
        try:
            asked = read_headers(self.call.headers)
        except DocumentError as error:
            raise _misread(error) from None
        self._decision = decision = self.world.faults.decide(self.call, asked)
        _hold(decision.before)
        effect = decision.effect
        if effect is None or decision.phase != "before_commit" or not effect.hinders:
            return None
        if effect.reply is None and self._only_cut_off() and self.call.method in _READS:
            return None  # there is nothing to keep from happening: its own answer is cut off
        self._hindered = True
        return respond(_CUT_OFF if effect.reply is None else self._reply(), None)

    def _only_cut_off(self) -> bool:
        return self._delivery is not None and self._delivery.kind == "truncate"

    @property
    def _delivery(self) -> Delivery | None:
        effect = self._decision.effect
        return None if effect is None else effect.delivery

    def _reply(self) -> Reply:
        effect = self._decision.effect
        if effect is None or effect.reply is None:
            raise RuntimeError("no fault answers this call")
        return effect.reply(self.world.settings.error_shape)

    # On the way out.

    def leave(self, response: Response) -> Response:
        """Let faults have the answer, and note the call in the log."""
        decision = self._decision
        _hold(decision.after)
        if decision.effect is not None and decision.effect.reply is not None and not self._hindered:
            response = respond(self._reply(), None)
        if decision.cause is not None:
            _explain(response, f"{decision.cause} fired")
        if self._delivery is not None:
            response = self._deliver(response, self._delivery)
        response.headers.add("X-Mock-Request-Id", self.number)
        self._log(response)
        return response

    def _deliver(self, response: Response, delivery: Delivery) -> Response:
        if PATIENCE in request.environ:
            request.environ[DELIVERY] = delivery
            return response
        explain = f"only mockrevio's own server can deliver an answer by {delivery.kind}; this is another"
        problem = Problem("server_error", "An error has occurred.", explain=explain)
        return refuse([problem], self.world.settings.error_shape)

    def _log(self, response: Response) -> None:
        stop_noting()
        self.world.behaviours.add(self._behaviours)
        self.world.log.add(
            Entry(
                id=self.number,
                whole=self.call,
                at=self._at,
                duration=time.perf_counter() - self._began,
                answer=self._answer(response),
                fault=self._decision.cause,
                behaviours=self._behaviours,
                error=self.error,
            )
        )

    def _answer(self, response: Response) -> Answer:
        """What the log says of the answer: nothing of one that neither happened nor arrived."""
        kind = None if self._delivery is None else self._delivery.kind
        if self._hindered and kind in ("reset", "empty", "garbage", "hang"):
            return Answer(None, (), b"", 0, kind)
        body = response.get_data()
        headers = tuple(response.headers.items())
        return Answer(response.status_code, headers, body[:LONGEST_BODY], len(body), kind)


def respond(reply: Reply, explain: str | None) -> Response:
    """An answer made of plain values."""
    response = Response(reply.body, reply.status, headers=list(reply.headers))
    if explain is not None:
        _explain(response, explain)
    return response


def _explain(response: Response, text: str) -> None:
    earlier = response.headers.get(EXPLAIN)
    response.headers[EXPLAIN] = header_text(text if earlier is None else f"{earlier}; {text}")


def _misread(error: DocumentError) -> Refusal:
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
    return Refusal(*problems)


def _hold(seconds: float) -> None:
    """Wait; a server that stops waits for nobody."""
    if seconds <= 0:
        return
    patience: Patience | None = request.environ.get(PATIENCE)
    if patience is None:
        time.sleep(seconds)
    else:
        patience.wait(seconds)
