"""What differs from the contract. No finding has a value of a request or a response: it may be personal."""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["violation", "note"]
Side = Literal["request", "response"]


class Finding(NamedTuple):
    """One difference.

    `place` looks like `query page`, `body records[].status` or `header Location`. A `note` is what the
    contract does not describe but allows: Rev.io takes a number for a text, and may send further fields.
    """

    severity: Severity
    operation: str
    side: Side
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.side}: {self.place}: {self.message}"


class Place(NamedTuple):
    """Where a check looks, which its findings have in common."""

    operation: str
    side: Side

    def violation(self, place: str, message: str) -> Finding:
        """What the contract does not allow."""
        return Finding("violation", self.operation, self.side, place, message)

    def note(self, place: str, message: str) -> Finding:
        """What it allows without describing it."""
        return Finding("note", self.operation, self.side, place, message)
