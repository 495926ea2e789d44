"""Comparing what was observed of two services, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from mockrevio.contract.verify.observations import Observations, Value
from mockrevio.contract.verify.probes import PROBES
from mockrevio.contract.verify.rules import RULES, UNPROBED
from mockrevio.revio.behaviours import Behaviour

Verdict = Literal["same", "differs", "not checked"]
_WRITING = frozenset(each.rule for each in PROBES if each.writes is not None)


class Comparison(NamedTuple):
    """One case of a rule: what the mock does, and what the other service does."""

    case: str
    mock: Value
    service: Value

    @property
    def differs(self) -> bool:
        """Whether they do different things."""
        return bool(self.mock != self.service)


class Result(NamedTuple):
    """The verdict on one rule."""

    rule: Behaviour
    cases: Sequence[Comparison]
    reason: str
    """Why it was not checked, or not completely; may be empty."""

    @property
    def verdict(self) -> Verdict:
        """Same if all that could be compared is the same."""
        if not self.cases:
            return "not checked"
        return "differs" if self.differences else "same"

    @property
    def differences(self) -> list[Comparison]:
        """The cases that differ."""
        return [case for case in self.cases if case.differs]


def compare(mock: Observations, service: Observations) -> list[Result]:
    """A result for each rule. Compared is what was seen on both sides."""
    return [_compare(rule, mock, service) for rule in RULES.values()]


def _compare(rule: Behaviour, mock: Observations, service: Observations) -> Result:
    expected, found = mock.cases.get(rule.name, {}), service.cases.get(rule.name, {})
    cases = [
        Comparison(case, value, found[case]) for case, value in sorted(expected.items()) if case in found
    ]
    incomplete = service.reasons.get(rule.name, "")
    return Result(rule, cases, incomplete if cases else _reason(rule.name, mock, service))


def _reason(name: str, mock: Observations, service: Observations) -> str:
    if name in UNPROBED:
        return UNPROBED[name]
    if name in service.reasons:
        return service.reasons[name]
    if name in mock.reasons:
        return f"in the mock, {mock.reasons[name]}"
    if name in _WRITING:
        return "needs --write"
    return "there was nothing to compare"


def differing(results: Sequence[Result]) -> list[Result]:
    """The rules that differ."""
    return [result for result in results if result.verdict == "differs"]
