"""What the request log has to know of the calls of a state machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class Call:
    """A call, with its status once it is answered."""

    method: str
    status: int | None = None

    def matches(self, method: str, status: str) -> bool:
        """Whether a filter matches it; `any` is any answer."""
        if method not in (self.method, "*") or self.status is None:
            return False
        return status in (str(self.status), f"{self.status // 100}xx", "any")


class CallLog:
    """All calls since the log was cleared, and those that a log of `size` entries still has."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.clear()

    def add(self, call: Call) -> None:
        """A call arrives."""
        self.calls.append(call)
        self.kept.append(call)
        if len(self.kept) > self._size:
            del self.kept[0]
            self.evicted += 1

    def clear(self) -> None:
        """The log forgets everything, calls in progress included."""
        self.calls: list[Call] = []
        self.kept: list[Call] = []
        self.evicted = 0

    def drop_in_progress(self) -> None:
        """The log forgets the calls in progress that it still has."""
        forgotten = [call for call in self.kept if call.status is None]
        self.kept = [call for call in self.kept if call.status is not None]
        self.calls = [call for call in self.calls if call not in forgotten]

    def count(self, method: str, status: str) -> int:
        """How many calls really match."""
        return sum(call.matches(method, status) for call in self.calls)
