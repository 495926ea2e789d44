"""Armed fault rules: which of them fires on a request, and how often each has matched and fired."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.control.faults.decisions import NO_FAULT, Cause, Decision, DecisionBuilder
from mockrevio.control.faults.effects import parse_effect
from mockrevio.control.faults.headers import FAULT_HEADER, PerRequestFault
from mockrevio.control.faults.request_comparison import MAX_WORK, RequestComparison
from mockrevio.control.faults.rule import Rule
from mockrevio.control.faults.specification import FaultSpec
from mockrevio.errors import UnknownFault
from mockrevio.latch import Latch
from mockrevio.quantities import ErrorRate, Latency
from mockrevio.revio.webhooks.delivery_faults import DeliveryFault
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.revio.world_clock import WorldClock
from mockrevio.scheduling import require_thread

DELIVERY_SIZE = 1000
"""About how many bytes of memory the request that delivers a notification takes."""


class FaultRules:
    """The fault rules, latency and error rate of one world. Thread-safe; all counts are exact."""

    def __init__(self, clock: WorldClock, seed: int | None) -> None:
        self._clock = clock
        self._seed = seed
        self._lock = threading.Lock()
        self._rules: dict[int, Rule] = {}
        self._patterns = self._delivery_patterns = 0
        """How many values the rules for requests, and those for notifications, compare."""
        self._latency: Latency | None = None
        self._latency_removed = Latch()
        self.error_rate: ErrorRate | None = None
        self._next_id = 1
        self.fired_on_deliveries: Counter[str] = Counter()
        """How many faults have fired on notifications, by kind. Nothing resets it."""
        self.version = 0
        """Increases with every change of the rules, and whenever one of them matches."""
        self._restart_random()

    @property
    def idle(self) -> bool:
        """Whether there are no rules, latency or error rate, so that nothing needs to be evaluated."""
        return not self._rules and self._latency is None and self.error_rate is None

    @property
    def latency(self) -> Latency | None:
        """The delay of every request. Changing it ends the delays in progress."""
        return self._latency

    @latency.setter
    def latency(self, latency: Latency | None) -> None:
        if latency == self._latency:
            return
        with self._lock:
            removed, self._latency_removed = self._latency_removed, Latch()
            self._latency = latency
        removed.set()

    def clear(self, *, restart: bool = False) -> int:
        """Disarm all rules and return how many there were. `restart` resets ids and random sequences too."""
        with self._lock:
            removed = list(self._rules.values())
            self._rules.clear()
            if removed:
                self._rules_changed()
            if restart:
                self._next_id = 1
                if self._seed is not None:  # without one, no sequence can be told from another
                    self._restart_random()
        for rule in removed:
            rule.removed.set()
        return len(removed)

    def _restart_random(self) -> None:
        self._latency_random = self._random("latency")
        self._error_random = self._random("error_rate")

    def _random(self, name: object, seed: int | None = None) -> Random:
        effective_seed = self._seed if seed is None else seed
        return Random() if effective_seed is None else Random(f"{effective_seed}:{name}")  # noqa: S311 (not a secret)

    def add(self, specs: Sequence[FaultSpec]) -> list[dict[str, Any]]:
        """Arm rules after the existing ones and return them as JSON."""
        with self._lock:
            added = [self._arm(self._next_id + n, spec) for n, spec in enumerate(specs)]
            self._next_id += len(added)
            if added:
                self._rules_changed()
            return [rule.as_json() for rule in added]

    def _arm(self, rule_id: int, spec: FaultSpec) -> Rule:
        """Arm a rule. Its random sequences depend on the world's seed and its id, or only on its own seed."""
        ordinal = rule_id if spec.seed is None else "own"
        random, latency_random = (
            self._random(f"{ordinal}:{name}", spec.seed) for name in ("chance", "latency")
        )
        rule = self._rules[rule_id] = Rule(rule_id, spec, self._clock.now(), random, latency_random)
        return rule

    def _rules_changed(self) -> None:
        """Called after each change of the rules."""
        self.version += 1
        sizes = [(rule.is_about_deliveries, rule.spec.matcher.size) for rule in self._rules.values()]
        self._delivery_patterns = sum(size for is_about_deliveries, size in sizes if is_about_deliveries)
        self._patterns = sum(size for _, size in sizes) - self._delivery_patterns

    def replace(self, rule_id: int, spec: FaultSpec) -> dict[str, Any]:
        """Replace a rule, keep its id, and return it as JSON. Raises UnknownFault if no rule has this id."""
        with self._lock:
            replaced = self._require(rule_id)
            rule = self._arm(rule_id, spec).as_json()
            self._rules_changed()
        replaced.removed.set()
        return rule

    def remove(self, rule_id: int) -> dict[str, Any]:
        """Disarm a rule and return it as JSON. Raises UnknownFault if no rule has this id."""
        with self._lock:
            rule = self._require(rule_id)
            del self._rules[rule_id]
            self._rules_changed()
        rule.removed.set()
        return rule.as_json()

    def get(self, rule_id: int) -> dict[str, Any]:
        """A rule as JSON. Raises UnknownFault if no rule has this id."""
        with self._lock:
            rule = self._require(rule_id)
        return rule.as_json()  # without the lock: a last miss may take a while

    def _require(self, rule_id: int) -> Rule:
        rule = self._rules.get(rule_id)
        if rule is None:
            ids = ", ".join(map(str, self._rules)) or "none"
            raise UnknownFault(f"no fault rule has id {rule_id}; existing ids: {ids}")
        return rule

    def all(self) -> list[dict[str, Any]]:
        """All rules as JSON, in the order in which they are checked."""
        return [rule.as_json() for rule in self._all()]

    def unfired(self) -> list[dict[str, Any]]:
        """The rules that have not fired, except optional ones, as JSON."""
        return [r.as_json() for r in self._all() if not (r.fired or r.spec.document.get("optional"))]

    def specs(self) -> list[FaultSpec]:
        """The specifications of all rules, in the order in which they are checked."""
        return [rule.spec for rule in self._all()]

    def _all(self) -> list[Rule]:
        with self._lock:
            return list(self._rules.values())

    def decide(self, request: ApiRequest, per_request: PerRequestFault | None = None) -> Decision:
        """Decide what happens to a request: its per-request fault, else the first rule that fires.

        All delays add up.
        """
        if self.idle and per_request is None:
            return NO_FAULT
        comparison = RequestComparison(request, self._patterns)
        if comparison.is_large and self._rules:
            require_thread()
            self._compare(comparison, about_deliveries=False)
        with self._lock:
            decision = DecisionBuilder()
            if self._latency is not None:
                seconds = self._latency.sample(self._latency_random)
                decision.delay(seconds, "before_commit", self._latency_removed)
            if per_request is not None and per_request.latency is not None:
                decision.delay(per_request.latency.sample(self._latency_random), "before_commit")
            if per_request is not None and per_request.effect is not None:
                decision.add_effect(per_request.effect, per_request.phase, Cause(FAULT_HEADER))
            else:
                self._evaluate_rules(comparison, decision)
            return decision.build()

    def _compare(self, comparison: RequestComparison, *, about_deliveries: bool) -> None:
        """Compare a large request with the rules, before the lock is taken for the decision."""
        rules = [rule for rule in self._all() if rule.is_about_deliveries == about_deliveries]
        for rule in cancellable(rules):
            comparison.difference_from(rule.spec.matcher)

    def _evaluate_rules(self, comparison: RequestComparison, decision: DecisionBuilder) -> None:
        now = self._clock.now()
        for rule in self._rules.values():
            if rule.is_about_deliveries or not self._fires(rule, comparison, now):
                continue
            spec = rule.spec
            if spec.effect.latency is not None:
                decision.delay(spec.effect.latency.sample(rule.latency_random), spec.phase, rule.removed)
            decision.add_effect(spec.effect, spec.phase, rule.cause, rule.removed)
            if spec.effect.is_final:
                return
        rate = self.error_rate
        if rate is not None and self._error_random.random() < rate.share:
            effect = parse_effect({"status": rate.status}, "error_rate")
            decision.add_effect(effect, "before_commit", Cause("error_rate", kind="error_rate"))

    def _fires(self, rule: Rule, comparison: RequestComparison, now: datetime) -> bool:
        """Whether a rule fires on a request, which it counts."""
        matched = rule.matched
        fires = rule.evaluate(comparison, now)
        self.version += rule.matched - matched
        return fires

    def require_time_for(self, deliveries: int) -> None:
        """Raise WouldBlock on an event loop if deciding about so many deliveries may take more than a moment.

        Call this before the first `decide_delivery`.
        """
        if deliveries * self._delivery_patterns * DELIVERY_SIZE > MAX_WORK:
            require_thread()

    def decide_delivery(self, request: ApiRequest) -> DeliveryFault | None:
        """Decide what happens to a notification: the first rule about notifications that fires on it."""
        if not self._rules:
            return None
        comparison = RequestComparison(request, self._delivery_patterns)
        if comparison.is_large:
            self._compare(comparison, about_deliveries=True)
        with self._lock:
            now = self._clock.now()
            for rule in self._rules.values():
                effect = rule.spec.effect
                if effect.delivery is not None and self._fires(rule, comparison, now):
                    self.fired_on_deliveries[effect.delivery] += 1
                    latency = effect.latency
                    delay = 0.0 if latency is None else latency.sample(rule.latency_random)
                    return DeliveryFault(effect.delivery, rule.cause.label, rule.removed, delay)
            return None
