"""Fault rules at work: which of them fires at a call, and how often each matched and fired."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, NamedTuple, Protocol

from mockrevio.control.faults.effects import Effect, read_effect
from mockrevio.control.faults.headers import FAULT_HEADER, Asked
from mockrevio.control.faults.specification import Phase, Plan
from mockrevio.errors import UnknownFault
from mockrevio.quantities import ErrorRate, Latency, say_duration
from mockrevio.revio.wire.request import Call

LONGEST_KEPT = 4096
"""Bytes of the body of a call that a rule may keep until somebody asks why it did not match."""


class Now(Protocol):
    """A clock, as far as rules need one."""

    def now(self) -> datetime:
        """The present moment of the world."""


@dataclass(eq=False)
class Rule:
    """An armed rule: its plan, and what has become of it so far."""

    id: int
    plan: Plan
    armed: datetime
    chance: Random
    sizes: Random
    matched: int = 0
    candidates: int = 0
    fired: int = 0
    last_call: Call | None = field(default=None, repr=False)
    """The last call, if it did not match: what differed is only looked for when somebody asks."""
    last_reason: str | None = None

    def considers(self, call: Call, now: datetime) -> bool:
        """Count the call, and say whether the rule fires at it."""
        self.last_call = call
        self.last_reason = self._outside(now) if self.plan.when.timed else None
        if self.last_reason is not None:
            return False
        if not self.plan.matcher.matches(call):
            if len(call.body) > LONGEST_KEPT:
                self.last_reason, self.last_call = self._differences(call), None
            return False
        self.matched += 1
        self.last_call = None
        self.last_reason = self._passes_by()
        if self.last_reason is None:
            self.fired += 1
        return self.last_reason is None

    def _outside(self, now: datetime) -> str | None:
        """Why a call at this moment is none of the rule's, or None. Before the arming is too early, too."""
        when, age = self.plan.when, (now - self.armed).total_seconds()
        if age < when.after:
            return f"the rule begins in {say_duration(when.after - age)} of the world's clock"
        if when.for_ is not None and age >= when.after + when.for_:
            return "the rule's time is over"
        return None

    def _passes_by(self) -> str | None:
        """Why the rule lets a matching call pass, or None if it fires."""
        when = self.plan.when
        position = self.matched - when.skip - 1
        if position < 0:
            return f"match {self.matched} of the {when.skip} that are skipped"
        if position % when.every:
            return f"only one match in {when.every} counts"
        if when.times is not None and self.fired >= when.times:
            return f"it has fired {when.times} times already"
        self.candidates += 1
        # Drawn for every candidate, so that the n-th always decides alike.
        if self.chance.random() >= when.probability:
            return f"chance let it pass (probability {when.probability:g})"
        return None

    def last_miss(self) -> str | None:
        """Why the last call was not met by this rule; None if it was, or there was none."""
        if self.last_reason is not None:
            return self.last_reason
        return None if self.last_call is None else self._differences(self.last_call)

    def _differences(self, call: Call) -> str:
        return "; ".join(self.plan.matcher.differences(call))

    def shown(self) -> dict[str, Any]:
        """The rule as the admin side shows it."""
        counts = {"matched": self.matched, "fired": self.fired, "last_miss": self.last_miss()}
        return {"id": self.id, **self.plan.document, **counts}


class Decision(NamedTuple):
    """What is to happen to one call: seconds of delay before and after the commit, and the fault."""

    before: float = 0.0
    after: float = 0.0
    effect: Effect | None = None
    phase: Phase = "before_commit"
    cause: str | None = None


UNTOUCHED = Decision()


class _Draft:
    """A decision in the making."""

    def __init__(self) -> None:
        self._delays: dict[Phase, float] = {"before_commit": 0.0, "after_commit": 0.0}
        self._effect: Effect | None = None
        self._phase: Phase = "before_commit"
        self._causes: list[str] = []

    def delay(self, phase: Phase, seconds: float) -> None:
        """Hold the call back in this phase, in addition to what there is."""
        self._delays[phase] += seconds

    def settle(self, effect: Effect, phase: Phase, cause: str) -> None:
        """Note what fired; what decides is what happens."""
        self._causes.append(cause)
        if effect.decides:
            self._effect, self._phase = effect, phase

    def made(self) -> Decision:
        """The decision."""
        cause = ", ".join(self._causes) or None
        before, after = self._delays["before_commit"], self._delays["after_commit"]
        return Decision(before, after, self._effect, self._phase, cause)


class Faults:
    """The fault rules of one world, and its toggles. Exact under any number of threads."""

    def __init__(self, clock: Now, seed: int | None) -> None:
        self._clock = clock
        self._seed = seed
        self._lock = threading.Lock()
        self._rules: dict[int, Rule] = {}
        self.latency: Latency | None = None
        self.error_rate: ErrorRate | None = None
        self.clear(restart=True)

    @property
    def quiet(self) -> bool:
        """Whether there is neither rule nor toggle, so that no call need be looked at."""
        return not self._rules and self.latency is None and self.error_rate is None

    def clear(self, *, restart: bool = False) -> int:
        """Disarm all rules; how many there were. With `restart`, ids and chances begin anew."""
        with self._lock:
            count = len(self._rules)
            self._rules.clear()
            if restart:
                self._next_id = 1
                self._latency_chance = self._random("latency")
                self._error_chance = self._random("error_rate")
            return count

    def _random(self, name: object, seed: int | None = None) -> Random:
        chosen = self._seed if seed is None else seed
        return Random() if chosen is None else Random(f"{chosen}:{name}")  # noqa: S311 (chance, no secret)

    def add(self, plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """Arm rules, after those that are there; as shown."""
        with self._lock:
            added = [self._arm(self._next_id + n, plan) for n, plan in enumerate(plans)]
            self._next_id += len(added)
            return [rule.shown() for rule in added]

    def _arm(self, rule_id: int, plan: Plan) -> Rule:
        """A new rule's chances depend on the world's seed and on its id, or on its own seed alone."""
        ordinal = rule_id if plan.seed is None else "own"
        chance, sizes = (self._random(f"{ordinal}:{name}", plan.seed) for name in ("chance", "latency"))
        rule = self._rules[rule_id] = Rule(rule_id, plan, self._clock.now(), chance, sizes)
        return rule

    def replace(self, rule_id: int, plan: Plan) -> dict[str, Any]:
        """Put another plan in a rule's place, armed anew; UnknownFault if there is no such rule."""
        with self._lock:
            self._existing(rule_id)
            return self._arm(rule_id, plan).shown()

    def remove(self, rule_id: int) -> dict[str, Any]:
        """Disarm one rule, and show it for the last time; UnknownFault if there is no such rule."""
        with self._lock:
            self._existing(rule_id)
            return self._rules.pop(rule_id).shown()

    def get(self, rule_id: int) -> dict[str, Any]:
        """One rule; UnknownFault if there is no such rule."""
        with self._lock:
            return self._existing(rule_id).shown()

    def _existing(self, rule_id: int) -> Rule:
        rule = self._rules.get(rule_id)
        if rule is None:
            known = ", ".join(map(str, self._rules)) or "none"
            raise UnknownFault(f"no fault has the id {rule_id}; there are {known}")
        return rule

    def all(self) -> list[dict[str, Any]]:
        """All rules in the order in which they are asked."""
        with self._lock:
            return [rule.shown() for rule in self._rules.values()]

    def plans(self) -> list[Plan]:
        """The plans of all rules, in the order in which they are asked."""
        with self._lock:
            return [rule.plan for rule in self._rules.values()]

    def decide(self, call: Call, asked: Asked | None = None) -> Decision:
        """What meets a call: what it asked for, else the first rule that fires; latencies add up."""
        if self.quiet and asked is None:
            return UNTOUCHED
        with self._lock:
            decision = _Draft()
            for latency in (self.latency, asked.latency if asked else None):
                if latency is not None:
                    decision.delay("before_commit", latency.sample(self._latency_chance))
            if asked is not None and asked.effect is not None:
                decision.settle(asked.effect, asked.phase, FAULT_HEADER)
            else:
                self._ask_rules(call, decision)
            return decision.made()

    def _ask_rules(self, call: Call, decision: _Draft) -> None:
        now = self._clock.now()
        for rule in self._rules.values():
            if not rule.considers(call, now):
                continue
            plan = rule.plan
            if plan.effect.latency is not None:
                decision.delay(plan.phase, plan.effect.latency.sample(rule.sizes))
            decision.settle(plan.effect, plan.phase, _name(rule))
            if plan.effect.decides:
                return
        rate = self.error_rate
        if rate is not None and self._error_chance.random() < rate.share:
            failing = read_effect({"status": rate.status}, "error_rate")
            decision.settle(failing, "before_commit", "error_rate")


def _name(rule: Rule) -> str:
    name = rule.plan.document.get("name")
    return f"fault {rule.id} ({name})" if name else f"fault {rule.id}"
