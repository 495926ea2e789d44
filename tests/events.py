"""Reading the events of a world, as the console does."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.support import Client

EVENTS = "/__admin/events"


class Event(NamedTuple):
    """One event. The id of a comment is 0."""

    name: str
    id: int
    data: Any


class Events:
    """An open stream of events."""

    def __init__(self, session: Client, **params: str) -> None:
        """Open it and read the first event, `hello`."""
        self.response = session.get(EVENTS, params=params, stream=True)
        assert self.response.status_code == 200, self.response.text
        self._lines = self.response.iter_lines(chunk_size=1, decode_unicode=True)
        self.hello = self.next()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.response.close()

    def next(self, name: str | None = None) -> Event:
        """The next event, or the next one of this name; those before it are skipped."""
        while True:
            event = parse(self._block())
            if name in (None, event.name):
                return event

    def _block(self) -> list[str]:
        lines: list[str] = []
        for line in self._lines:
            if line:
                lines.append(line)
            elif lines:
                return lines
        raise EOFError

    def call(self, **wanted: Any) -> dict[str, Any]:
        """The next call with these members."""
        while True:
            for call in self.next("calls").data["calls"]:
                if wanted.items() <= call.items():
                    found: dict[str, Any] = call
                    return found

    def changed(self, part: str) -> list[str]:
        """The parts of the next change that includes this one."""
        while True:
            parts: list[str] = self.next("changed").data["parts"]
            if part in parts:
                return parts

    def rest(self) -> list[Event]:
        """The events until the stream ends in good order."""
        found = []
        try:
            while True:
                found.append(self.next())
        except EOFError:
            return found


def parse(lines: list[str]) -> Event:
    """Parse the lines of one event, or of a comment."""
    if lines[0].startswith(":"):
        return Event(lines[0], 0, None)
    members = dict(line.split(": ", 1) for line in lines)
    return Event(members["event"], int(members["id"]), json.loads(members["data"]))
