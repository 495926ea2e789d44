"""What a fault rule says: which calls, when, in which phase, and to what effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

from mockrevio.control.faults.effects import Effect, read_effect
from mockrevio.control.faults.matching import Matcher, read_matcher
from mockrevio.documents import Reader, flag, one_of, parts, share, spelled, text, whole, wrong
from mockrevio.quantities import DURATION_FORM, read_duration

Phase = Literal["before_commit", "after_commit"]
PHASES: tuple[Phase, ...] = ("before_commit", "after_commit")
MOST_COUNT = 1_000_000_000


class When(NamedTuple):
    """Which of the matching calls a rule fires at; `after` and `for_` are seconds of the world's clock."""

    skip: int = 0
    every: int = 1
    times: int | None = None
    probability: float = 1.0
    after: float = 0.0
    for_: float | None = None

    @property
    def timed(self) -> bool:
        """Whether the world's clock has a say. It may be set to before the rule was armed."""
        return self.after > 0 or self.for_ is not None


class Plan(NamedTuple):
    """A rule as its JSON `document` describes it."""

    document: Mapping[str, Any]
    matcher: Matcher
    when: When
    phase: Phase
    effect: Effect
    seed: int | None


def read_plan(value: Any, place: str) -> Plan:
    """A rule from its JSON; DocumentError names every mistake with its place.

    What `shown` adds is passed over, so that a rule can be read, changed and put back.
    """
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if name not in _ADDED}
    found = parts(value, place, _READERS)
    if "effect" not in found:
        raise wrong(f"{place}.effect", 'is missing; it says what happens, as {"status": 503}')
    phase = cast(Phase, found.get("phase", "before_commit"))
    matcher = found.get("match") or read_matcher({}, place)
    return Plan(value, matcher, found.get("when", When()), phase, found["effect"], found.get("seed"))


def _when(value: Any, place: str) -> When:
    found = parts(value, place, _WHEN)
    return When(**{("for_" if name == "for" else name): part for name, part in found.items()})


_DURATION: Reader[float] = spelled(read_duration, DURATION_FORM)
_WHEN: Mapping[str, Reader[Any]] = {
    "skip": whole(0, MOST_COUNT),
    "every": whole(1, MOST_COUNT),
    "times": whole(1, MOST_COUNT),
    "probability": share,
    "after": _DURATION,
    "for": _DURATION,
}
_ADDED = frozenset({"id", "matched", "fired", "last_miss"})
_READERS: Mapping[str, Reader[Any]] = {
    "name": text,
    "match": read_matcher,
    "when": _when,
    "phase": one_of(PHASES),
    "effect": read_effect,
    "seed": whole(0),
    "optional": flag,
}
