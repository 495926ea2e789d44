"""The world's clock: read it, freeze it, set it, move it on, let it go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from mockrevio.documents import Reader, flag, parts, spelled, wrong
from mockrevio.quantities import DURATION_FORM, read_duration
from mockrevio.routes.admin.responses import answer, json_body, world
from mockrevio.settings.kinds import MOMENT_FORM, read_moment

blueprint = Blueprint("clock", __name__, url_prefix="/clock")

_READERS: Mapping[str, Reader[Any]] = {
    "now": spelled(read_moment, MOMENT_FORM),
    "advance": spelled(read_duration, DURATION_FORM),
    "frozen": flag,
}


@blueprint.get("")
def read() -> Response:
    """The time of the world, and whether it stands still."""
    return answer(world().clock.shown())


@blueprint.put("")
def change() -> Response:
    """`{"now": "2030-01-02T03:04:05"}` freezes there, `{"frozen": true}` at the present moment;
    `{"advance": "90s"}` moves on; `{"frozen": false}` goes back to the real time."""
    found = parts(json_body(), "body", _READERS)
    if len(found) != 1:
        raise wrong("body", f"must have exactly one of {', '.join(_READERS)}")
    clock = world().clock
    if "now" in found:
        clock.freeze(found["now"])
    elif "advance" in found:
        clock.advance(found["advance"])
    elif found["frozen"]:
        clock.freeze()
    else:
        clock.release()
    return answer(clock.shown())
