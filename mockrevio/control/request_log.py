"""What was called: the latest calls with their answers, bounded by number and by memory."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from mockrevio.control.faults.matching import Matcher, nearest_misses
from mockrevio.documents import parse_document
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER
from mockrevio.revio.wire.request import ApiRequest

MAX_BYTES = 32 * 1024 * 1024
"""About how much memory the log may take, whatever the number of calls it may hold."""

MAX_BODY_SHOWN = 64 * 1024
"""Bytes of a body that are shown. Of an answer no more is kept; a request's is kept whole, for matchers."""

ENTRY_OVERHEAD = 2000
"""About what an entry costs apart from its bodies, its path and its headers."""

MAX_MISSES = 3


@dataclass(eq=False)
class LoggedResponse:
    """What a call was answered with (no status: it was not); `connection_fault` says how, if not as usual."""

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    size: int
    connection_fault: str | None = None


@dataclass(eq=False)
class LogEntry:
    """One call that was answered. `duration` is in seconds of real time, `at` in the world's time.

    `request` is the call as it came. Nobody but `redacted_request` looks at it: that masks its secrets, though only once
    somebody asks for it, since most calls are never looked at.
    """

    id: str
    request: ApiRequest
    at: datetime
    duration: float
    response: LoggedResponse
    fault: str | None = None
    behaviours: Sequence[str] = ()
    error: str | None = None

    @cached_property
    def redacted_request(self) -> ApiRequest:
        """The call without passwords and keys."""
        return self.request.redacted()

    @property
    def explain(self) -> str | None:
        """What the answer said that only a mock can say."""
        return next((text for name, text in self.response.headers if name == EXPLAIN_HEADER), None)

    def memory_size(self) -> int:
        """About how many bytes of memory the entry takes."""
        call = self.request
        text = len(call.path) + len(call.query_string) + sum(map(len, call.headers.values()))
        return ENTRY_OVERHEAD + text + len(call.body) + len(self.response.body)

    def as_json(self) -> dict[str, Any]:
        """The entry as the admin side shows it."""
        call, answer = self.redacted_request, self.response
        response: dict[str, Any] = {"status": answer.status, "headers": dict(answer.headers)}
        response.update(_body(answer.body, answer.size))
        if answer.connection_fault is not None:
            response["delivered"] = answer.connection_fault
        return {
            "id": self.id,
            "at": format_date(self.at),
            "client": call.client,
            "login": call.login,
            "method": call.method,
            "path": call.path,
            "query": call.query,
            "headers": dict(call.headers),
            **_body(call.body[:MAX_BODY_SHOWN], len(call.body)),
            "json": _json(call.body),
            "response": response,
            "duration_ms": round(self.duration * 1000, 3),
            "fault": self.fault,
            "explain": self.explain,
            "behaviours": list(self.behaviours),
            "error": self.error,
        }


def _body(data: bytes, size: int) -> dict[str, Any]:
    shown: dict[str, Any] = {"body": data.decode("utf-8", "replace") if data else None}
    if size > len(data):
        shown["body_truncated"] = f"{len(data)} of {size} bytes"
    return shown


def _json(data: bytes) -> Any:
    """A body as the JSON that it is, for whoever looks at single fields; None for one that is none."""
    if len(data) > MAX_BODY_SHOWN:
        return None
    try:
        return parse_document(data, "body")
    except DocumentError:
        return None


@dataclass(frozen=True)
class Verification:
    """The outcome of a verification: how many calls matched, and the nearest misses where it failed."""

    ok: bool
    count: int
    misses: list[tuple[LogEntry, list[str]]]


class RequestLog:
    """The latest calls of one world, at most `maximum` of them."""

    def __init__(self, maximum: int) -> None:
        self._max_entries = maximum
        self._entries: deque[tuple[LogEntry, int]] = deque()
        self._bytes = 0
        self._version = 0
        self._changed = threading.Condition()

    def add(self, entry: LogEntry) -> None:
        """Take a call in; the oldest go where there is no more room."""
        size = entry.memory_size()
        with self._changed:
            self._entries.append((entry, size))
            self._bytes += size
            while len(self._entries) > self._max_entries or (self._bytes > MAX_BYTES and self._entries):
                _, gone = self._entries.popleft()
                self._bytes -= gone
            self._notify()

    def entries(self, matcher: Matcher | None = None) -> list[LogEntry]:
        """The calls that a matcher means, the oldest first."""
        found, _ = self._snapshot()
        return found if matcher is None else [entry for entry in found if _matches(matcher, entry)]

    def _snapshot(self) -> tuple[list[LogEntry], int]:
        """The calls, and the number of the log's state: it is another once anything has changed."""
        with self._changed:
            return [entry for entry, _ in self._entries], self._version

    def clear(self) -> int:
        """Forget all calls; how many there were."""
        with self._changed:
            count = len(self._entries)
            self._entries.clear()
            self._bytes = 0
            self._notify()
            return count

    def _notify(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def verify(self, matcher: Matcher, minimum: int, maximum: int | None, timeout: float) -> Verification:
        """Whether from `minimum` to `maximum` calls match; waits up to `timeout` seconds for more to come.

        More calls than `maximum` cannot become fewer, so that fails at once.
        """
        end = time.monotonic() + timeout
        known: dict[str, bool] = {}  # whoever waits looks at each call once
        while True:
            found, version = self._snapshot()
            earlier, known = known, {}
            for entry in found:
                seen = earlier.get(entry.id)
                known[entry.id] = _matches(matcher, entry) if seen is None else seen
            count = sum(known.values())
            if count >= minimum or not self._wait(version, end):
                break
        if minimum <= count and (maximum is None or count <= maximum):
            return Verification(True, count, [])
        others = [entry for entry in found if not known[entry.id]]
        return Verification(False, count, _misses(matcher, others))

    def _wait(self, version: int, end: float) -> bool:
        """Wait for a change; False when the time is over."""
        with self._changed:
            while self._version == version:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True


def _without_cache(call: ApiRequest) -> ApiRequest:
    """The call without what it remembers of its body once that was read: it may be many times as large."""
    return replace(call)


def _matches(matcher: Matcher, entry: LogEntry) -> bool:
    return matcher.matches(_without_cache(entry.redacted_request))


def _misses(matcher: Matcher, entries: list[LogEntry]) -> list[tuple[LogEntry, list[str]]]:
    calls = [_without_cache(entry.redacted_request) for entry in entries]
    by_call = {id(call): entry for call, entry in zip(calls, entries, strict=True)}
    return [(by_call[id(call)], why) for call, why in nearest_misses(matcher, calls, MAX_MISSES)]
