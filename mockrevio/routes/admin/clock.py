"""The world's clock: read, freeze, set, advance and release it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flask import Response

from mockrevio.documents import Reader, document_error, from_string, read_bool, read_object
from mockrevio.quantities import parse_duration
from mockrevio.routes.admin.responses import current_world, json_body, json_response
from mockrevio.settings.kinds import DATETIME_FORMAT, parse_datetime

ADVANCE_FORMAT = "a duration such as 90s, 1h30m or 3d; to set the clock back, use now"


def _parse_step(text: str) -> float:
    """Seconds by which to advance the clock; the clock itself says what is too far."""
    return parse_duration(text, math.inf)


_READERS: Mapping[str, Reader[Any]] = {
    "now": from_string(parse_datetime, DATETIME_FORMAT),
    "advance": from_string(_parse_step, ADVANCE_FORMAT),
    "frozen": read_bool,
}


def read() -> Response:
    """The time of the world, and whether it is frozen."""
    return json_response(current_world().clock.as_json())


def change() -> Response:
    """Change the clock in one way.

    `{"now": "2030-01-02T03:04:05"}` freezes it at that time, with `"frozen": false` it runs from there.
    `{"frozen": true}` freezes it at the current time, `{"advance": "90s"}` moves it forward, and
    `{"frozen": false}` returns to real time.
    """
    command = read_object(json_body(), "body", _READERS)
    if not command or ("advance" in command and len(command) > 1):
        raise document_error("body", "must have now, now and frozen, advance, or frozen")
    clock = current_world().clock
    frozen = command.get("frozen", True)
    if "advance" in command:
        clock.advance(command["advance"])
    elif frozen:
        clock.freeze(command.get("now"))
    elif "now" in command:
        clock.run_from(command["now"])
    else:
        clock.release()
    return json_response(clock.as_json())
