"""Explanations: texts for users, whose advice is data, so that everyone can give it in their own terms.

`customer 42 does not exist; add it with POST /__admin/entities/CUSTOMER` is for users of the admin API. In a
Python test, the advice is `mock_revio.entities.add("CUSTOMER", 42)`. Both come from one Explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple


class Advice(NamedTuple):
    """Something that a user can do: the name of an action, a key of `AS_HTTP`, and its arguments."""

    action: str
    arguments: Mapping[str, Any]
    prefix: str = ""
    """What comes before the paths of the mock, behind a proxy."""

    def __str__(self) -> str:
        text = AS_HTTP[self.action](**self.arguments)
        return text.replace(" /__admin/", f" {self.prefix}/__admin/", 1) if self.prefix else text

    def as_json(self) -> dict[str, Any]:
        """The advice as the admin API returns it."""
        return {"advice": self.action, **self.arguments}


class Explanation(str):
    """A text in the terms of HTTP and the command line, which knows its parts: texts and advice."""

    __slots__ = ("parts",)

    parts: tuple[str | Advice, ...]

    def __new__(cls, *parts: str | Advice) -> Explanation:
        """An explanation of texts, other explanations and advice, one after the other."""
        explanation = super().__new__(cls, "".join(map(str, parts)))
        flat = (
            inner for part in parts for inner in (part.parts if isinstance(part, Explanation) else [part])
        )
        joined: list[str | Advice] = []
        for is_advice, run in groupby(flat, lambda part: isinstance(part, Advice)):
            pieces = list(run)
            joined += pieces if is_advice else ["".join(map(str, pieces))]
        explanation.parts = tuple(joined)
        return explanation

    @classmethod
    def joined(cls, separator: str, texts: Iterable[str]) -> Explanation:
        """Several texts or explanations as one."""
        parts = [part for text in texts for part in (separator, text)]
        return cls(*parts[1:])

    def below(self, prefix: str) -> Explanation:
        """The same for a client that has to put a prefix before the paths of the mock."""
        return Explanation(
            *(part._replace(prefix=prefix) if isinstance(part, Advice) else part for part in self.parts)
        )

    @property
    def has_advice(self) -> bool:
        """Whether a part of it is advice."""
        return any(isinstance(part, Advice) for part in self.parts)

    def as_json(self) -> list[str | dict[str, Any]]:
        """The parts as the admin API returns them: texts, and objects for advice."""
        return [part.as_json() if isinstance(part, Advice) else part for part in self.parts]


def _set(name: str, value: str | int | None = None) -> str:
    option = f"--{name.replace('_', '-')}"
    return option if value is None else f"{option} {value}"


AS_HTTP: Mapping[str, Callable[..., str]] = {
    "add_entity": lambda entity_type, id: f"POST /__admin/entities/{entity_type}",  # noqa: ARG005
    "set": _set,
    "advance_clock": lambda: "PUT /__admin/clock",
    "reset": lambda: "POST /__admin/reset",
    "remove_world": lambda client: f"DELETE /__admin/worlds/{client}",
    "replace_state": lambda: "PUT /__admin/state",
    "clear_requests": lambda: "DELETE /__admin/requests",
    "list_webhooks": lambda: "GET /__admin/webhooks",
    "add_receiver": lambda: "POST /__admin/webhooks/receivers",
}
"""How each action is written in the terms of HTTP and the command line."""


def add_entity(entity_type: str, record_id: int) -> Advice:
    """Add a record of an entity type."""
    return Advice("add_entity", {"entity_type": entity_type, "id": record_id})


def set_to(name: str, value: str | int | None = None) -> Advice:
    """Change a setting, to this value if there is one to recommend."""
    return Advice("set", {"name": name} if value is None else {"name": name, "value": value})


def explanation_as_json(text: str | None) -> dict[str, Any]:
    """The parts of a text that contains advice, as a member of an object that also has the text."""
    if isinstance(text, Explanation) and text.has_advice:
        return {"explanation": text.as_json()}
    return {}


def message_of(error: BaseException) -> str:
    """The message of an exception: an Explanation if it was raised with one."""
    message = error.args[0] if error.args else ""
    return message if isinstance(message, Explanation) else str(error)


def remove_world(client: str) -> Advice:
    """Delete the world of a client code, which is percent-encoded."""
    return Advice("remove_world", {"client": client})


ADVANCE_CLOCK = Advice("advance_clock", {})
RESET = Advice("reset", {})
REPLACE_STATE = Advice("replace_state", {})
CLEAR_REQUESTS = Advice("clear_requests", {})
LIST_WEBHOOKS = Advice("list_webhooks", {})
ADD_RECEIVER = Advice("add_receiver", {})
