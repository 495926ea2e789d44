"""The world's clock: read, freeze, set, advance and release it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from mockrevio.documents import Reader, document_error, from_string, read_bool, read_object
from mockrevio.quantities import DURATION_FORMAT, parse_duration
from mockrevio.routes.admin.responses import current_world, json_body, json_response
from mockrevio.settings.kinds import DATETIME_FORMAT, parse_datetime

_READERS: Mapping[str, Reader[Any]] = {
    "now": from_string(parse_datetime, DATETIME_FORMAT),
    "advance": from_string(parse_duration, DURATION_FORMAT),
    "frozen": read_bool,
}


def read() -> Response:
    """The time of the world, and whether it is frozen."""
    return json_response(current_world().clock.as_json())


def change() -> Response:
    """Change the clock in one way.

    `{"now": "2030-01-02T03:04:05"}` freezes it at that time, `{"frozen": true}` at the current time,
    `{"advance": "90s"}` moves it forward, and `{"frozen": false}` returns to real time.
    """
    command = read_object(json_body(), "body", _READERS)
    if len(command) != 1:
        raise document_error("body", f"must have exactly one of {', '.join(_READERS)}")
    clock = current_world().clock
    if "now" in command:
        clock.freeze(command["now"])
    elif "advance" in command:
        clock.advance(command["advance"])
    elif command["frozen"]:
        clock.freeze()
    else:
        clock.release()
    return json_response(clock.as_json())
