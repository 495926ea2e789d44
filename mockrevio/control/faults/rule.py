"""One armed fault rule, with its counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mockrevio.control.faults.decisions import Cause
from mockrevio.control.faults.request_comparison import RequestComparison
from mockrevio.control.faults.specification import FaultSpec
from mockrevio.latch import Latch
from mockrevio.quantities import format_duration
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.request import ApiRequest


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

    def evaluate(self, comparison: RequestComparison, now: datetime) -> bool:
        """Count the request and return whether the rule fires on it."""
        self.last_unmatched = None if comparison.is_large else comparison.original
        self.last_reason = self._outside_time_window(now) if self.spec.when.timed else None
        if self.last_reason is not None:
            return False
        if comparison.is_large:
            self.last_reason = comparison.difference_from(self.spec.matcher)
            if self.last_reason is not None:
                return False
        elif not self.spec.matcher.matches(comparison.request):
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
        return RequestComparison(unmatched, self.spec.matcher.size).difference_from(self.spec.matcher)

    def as_json(self) -> dict[str, Any]:
        """The rule as the admin API returns it."""
        counts = {"matched": self.matched, "fired": self.fired, "last_miss": self.last_miss()}
        return {"id": self.id, **self.spec.document, **self._time_window(), **counts}

    def _time_window(self) -> dict[str, str]:
        """When a timed rule starts and expires, by the world's clock."""
        when, window = self.spec.when, {}
        if when.after:
            window["starts"] = format_date(_later(self.armed_at, when.after))
        if when.for_ is not None:
            window["expires"] = format_date(_later(self.armed_at, when.after + when.for_))
        return window


def _later(moment: datetime, seconds: float) -> datetime:
    """So many seconds later, or the last moment that there is."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=moment.tzinfo)
