"""What a fault rule specifies: which requests match, when it fires, in which phase, and its effect."""

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
from mockrevio.quantities import DURATION_FORMAT, parse_duration

Phase = Literal["before_commit", "after_commit"]
PHASES: tuple[Phase, ...] = ("before_commit", "after_commit")
MAX_COUNT = 1_000_000_000


class When(NamedTuple):
    """Which of its matches a rule fires on. `after` and `for_` are in seconds of the world's clock."""

    skip: int = 0
    every: int = 1
    times: int | None = None
    probability: float = 1.0
    after: float = 0.0
    for_: float | None = None

    @property
    def timed(self) -> bool:
        """Whether firing depends on the world's clock."""
        return self.after > 0 or self.for_ is not None


class FaultSpec(NamedTuple):
    """A fault rule, parsed from its JSON `document`."""

    document: Mapping[str, Any]
    matcher: Matcher
    when: When
    phase: Phase
    effect: Effect
    seed: int | None


def parse_fault(value: Any, place: str) -> FaultSpec:
    """Parse a rule from JSON. Raises DocumentError, which lists every mistake with its place.

    What `Rule.as_json` adds, such as the id and the counters, is ignored, so that you can read a rule,
    change it and send it back.
    """
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if name not in _REPORTED_PARTS}
    parts = read_object(value, place, _READERS)
    if "effect" not in parts:
        raise document_error(f"{place}.effect", 'is missing; add what the rule does, such as {"status": 503}')
    if parts["effect"].delivery is not None:
        _check_delivery_rule(parts, place)
    phase = cast(Phase, parts.get("phase", "before_commit"))
    matcher = parts.get("match") or parse_matcher({}, place)
    if "match" in parts:
        value = {**value, "match": matcher.document}
    return FaultSpec(value, matcher, parts.get("when", When()), phase, parts["effect"], parts.get("seed"))


def _check_delivery_rule(parts: Mapping[str, Any], place: str) -> None:
    """Raise DocumentError if a rule about notifications has a part that only calls have."""
    if "phase" in parts:
        message = "applies to calls, but the effect applies to notifications; remove phase"
        raise document_error(f"{place}.phase", message)
    matcher: Matcher | None = parts.get("match")
    if matcher is not None and "client" in matcher.document:
        message = "a notification has no client; match its body, such as event_type, or its path"
        raise document_error(f"{place}.match.client", message)


def _parse_when(value: Any, place: str) -> When:
    parts = read_object(value, place, _WHEN_READERS)
    return When(**{("for_" if name == "for" else name): part for name, part in parts.items()})


_DURATION: Reader[float] = from_string(parse_duration, DURATION_FORMAT)
_WHEN_READERS: Mapping[str, Reader[Any]] = {
    "skip": integer(0, MAX_COUNT),
    "every": integer(1, MAX_COUNT),
    "times": integer(1, MAX_COUNT),
    "probability": read_probability,
    "after": _DURATION,
    "for": _DURATION,
}
_REPORTED_PARTS = frozenset({"id", "starts", "expires", "matched", "fired", "last_miss"})
_READERS: Mapping[str, Reader[Any]] = {
    "name": read_text,
    "match": parse_matcher,
    "when": _parse_when,
    "phase": one_of(PHASES),
    "effect": parse_effect,
    "seed": integer(0),
    "optional": read_bool,
}
