"""An expected count, and whether it can be verified if some entries are unknown."""

from __future__ import annotations

from typing import Literal, NamedTuple

CheckResult = Literal["ok", "not_verified", "not_provable"]


class ExpectedCount(NamedTuple):
    """The minimum and the maximum allowed."""

    minimum: int = 1
    maximum: int | None = None

    def check(self, count: int, *, undecided: int = 0, evicted: int = 0) -> CheckResult:
        """Whether a count is as expected.

        `undecided` entries may still be counted later. `evicted` entries may or may not have been counted; if
        the result depends on them, it is `not_provable`.
        """
        most = count + undecided + evicted
        if self.minimum <= count and (self.maximum is None or most <= self.maximum):
            return "ok"
        if most < self.minimum or (self.maximum is not None and count > self.maximum):
            return "not_verified"
        return "not_provable" if evicted else "not_verified"

    def can_still_pass(self, count: int, *, unsettled: int = 0, evicted: int = 0) -> bool:
        """Whether waiting can help: the count may grow, or shrink by the `unsettled` entries in it."""
        if self.maximum is None:
            return True
        return max(self.minimum, count - unsettled) + evicted <= self.maximum

    def __str__(self) -> str:
        if self.maximum == self.minimum:
            return f"{self.minimum}"
        return f"at least {self.minimum}" if self.maximum is None else f"{self.minimum} to {self.maximum}"
