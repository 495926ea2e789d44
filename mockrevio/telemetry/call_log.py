"""The line on standard output for each call that is over, for people or for machines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from mockrevio import real_time
from mockrevio.control.calls import Broken
from mockrevio.control.clock import Clock
from mockrevio.control.request_log import LogEntry
from mockrevio.control.request_log.trace_context import trace_id_of
from mockrevio.revio.wire.secrets import mask_query
from mockrevio.telemetry.line_writer import LineWriter

_encode = json.JSONEncoder(separators=(",", ":")).encode


class CallLine(NamedTuple):
    """What a line says about a call; the keys of the JSON format are these names."""

    time: str
    """When it was over, in real time (RFC 3339, UTC)."""
    event: Literal["call"]
    id: str
    client: str | None
    peer: str | None
    method: str
    path: str
    query: str
    status: int | None
    broken: Broken | None
    duration_ms: float
    fault: str | None
    trace_id: str | None
    mock_time: str | None
    """The same moment by the clock of its world, if that differs."""


def describe(entry: LogEntry, broken: Broken | None, duration: float, clock: Clock) -> CallLine:
    """Describe a call that is over, with its secrets masked."""
    request, response, query = entry.request, entry.response, entry.request.query_string
    return CallLine(
        _now(),
        "call",
        entry.id,
        request.client,
        None if entry.peer is None else str(entry.peer),
        request.method,
        request.path,
        mask_query(query) if query else "",
        None if response is None else response.status,
        broken,
        round(duration * 1000, 3),
        entry.fault if entry.causes else None,
        trace_id_of(request.headers),
        None if clock.real else _format_time(clock.now()),
    )


def format_json(line: CallLine) -> str:
    """The line as one JSON object, in ASCII."""
    return _encode(line._asdict())


def format_text(line: CallLine) -> str:
    """The line in columns; after the path, what is true of few calls only."""
    target = f"{line.path}?{line.query}" if line.query else line.path
    text = (
        f"{line.time} {line.id} {'-' if line.status is None else line.status:>3} {line.duration_ms:>10.3f} ms"
        f"  {_printable(line.method):<7} {_printable(line.client or '-'):<12} {line.peer or '-':<21}"
        f" {_printable(target)}"
    )
    more = {
        "broken": line.broken,
        "fault": line.fault,
        "trace": line.trace_id,
        "mock_time": line.mock_time,
    }
    return text + "".join(f"  {name}={_quoted(value)}" for name, value in more.items() if value)


def _quoted(text: str) -> str:
    """A value that is not cut where it has a space."""
    return f'"{_printable(text, " ")}"' if " " in text else _printable(text)


def _printable(text: str, allowed: str = "") -> str:
    """A text without characters that end a line or a column, or do something to a terminal."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return "".join(
        char if char in allowed or (char.isprintable() and char != " ") else _escape(char) for char in text
    )


def _escape(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "backslashreplace"))


def _now() -> str:
    return _format_time(datetime.fromtimestamp(real_time.seconds_since_epoch(), UTC))


def _format_time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class CallLog:
    """Writes a line for each call that is over."""

    def __init__(self, log_format: Literal["text", "json"]) -> None:
        self._format = format_json if log_format == "json" else format_text
        self._as_json = log_format == "json"
        self.writer = LineWriter(self._describe_dropped)

    def observe(self, entry: LogEntry, broken: Broken | None, duration: float, clock: Clock) -> None:
        """Write the line of a call."""
        self.writer.write(self._format(describe(entry, broken, duration, clock)))

    def message(self, text: str) -> None:
        """Write something else to standard output, in the format of the log."""
        self.writer.write(self._event("message", {"message": text}) if self._as_json else text)

    def _describe_dropped(self, count: int) -> str:
        if self._as_json:
            return self._event("dropped", {"lines": count})
        return f"{_now()} {count} lines were dropped: standard output is read too slowly"

    @staticmethod
    def _event(event: str, values: dict[str, Any]) -> str:
        return _encode({"time": _now(), "event": event, **values})
