"""Server-sent events: the calls and the changes of one world, as they happen."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice
from typing import Any

from flask import Response, request

from mockrevio import __version__, real_time
from mockrevio.cancellation import CancelScope
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.routes.admin.responses import current_world
from mockrevio.routes.current_worlds import telemetry
from mockrevio.routes.responses import CompleteResponse
from mockrevio.scheduling import STREAM
from mockrevio.world.part_versions import PARTS
from mockrevio.world.world import World

MAX_CALLS = 100
"""How many calls one event lists."""

KEEP_ALIVE = 15.0
"""Seconds between two comments that keep proxies from closing the connection."""


def stream() -> Response:
    """The events of a world from now on, until the client leaves, the world is deleted or the server stops.

    The server takes them from the stream in the environment; see `mockrevio.scheduling`.
    """
    request.environ[STREAM] = EventStream(current_world(), telemetry().open_streams)
    response = CompleteResponse(content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would send the events once it has a few kilobytes
    return response


class EventStream:
    """The events of one world for one client.

    It remembers what it has sent, and looks at nothing that has not changed since: at the versions of the
    parts of the world, at the latest calls of the log, and at the calls that it has sent in progress.
    """

    def __init__(
        self, world: World, open_streams: set[object], now: Callable[[], float] = real_time.monotonic
    ) -> None:
        """It is among `open_streams` while it is sent. `now` returns seconds of real time, for the comments
        that keep the connection alive."""
        self._open_streams = open_streams
        self._calls = world.calls
        self.scope: CancelScope = world.calls.lifetime
        """What ends it: the end of the world, not that of its state."""
        self._versions = world.part_versions()
        self._ids = count(1)
        self._log_version = world.calls.log.version
        latest = world.calls.log.latest(0, world.calls.log.maximum)
        self._last_number = latest.last_number
        self._in_progress = {entry.number: entry for entry in latest.entries if entry.in_progress}
        """The calls that the client may take to be in progress, by number."""
        self._second = 0
        """The first second whose counts were not sent yet."""
        self._now = now
        self._keep_alive_at = now() + KEEP_ALIVE

    def take(self) -> bytes:
        """The events since the last call; empty if there are none."""
        if not self._second:
            self._open_streams.add(self)
            return self._hello()
        changed = self._versions.take_changed()
        events = [self._event("changed", {"parts": changed})] if changed else []
        if "log" in changed:
            self._in_progress.clear()
        version = self._calls.log.version
        if version != self._log_version:
            self._log_version = version
            events += self._new_calls()
        now = self._calls.rates.now()
        if now > self._second:
            events += [
                self._event("rates", second._asdict())
                for second in self._calls.rates.between(self._second, now)
            ]
            self._second = now
        if self._now() >= self._keep_alive_at:
            self._keep_alive_at = self._now() + KEEP_ALIVE
            events.append(b": keep-alive\n\n")
        return b"".join(events)

    def ended(self) -> None:
        """Called once, when it is over."""
        self._open_streams.discard(self)

    def _hello(self) -> bytes:
        """The first event. The rates of the seconds that follow are events of their own."""
        self._second = now = self._calls.rates.now()
        return self._event(
            "hello", {"version": __version__, "parts": PARTS, "rates": self._calls.rates.as_json(now)}
        )

    def _new_calls(self) -> list[bytes]:
        """The event of the calls that were answered or have arrived.

        Those that were sent in progress come first, or a client would believe that they still are.
        """
        answered = (entry for entry in self._in_progress.values() if not entry.in_progress)
        entries = list(islice(answered, MAX_CALLS))
        for entry in entries:
            del self._in_progress[entry.number]
        if len(entries) == MAX_CALLS:  # there may be more of them, for the next event
            self._log_version = -1
        latest = self._calls.log.latest(self._last_number, MAX_CALLS - len(entries))
        self._last_number = latest.last_number
        omitted = latest.arrived - len(latest.entries)
        entries += latest.entries
        if not entries and not omitted:
            return []
        summaries = [entry.summary() for entry in entries]
        for entry, summary in zip(entries, summaries, strict=True):
            if summary["in_progress"]:
                self._in_progress[entry.number] = entry
        return [self._event("calls", {"calls": summaries, "omitted": omitted})]

    def _event(self, name: str, data: dict[str, Any]) -> bytes:
        return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), next(self._ids), encode_json(data))
