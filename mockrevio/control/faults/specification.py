"""What a fault rule says: which calls, when, in which phase, and to what effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

from mockrevio.control.faults.effects import Effect, parse_effect
from mockrevio.control.faults.matching import Matcher, parse_matcher
from mockrevio.documents import (
    Reader,
    document_error,
    from_string,
    integer,
    one_of,
    read_bool,
    read_object,
    read_probability,
    read_text,
)
from mockrevio.quantities import DURATION_FORM, parse_duration

Phase = Literal["before_commit", "after_commit"]
PHASES: tuple[Phase, ...] = ("before_commit", "after_commit")
MAX_COUNT = 1_000_000_000


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


class FaultSpec(NamedTuple):
    """A rule as its JSON `document` describes it."""

    document: Mapping[str, Any]
    matcher: Matcher
    when: When
    phase: Phase
    effect: Effect
    seed: int | None


def parse_fault(value: Any, place: str) -> FaultSpec:
    """A rule from its JSON; DocumentError names every mistake with its place.

    What `shown` adds is passed over, so that a rule can be read, changed and put back.
    """
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if name not in _REPORTED_PARTS}
    found = read_object(value, place, _READERS)
    if "effect" not in found:
        raise document_error(f"{place}.effect", 'is missing; it says what happens, as {"status": 503}')
    phase = cast(Phase, found.get("phase", "before_commit"))
    matcher = found.get("match") or parse_matcher({}, place)
    return FaultSpec(value, matcher, found.get("when", When()), phase, found["effect"], found.get("seed"))


def _parse_when(value: Any, place: str) -> When:
    found = read_object(value, place, _WHEN_READERS)
    return When(**{("for_" if name == "for" else name): part for name, part in found.items()})


_DURATION: Reader[float] = from_string(parse_duration, DURATION_FORM)
_WHEN_READERS: Mapping[str, Reader[Any]] = {
    "skip": integer(0, MAX_COUNT),
    "every": integer(1, MAX_COUNT),
    "times": integer(1, MAX_COUNT),
    "probability": read_probability,
    "after": _DURATION,
    "for": _DURATION,
}
_REPORTED_PARTS = frozenset({"id", "matched", "fired", "last_miss"})
_READERS: Mapping[str, Reader[Any]] = {
    "name": read_text,
    "match": parse_matcher,
    "when": _parse_when,
    "phase": one_of(PHASES),
    "effect": parse_effect,
    "seed": integer(0),
    "optional": read_bool,
}
