"""The faults of one request: which delays and which effect apply."""

from __future__ import annotations

import math
from typing import NamedTuple

from mockrevio.control.faults.effects import Effect
from mockrevio.control.faults.specification import Phase
from mockrevio.latch import Latch


class Delay(NamedTuple):
    """A delay in seconds, infinite for a hang. It ends early when its fault is removed."""

    seconds: float
    phase: Phase
    removed: Latch | None = None

    @property
    def remaining(self) -> float:
        """The seconds that still apply."""
        return 0.0 if self.removed is not None and self.removed.is_set else self.seconds


class Cause(NamedTuple):
    """A fault that fired: a rule with its id and optional name, or another fault with a label."""

    label: str
    rule_id: int | None = None
    rule_name: str | None = None
    kind: str = ""
    """What the fault does, as `Effect.kind` has it; `error_rate` for the setting."""

    @property
    def names(self) -> list[str]:
        """Everything that filters can find it by."""
        names = [self.label]
        if self.rule_id is not None:
            names.append(str(self.rule_id))
        if self.rule_name:
            names.append(self.rule_name)
        return names


class Decision(NamedTuple):
    """What faults do to one request: the delays, and the effect in its phase.

    `removed` happens when the fault that has the effect is removed.
    """

    delays: tuple[Delay, ...] = ()
    effect: Effect | None = None
    phase: Phase = "before_commit"
    removed: Latch | None = None
    causes: tuple[Cause, ...] = ()

    @property
    def cause(self) -> str | None:
        """The faults that fired, in words."""
        return ", ".join(cause.label for cause in self.causes) or None

    def delays_in(self, phase: Phase) -> list[Delay]:
        """The delays in a phase that are not over."""
        return [delay for delay in self.delays if delay.phase == phase and delay.remaining]


NO_FAULT = Decision()


class DecisionBuilder:
    """Collects delays and effects into a Decision."""

    def __init__(self) -> None:
        self._delays: list[Delay] = []
        self._effect: Effect | None = None
        self._phase: Phase = "before_commit"
        self._removed: Latch | None = None
        self._causes: list[Cause] = []

    def delay(self, seconds: float, phase: Phase, removed: Latch | None = None) -> None:
        """Add a delay."""
        self._delays.append(Delay(seconds, phase, removed))

    def add_effect(self, effect: Effect, phase: Phase, cause: Cause, removed: Latch | None = None) -> None:
        """Record that an effect fired; a final one decides the response. A hang is a delay without an end."""
        self._causes.append(cause if cause.kind else cause._replace(kind=effect.kind))
        if effect.hangs:
            self.delay(math.inf, phase, removed)
        elif effect.is_final:
            self._effect, self._phase, self._removed = effect, phase, removed

    def build(self) -> Decision:
        """Return the decision."""
        if not self._delays and not self._causes:
            return NO_FAULT
        return Decision(tuple(self._delays), self._effect, self._phase, self._removed, tuple(self._causes))
