"""Settings as people are shown them: with their values, what they accept, and how to set them."""

from __future__ import annotations

from typing import Any

from mockrevio.settings.declaration import option_name, to_json, variable_name
from mockrevio.settings.definitions import WORLD_SETTINGS, Settings, declared_settings
from mockrevio.settings.kinds import Credential

HIDDEN = "***"
"""What is shown of a secret."""


def describe_settings(current: Settings, initial: Settings, startup: Settings) -> list[dict[str, Any]]:
    """Every setting, in table order: its value now, after a reset and by default, and what it accepts.

    `changeable` tells those of a world, which can be changed while the server runs; the others are as they
    were at `startup`. `set_by` is the option, variable or file that set it there. No secret is shown.
    """
    described = []
    for name, default, metadata in declared_settings():
        changeable = name in WORLD_SETTINGS
        kind, given = metadata["kind"], startup.given.get(name)
        show = to_json if changeable or not kind.secret else _hide
        described.append(
            {
                "name": name,
                "value": show(getattr(current if changeable else startup, name)),
                "initial": show(getattr(initial if changeable else startup, name)),
                "default": to_json(default),
                "changeable": changeable,
                "set_by": None if given is None else given.label,
                "help": metadata["help"],
                "accepts": kind.allowed,
                "choices": list(kind.choices),
                "repeatable": metadata["repeatable"],
                "option": option_name(name),
                "variable": variable_name(name),
            }
        )
    return described


def _hide(value: Any) -> Any:
    """A secret that is set, without what must stay secret; a subscription key is known by its hash only."""
    if isinstance(value, Credential):  # a tuple as well
        return f"{value.login}@{value.client}:{HIDDEN}"
    if isinstance(value, tuple):
        return [_hide(item) for item in value]
    return None if value is None else HIDDEN
