"""Fault rules at work: which of them fires at a call, and how often each matched and fired."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, NamedTuple, Protocol

from mockrevio.control.faults.effects import Effect, parse_effect
from mockrevio.control.faults.headers import FAULT_HEADER, PerRequestFault
from mockrevio.control.faults.specification import FaultSpec, Phase
from mockrevio.errors import UnknownFault
from mockrevio.quantities import ErrorRate, Latency, format_duration
from mockrevio.revio.wire.request import ApiRequest

MAX_KEPT_BODY = 4096
"""Bytes of the body of a call that a rule may keep until somebody asks why it did not match."""


class Clock(Protocol):
    """A clock, as far as rules need one."""

    def now(self) -> datetime:
        """The present moment of the world."""


@dataclass(eq=False)
class Rule:
    """An armed rule: its plan, and what has become of it so far."""

    id: int
    spec: FaultSpec
    armed: datetime
    random: Random
    latency_random: Random
    matched: int = 0
    candidates: int = 0
    fired: int = 0
    last_call: ApiRequest | None = field(default=None, repr=False)
    """The last call, if it did not match: what differed is only looked for when somebody asks."""
    last_reason: str | None = None

    def evaluate(self, call: ApiRequest, now: datetime) -> bool:
        """Count the call, and say whether the rule fires at it."""
        self.last_call = call
        self.last_reason = self._outside_time_window(now) if self.spec.when.timed else None
        if self.last_reason is not None:
            return False
        if not self.spec.matcher.matches(call):
            if len(call.body) > MAX_KEPT_BODY:
                self.last_reason, self.last_call = self._differences(call), None
            return False
        self.matched += 1
        self.last_call = None
        self.last_reason = self._reason_to_pass()
        if self.last_reason is None:
            self.fired += 1
        return self.last_reason is None

    def _outside_time_window(self, now: datetime) -> str | None:
        """Why a call at this moment is none of the rule's, or None. Before the arming is too early, too."""
        when, age = self.spec.when, (now - self.armed).total_seconds()
        if age < when.after:
            return f"the rule begins in {format_duration(when.after - age)} of the world's clock"
        if when.for_ is not None and age >= when.after + when.for_:
            return "the rule's time is over"
        return None

    def _reason_to_pass(self) -> str | None:
        """Why the rule lets a matching call pass, or None if it fires."""
        when = self.spec.when
        position = self.matched - when.skip - 1
        if position < 0:
            return f"match {self.matched} of the {when.skip} that are skipped"
        if position % when.every:
            return f"only one match in {when.every} counts"
        if when.times is not None and self.fired >= when.times:
            return f"it has fired {when.times} times already"
        self.candidates += 1
        # Drawn for every candidate, so that the n-th always decides alike.
        if self.random.random() >= when.probability:
            return f"chance let it pass (probability {when.probability:g})"
        return None

    def last_miss(self) -> str | None:
        """Why the last call was not met by this rule; None if it was, or there was none."""
        if self.last_reason is not None:
            return self.last_reason
        return None if self.last_call is None else self._differences(self.last_call)

    def _differences(self, call: ApiRequest) -> str:
        return "; ".join(self.spec.matcher.differences(call))

    def as_json(self) -> dict[str, Any]:
        """The rule as the admin side shows it."""
        counts = {"matched": self.matched, "fired": self.fired, "last_miss": self.last_miss()}
        return {"id": self.id, **self.spec.document, **counts}


class Decision(NamedTuple):
    """What is to happen to one call: seconds of delay before and after the commit, and the fault."""

    before: float = 0.0
    after: float = 0.0
    effect: Effect | None = None
    phase: Phase = "before_commit"
    cause: str | None = None


NO_FAULT = Decision()


class _DecisionBuilder:
    """A decision in the making."""

    def __init__(self) -> None:
        self._delays: dict[Phase, float] = {"before_commit": 0.0, "after_commit": 0.0}
        self._effect: Effect | None = None
        self._phase: Phase = "before_commit"
        self._causes: list[str] = []

    def delay(self, phase: Phase, seconds: float) -> None:
        """Hold the call back in this phase, in addition to what there is."""
        self._delays[phase] += seconds

    def add_effect(self, effect: Effect, phase: Phase, cause: str) -> None:
        """Note what fired; what decides is what happens."""
        self._causes.append(cause)
        if effect.is_final:
            self._effect, self._phase = effect, phase

    def build(self) -> Decision:
        """The decision."""
        cause = ", ".join(self._causes) or None
        before, after = self._delays["before_commit"], self._delays["after_commit"]
        return Decision(before, after, self._effect, self._phase, cause)


class FaultRules:
    """The fault rules of one world, and its toggles. Exact under any number of threads."""

    def __init__(self, clock: Clock, seed: int | None) -> None:
        self._clock = clock
        self._seed = seed
        self._lock = threading.Lock()
        self._rules: dict[int, Rule] = {}
        self.latency: Latency | None = None
        self.error_rate: ErrorRate | None = None
        self.clear(restart=True)

    @property
    def idle(self) -> bool:
        """Whether there is neither rule nor toggle, so that no call need be looked at."""
        return not self._rules and self.latency is None and self.error_rate is None

    def clear(self, *, restart: bool = False) -> int:
        """Disarm all rules; how many there were. With `restart`, ids and chances begin anew."""
        with self._lock:
            count = len(self._rules)
            self._rules.clear()
            if restart:
                self._next_id = 1
                self._latency_random = self._random("latency")
                self._error_random = self._random("error_rate")
            return count

    def _random(self, name: object, seed: int | None = None) -> Random:
        effective_seed = self._seed if seed is None else seed
        return Random() if effective_seed is None else Random(f"{effective_seed}:{name}")  # noqa: S311 (chance, no secret)

    def add(self, specs: Sequence[FaultSpec]) -> list[dict[str, Any]]:
        """Arm rules, after those that are there; as shown."""
        with self._lock:
            added = [self._arm(self._next_id + n, spec) for n, spec in enumerate(specs)]
            self._next_id += len(added)
            return [rule.as_json() for rule in added]

    def _arm(self, rule_id: int, spec: FaultSpec) -> Rule:
        """A new rule's chances depend on the world's seed and on its id, or on its own seed alone."""
        ordinal = rule_id if spec.seed is None else "own"
        chance, latency_random = (
            self._random(f"{ordinal}:{name}", spec.seed) for name in ("chance", "latency")
        )
        rule = self._rules[rule_id] = Rule(rule_id, spec, self._clock.now(), chance, latency_random)
        return rule

    def replace(self, rule_id: int, spec: FaultSpec) -> dict[str, Any]:
        """Put another plan in a rule's place, armed anew; UnknownFault if there is no such rule."""
        with self._lock:
            self._require(rule_id)
            return self._arm(rule_id, spec).as_json()

    def remove(self, rule_id: int) -> dict[str, Any]:
        """Disarm one rule, and show it for the last time; UnknownFault if there is no such rule."""
        with self._lock:
            self._require(rule_id)
            return self._rules.pop(rule_id).as_json()

    def get(self, rule_id: int) -> dict[str, Any]:
        """One rule; UnknownFault if there is no such rule."""
        with self._lock:
            return self._require(rule_id).as_json()

    def _require(self, rule_id: int) -> Rule:
        rule = self._rules.get(rule_id)
        if rule is None:
            known = ", ".join(map(str, self._rules)) or "none"
            raise UnknownFault(f"no fault has the id {rule_id}; there are {known}")
        return rule

    def all(self) -> list[dict[str, Any]]:
        """All rules in the order in which they are asked."""
        with self._lock:
            return [rule.as_json() for rule in self._rules.values()]

    def specs(self) -> list[FaultSpec]:
        """The plans of all rules, in the order in which they are asked."""
        with self._lock:
            return [rule.spec for rule in self._rules.values()]

    def decide(self, call: ApiRequest, per_request: PerRequestFault | None = None) -> Decision:
        """What meets a call: what it asked for, else the first rule that fires; latencies add up."""
        if self.idle and per_request is None:
            return NO_FAULT
        with self._lock:
            decision = _DecisionBuilder()
            for latency in (self.latency, per_request.latency if per_request else None):
                if latency is not None:
                    decision.delay("before_commit", latency.sample(self._latency_random))
            if per_request is not None and per_request.effect is not None:
                decision.add_effect(per_request.effect, per_request.phase, FAULT_HEADER)
            else:
                self._evaluate_rules(call, decision)
            return decision.build()

    def _evaluate_rules(self, call: ApiRequest, decision: _DecisionBuilder) -> None:
        now = self._clock.now()
        for rule in self._rules.values():
            if not rule.evaluate(call, now):
                continue
            spec = rule.spec
            if spec.effect.latency is not None:
                decision.delay(spec.phase, spec.effect.latency.sample(rule.latency_random))
            decision.add_effect(spec.effect, spec.phase, _describe(rule))
            if spec.effect.is_final:
                return
        rate = self.error_rate
        if rate is not None and self._error_random.random() < rate.share:
            failing = parse_effect({"status": rate.status}, "error_rate")
            decision.add_effect(failing, "before_commit", "error_rate")


def _describe(rule: Rule) -> str:
    name = rule.spec.document.get("name")
    return f"fault {rule.id} ({name})" if name else f"fault {rule.id}"
