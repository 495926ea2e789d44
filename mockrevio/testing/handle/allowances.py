"""What a strict check of a test lets pass: errors that it expects, and assumed rules that it may rely on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockrevio.errors import UnknownArgument

__tracebackhide__ = True  # a failure points at the line of the test


class Allowances:
    """The allowances of one test."""

    def __init__(self) -> None:
        self.errors: list[dict[str, Any]] = []
        """Matchers of calls that may fail."""
        self.assumed: list[str] = []
        """Names of assumed rules, which may have wildcards."""

    def allow_assumed(self, rules: Iterable[str]) -> None:
        """Add rules. Raises UnknownArgument for a name that no assumed rule has."""
        from mockrevio.revio.behaviours import assumed_rules

        names = list(rules)
        try:
            assumed_rules(names)
        except ValueError as error:
            raise UnknownArgument(f"allow_assumed: {error}") from None
        self.assumed += names

    def expect(self, match: Mapping[str, Any]) -> None:
        """Allow the errors that a check has asserted, if it was about the status."""
        if match.get("status", "any") not in ("any", "none", None):
            self.errors.append(dict(match))

    def clear(self) -> None:
        """Allow nothing any more."""
        self.errors.clear()
        self.assumed.clear()

    def as_json(self) -> dict[str, Any]:
        """The allowances as options of `POST /check`."""
        return {"allow_errors": self.errors, "allow_assumed": self.assumed}
