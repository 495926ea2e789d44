"""Explanations in the terms of Python: `add it with mock_revio.entities.add("CUSTOMER", 42)`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

HANDLE = "mock_revio"
"""What a `MockRevio` is called in advice, as in most tests."""


def _setting(name: str, value: str | int | None = None) -> str:
    from mockrevio.settings.definitions import WORLD_SETTINGS  # failures only

    argument = f"{name}={'...' if value is None else json.dumps(value)}"
    return f"{HANDLE}.change_settings({argument})" if name in WORLD_SETTINGS else f"MockRevio({argument})"


IN_PYTHON: Mapping[str, Callable[..., str]] = {
    "add_entity": lambda entity_type, id: f"{HANDLE}.entities.add({json.dumps(entity_type)}, {id})",
    "set": _setting,
    "advance_clock": lambda: f'{HANDLE}.clock.advance("1m")',
    "reset": lambda: f"{HANDLE}.reset()",
    "remove_world": lambda client: (
        f"MockRevio.connect(url, client={json.dumps(unquote(client))}).delete_world()"
    ),
    "replace_state": lambda: f"{HANDLE}.replace_state(...)",
    "clear_requests": lambda: f"{HANDLE}.requests.clear()",
    "list_webhooks": lambda: f"{HANDLE}.webhooks",
    "add_receiver": lambda: f"{HANDLE}.webhooks.subscribe(url, event_type)",
}
"""How each action of `mockrevio.explanations` is written in Python."""


def explanation_in_python(document: Mapping[str, Any], name: str) -> str | None:
    """A text of the admin API with its advice in Python: the one under `name`, whose parts are beside it."""
    parts = document.get("explanation", [document.get(name)])
    try:
        return "".join(part if isinstance(part, str) else advise(**part) for part in parts)
    except (KeyError, TypeError):  # there is no text, or advice of a newer server than this
        text: str | None = document.get(name)
        return text


def advise(advice: str, **arguments: Any) -> str:
    """One piece of advice, by the name of its action."""
    return IN_PYTHON[advice](**arguments)
