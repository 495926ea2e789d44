"""A list of the requests that a run sends, without sending any to the service.

They are those that a run sends to a mock. What a run learns from the service, such as ids, is shown by its
name: `<customer_id>`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.contract.client import Call
from mockrevio.contract.verify.endpoints import ABSENT_ID
from mockrevio.contract.verify.interrupts import Interrupts
from mockrevio.contract.verify.own_links import OwnLinks
from mockrevio.contract.verify.probes.searches import FUTURE, PAST
from mockrevio.contract.verify.reference import reference
from mockrevio.contract.verify.suite import observe
from mockrevio.revio.wire.query import PREFIX
from mockrevio.settings import Settings

_MADE_UP = {"", " ", "x", "True", "None", PAST, str(ABSENT_ID), str(ABSENT_ID + 1)}
"""Values that are the same for every service."""

_LEARNED = re.compile(
    r"(search\.)?(\w+_id|(system_)?name|(created_date|CREATED_DATE)_(start|end))", re.IGNORECASE
)
_LONG = 200


def list_requests(settings: Settings, *, write: bool, with_key: bool) -> list[str]:
    """A line for each request of a run."""
    calls: list[Call] = []
    with reference(settings, demands_key=with_key, on_send=calls.append) as service:
        own = OwnLinks(service, Interrupts())
        service.check_access()
        observe(service, own=own if write else None)
        if write:
            own.clean_up()
        names = {service.absent_text: "<no record has this>", own.marker: "mockrevio-verify-<run>"}
        shown = _Shown(names)
        return [shown.line(call) for call in calls]


class _Shown:
    """Requests in words. `chosen` are texts that each run chooses, with what stands for them."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._chosen = chosen

    def line(self, call: Call) -> str:
        path = "/".join(self._segments(call.path))
        query = "&".join(f"{name}={self._value(name, str(value), value)}" for name, value in call.query)
        target = path + (f"?{query}" if query else "")
        return " ".join([f"{call.method:7}", target, *self._body(call), *self._access(call)])

    def _segments(self, path: str) -> Iterator[str]:
        for segment in path.split("/"):
            yield "<id>" if segment.isdigit() and segment not in _MADE_UP else segment

    def _value(self, name: str, text: str, value: Any) -> str:
        """A value, or what stands for it; `text` is how it is written."""
        for word, stand_in in self._chosen.items():
            if word in text:
                return text.replace(word, stand_in)
        if str(value) in _MADE_UP or text.startswith(FUTURE) or not _LEARNED.fullmatch(name):
            return text
        return f"<{name.removeprefix(PREFIX)}>"

    def _body(self, call: Call) -> Iterator[str]:
        if isinstance(call.body, dict):
            members = (
                f'"{name}": {self._value(name, json.dumps(value), value)}'
                for name, value in call.body.items()
            )
            yield "{" + ", ".join(members) + "}"
        elif call.body is not None:
            yield "a JSON Patch of external_id"
        elif call.data is not None:
            yield f"a body of {len(call.data)} bytes, {call.headers.get('Content-Type', 'no media type')}"

    def _access(self, call: Call) -> Iterator[str]:
        if not call.own_access:
            credentials = call.headers.get("Authorization")
            yield "(with other credentials)" if credentials else "(without credentials)"
