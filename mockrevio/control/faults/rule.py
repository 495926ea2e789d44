"""One armed fault rule, and the request that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Any

from mockrevio.control.faults.decisions import Cause
from mockrevio.control.faults.matching import Matcher
from mockrevio.control.faults.specification import FaultSpec
from mockrevio.quantities import format_duration
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.signals import Latch

MAX_KEPT_SIZE = 8192
"""Bytes of memory of the largest unmatched request that a rule keeps to compute `last_miss` on demand.
A larger request is compared in a thread."""

MAX_WORK = 2_000_000
"""Bytes of a request, for each value that rules compare it with, beyond which they are compared in a thread:
this takes a few milliseconds."""


class Subject:
    """A request for all rules to be compared with. It is parsed once, and forgotten after the decision."""

    def __init__(self, request: ApiRequest, patterns: int = 1) -> None:
        """Rules with this many patterns are to be compared with the request."""
        self.original = request
        self.request = replace(request)
        size = request.memory_size
        self.is_large = size > MAX_KEPT_SIZE or size * patterns > MAX_WORK
        """Whether comparing takes more than a moment, so that it is done without a lock, and only once."""
        self._differences: dict[Matcher, str | None] = {}

    @cached_property
    def _shown(self) -> ApiRequest:
        """The request without its secrets."""
        return self.request.masked()

    def difference_from(self, matcher: Matcher) -> str | None:
        """How the request differs from what matches; None if it matches. Computed only once."""
        if matcher not in self._differences:
            matches = matcher.matches(self.request)
            self._differences[matcher] = (
                None if matches else "; ".join(matcher.differences(self.request, self._shown))
            )
        return self._differences[matcher]


@dataclass(eq=False)
class Rule:
    """An armed rule: its specification and its counters."""

    id: int
    spec: FaultSpec
    armed_at: datetime
    random: Random
    latency_random: Random
    matched: int = 0
    fired: int = 0
    last_unmatched: ApiRequest | None = field(default=None, repr=False)
    """The last request if it did not match. Its differences are computed on demand."""
    last_reason: str | None = None
    """Why the rule did not fire on the last request, if that is known without comparing."""
    removed: Latch = field(default_factory=Latch, repr=False)
    """Set when the rule is disarmed, so that the requests that it delays continue."""

    @property
    def is_about_deliveries(self) -> bool:
        """Whether it is about notifications, not about requests of clients."""
        return self.spec.effect.delivery is not None

    @property
    def cause(self) -> Cause:
        """How the request log and webhooks show that it fired."""
        name = self.spec.document.get("name")
        return Cause(f"fault {self.id} ({name})" if name else f"fault {self.id}", self.id, name)

    def evaluate(self, subject: Subject, now: datetime) -> bool:
        """Count the request and return whether the rule fires on it."""
        self.last_unmatched = None if subject.is_large else subject.original
        self.last_reason = self._outside_time_window(now) if self.spec.when.timed else None
        if self.last_reason is not None:
            return False
        if subject.is_large:
            self.last_reason = subject.difference_from(self.spec.matcher)
            if self.last_reason is not None:
                return False
        elif not self.spec.matcher.matches(subject.request):
            return False
        self.matched += 1
        self.last_unmatched = None
        self.last_reason = self._reason_not_to_fire()
        if self.last_reason is None:
            self.fired += 1
        return self.last_reason is None

    def _outside_time_window(self, now: datetime) -> str | None:
        """Why the rule ignores requests at this time, or None. The clock may be set to before the arming."""
        when, age = self.spec.when, (now - self.armed_at).total_seconds()
        if age < when.after:
            return f"the rule starts in {format_duration(when.after - age)} (mock clock)"
        if when.for_ is not None and age >= when.after + when.for_:
            return "the rule has expired"
        return None

    def _reason_not_to_fire(self) -> str | None:
        """Why the rule does not fire on this match, or None if it does."""
        when = self.spec.when
        position = self.matched - when.skip - 1
        if position < 0:
            return f"match {self.matched} was skipped (skip {when.skip})"
        if position % when.every:
            return f"match {self.matched} was not considered (every {when.every})"
        if when.times is not None and self.fired >= when.times:
            return f"the rule has reached its limit (times {when.times})"
        # Draw for every candidate, so that the n-th always gets the same decision.
        if self.random.random() >= when.probability:
            return f"match {self.matched} was not drawn (probability {when.probability:g})"
        return None

    def last_miss(self) -> str | None:
        """Why the rule did not fire on the last request; None if it fired or has seen no request."""
        unmatched = self.last_unmatched
        if self.last_reason is not None or unmatched is None:
            return self.last_reason
        return Subject(unmatched).difference_from(self.spec.matcher)

    def as_json(self) -> dict[str, Any]:
        """The rule as the admin API returns it."""
        counts = {"matched": self.matched, "fired": self.fired, "last_miss": self.last_miss()}
        return {"id": self.id, **self.spec.document, **counts}
