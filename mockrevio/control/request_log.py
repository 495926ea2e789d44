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
from mockrevio.revio.wire.envelopes import EXPLAIN
from mockrevio.revio.wire.request import Call

MOST_BYTES = 32 * 1024 * 1024
"""About how much memory the log may take, whatever the number of calls it may hold."""

LONGEST_BODY = 64 * 1024
"""Bytes of a body that are shown. Of an answer no more is kept; a request's is kept whole, for matchers."""

ENTRY_BYTES = 2000
"""About what an entry costs apart from its bodies, its path and its headers."""

MOST_MISSES = 3


@dataclass(eq=False)
class Answer:
    """What a call was answered with (no status: it was not); `delivered` says how, if not as usual."""

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    size: int
    delivered: str | None = None


@dataclass(eq=False)
class Entry:
    """One call that was answered. `duration` is in seconds of real time, `at` in the world's time.

    `whole` is the call as it came. Nobody but `call` looks at it: that masks its secrets, though only once
    somebody asks for it, since most calls are never looked at.
    """

    id: str
    whole: Call
    at: datetime
    duration: float
    answer: Answer
    fault: str | None = None
    behaviours: Sequence[str] = ()
    error: str | None = None

    @cached_property
    def call(self) -> Call:
        """The call without passwords and keys."""
        return self.whole.masked()

    @property
    def explain(self) -> str | None:
        """What the answer said that only a mock can say."""
        return next((text for name, text in self.answer.headers if name == EXPLAIN), None)

    def cost(self) -> int:
        """About how many bytes of memory the entry takes."""
        call = self.whole
        text = len(call.path) + len(call.query_string) + sum(map(len, call.headers.values()))
        return ENTRY_BYTES + text + len(call.body) + len(self.answer.body)

    def shown(self) -> dict[str, Any]:
        """The entry as the admin side shows it."""
        call, answer = self.call, self.answer
        response: dict[str, Any] = {"status": answer.status, "headers": dict(answer.headers)}
        response.update(_body(answer.body, answer.size))
        if answer.delivered is not None:
            response["delivered"] = answer.delivered
        return {
            "id": self.id,
            "at": format_date(self.at),
            "client": call.client,
            "login": call.login,
            "method": call.method,
            "path": call.path,
            "query": call.query,
            "headers": dict(call.headers),
            **_body(call.body[:LONGEST_BODY], len(call.body)),
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
    if len(data) > LONGEST_BODY:
        return None
    try:
        return parse_document(data, "body")
    except DocumentError:
        return None


@dataclass(frozen=True)
class Verified:
    """The outcome of a verification: how many calls matched, and the nearest misses where it failed."""

    ok: bool
    count: int
    misses: list[tuple[Entry, list[str]]]


class RequestLog:
    """The latest calls of one world, at most `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: deque[tuple[Entry, int]] = deque()
        self._bytes = 0
        self._version = 0
        self._changed = threading.Condition()

    def add(self, entry: Entry) -> None:
        """Take a call in; the oldest go where there is no more room."""
        cost = entry.cost()
        with self._changed:
            self._entries.append((entry, cost))
            self._bytes += cost
            while len(self._entries) > self._most or (self._bytes > MOST_BYTES and self._entries):
                _, gone = self._entries.popleft()
                self._bytes -= gone
            self._tell()

    def entries(self, matcher: Matcher | None = None) -> list[Entry]:
        """The calls that a matcher means, the oldest first."""
        found, _ = self._look()
        return found if matcher is None else [entry for entry in found if _means(matcher, entry)]

    def _look(self) -> tuple[list[Entry], int]:
        """The calls, and the number of the log's state: it is another once anything has changed."""
        with self._changed:
            return [entry for entry, _ in self._entries], self._version

    def clear(self) -> int:
        """Forget all calls; how many there were."""
        with self._changed:
            count = len(self._entries)
            self._entries.clear()
            self._bytes = 0
            self._tell()
            return count

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def verify(self, matcher: Matcher, least: int, most: int | None, timeout: float) -> Verified:
        """Whether from `least` to `most` calls match; waits up to `timeout` seconds for more to come.

        More calls than `most` cannot become fewer, so that fails at once.
        """
        end = time.monotonic() + timeout
        known: dict[str, bool] = {}  # whoever waits looks at each call once
        while True:
            found, version = self._look()
            earlier, known = known, {}
            for entry in found:
                seen = earlier.get(entry.id)
                known[entry.id] = _means(matcher, entry) if seen is None else seen
            count = sum(known.values())
            if count >= least or not self._wait(version, end):
                break
        if least <= count and (most is None or count <= most):
            return Verified(True, count, [])
        others = [entry for entry in found if not known[entry.id]]
        return Verified(False, count, _misses(matcher, others))

    def _wait(self, version: int, end: float) -> bool:
        """Wait for a change; False when the time is over."""
        with self._changed:
            while self._version == version:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True


def _fresh(call: Call) -> Call:
    """The call without what it remembers of its body once that was read: it may be many times as large."""
    return replace(call)


def _means(matcher: Matcher, entry: Entry) -> bool:
    return matcher.matches(_fresh(entry.call))


def _misses(matcher: Matcher, entries: list[Entry]) -> list[tuple[Entry, list[str]]]:
    calls = [_fresh(entry.call) for entry in entries]
    by_call = {id(call): entry for call, entry in zip(calls, entries, strict=True)}
    return [(by_call[id(call)], why) for call, why in nearest_misses(matcher, calls, MOST_MISSES)]
