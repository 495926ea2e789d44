"""The console's switches for faults: each is a fault rule that is armed by one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

_WRITES = {"method": ["POST", "PUT", "PATCH", "DELETE"]}

Group = Literal["main", "answers", "notifications"]


class Switch(NamedTuple):
    """A switch: its rule, and how it looks. The rule is named `console: NAME`, by which it is found again."""

    name: str
    title: str
    text: str
    icon: str
    group: Group
    rule: Mapping[str, Any]


def _preset(name: str) -> dict[str, Any]:
    return {"effect": {"preset": name}}


def _connection(kind: str) -> dict[str, Any]:
    return {"effect": {"connection": kind}}


def _delivery(kind: str, **more: str) -> dict[str, Any]:
    return {"effect": {"delivery": kind, **more}}


_LOST: Mapping[str, Any] = {"match": _WRITES, "phase": "after_commit", **_connection("reset")}
_FLAKY: Mapping[str, Any] = {"when": {"probability": 0.3}, **_preset("unavailable")}

SWITCHES: Sequence[Switch] = (
    Switch("outage", "Outage", "Every call fails with a 503.", "power", "main", _preset("unavailable")),
    Switch("flaky", "Flaky, 30 %", "3 of 10 calls fail with a 503.", "activity", "main", _FLAKY),
    Switch(
        "slow", "Slow", "Every answer takes 1 to 3 seconds longer.", "timer", "main",
        {"effect": {"latency": "1s..3s"}},
    ),
    Switch(
        "rate limited", "Rate limited", "429 with Retry-After: 26, as the gateway sends it.", "gauge", "main",
        _preset("rate_limited"),
    ),
    Switch(
        "quota exhausted", "Quota exhausted", "403: out of call volume quota, for hours.", "ban", "main",
        _preset("quota_exceeded"),
    ),
    Switch(
        "answer lost", "Answer lost after the write", "The write happens, then the connection breaks.",
        "unlink", "main", _LOST,
    ),
    Switch(
        "connection reset", "Connections reset", "The connection breaks, and nothing happens.", "unplug",
        "main", _connection("reset"),
    ),
    Switch(
        "no answer", "No answer", "Calls hang until the client gives up.", "hourglass", "main",
        _connection("hang"),
    ),
    Switch("login refused", "Login refused", "401", "key-round", "answers", _preset("unauthorized")),
    Switch("no permission", "No permission", "403", "ban", "answers", _preset("forbidden")),
    Switch("missing key", "Subscription key missing", "401", "key-round", "answers", _preset("missing_key")),
    Switch("invalid key", "Subscription key invalid", "401", "key-round", "answers", _preset("invalid_key")),
    Switch("server error", "Server error", "500", "bug", "answers", _preset("server_error")),
    Switch("proxy error", "HTML page of a proxy", "502", "globe", "answers", _preset("html_error")),
    Switch("empty body", "Empty body", "200", "eraser", "answers", _preset("empty_body")),
    Switch("broken JSON", "Broken JSON", "200", "file-json", "answers", _preset("broken_json")),
    Switch("cut off", "Answer cut off", "half a body", "unplug", "answers", _connection("truncate")),
    Switch("garbage", "Not HTTP", "garbage", "bug", "answers", _connection("garbage")),
    Switch("closed", "Closed without an answer", "no byte", "unplug", "answers", _connection("empty")),
    Switch(
        "drip", "Body in drips", "over 5 s", "hourglass", "answers",
        {"effect": {"drip": {"chunks": 10, "over": "5s"}}},
    ),
    Switch("notifications lost", "Lost", "never sent", "ban", "notifications", _delivery("lost")),
    Switch("notifications twice", "Twice", "same event_id", "repeat", "notifications", _delivery("twice")),
    Switch(
        "notifications late", "Late", "30 s", "clock", "notifications", _delivery("late", latency="30s")
    ),
    Switch(
        "notifications out of order", "Out of order", "after the next one", "arrow-left-right",
        "notifications", _delivery("out_of_order"),
    ),
)  # fmt: skip
"""Every preset and every fault of connections and deliveries has one; the most wanted come first."""
