"""Comparing one request with many fault rules."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from mockrevio.control.faults.matching import Matcher
from mockrevio.revio.wire.request import ApiRequest

MAX_KEPT_SIZE = 8192
"""Bytes of memory of the largest unmatched request that a rule keeps to compute `last_miss` on demand.
A larger request is compared in a thread."""

MAX_WORK = 2_000_000
"""Bytes of a request, for each value that rules compare it with, beyond which they are compared in a thread:
this takes a few milliseconds."""


class RequestComparison:
    """A request that is compared with all rules. It is parsed once, and forgotten after the decision."""

    def __init__(self, request: ApiRequest, patterns: int) -> None:
        """Rules with this many patterns are to be compared with the request."""
        self.original = request
        self.request = replace(request)
        size = request.memory_size
        self.is_large = size > MAX_KEPT_SIZE or size * patterns > MAX_WORK
        """Whether comparing takes more than a moment, so that it is done without a lock, and only once."""
        self._differences: dict[Matcher, str | None] = {}

    @cached_property
    def _shown(self) -> ApiRequest:
        """The request without its secrets."""
        return self.request.masked()

    def difference_from(self, matcher: Matcher) -> str | None:
        """How the request differs from what matches; None if it matches. Computed only once."""
        if matcher not in self._differences:
            matches = matcher.matches(self.request)
            self._differences[matcher] = (
                None if matches else "; ".join(matcher.differences(self.request, self._shown))
            )
        return self._differences[matcher]
