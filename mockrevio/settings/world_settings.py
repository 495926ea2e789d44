"""Checking values for the settings of a world, which come from fixtures and from the admin side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.errors import DocumentError, Mistake, SettingError
from mockrevio.settings.declaration import expected_names
from mockrevio.settings.definitions import TABLE, WORLD_SETTINGS, read_world_setting, without_secrets


def world_setting_errors(
    values: Mapping[str, Any], prohibition: str = "cannot be set for a world"
) -> dict[str, str]:
    """The mistakes in values for settings of a world: a message for each name with one.

    `prohibition` is what the message says of a setting of the whole server, such as `port`.
    """
    errors = {}
    for name, value in values.items():
        if name not in WORLD_SETTINGS:
            errors[name] = (
                f"{prohibition}; these can: {', '.join(WORLD_SETTINGS)}"
                if name in TABLE
                else f"unknown setting; {expected_names(name, WORLD_SETTINGS)}"
            )
            continue
        try:
            read_world_setting(name, value)
        except SettingError as error:
            errors[name] = str(error)
    return errors


def check_setting_changes(changes: object) -> dict[str, Any]:
    """Changes of a world's settings as they are stored. Raises DocumentError, which lists every mistake."""
    if not isinstance(changes, dict):
        raise DocumentError([Mistake("settings", "must be an object of setting names and values")])
    errors = world_setting_errors(changes, "cannot be changed while the server runs")
    if errors:
        mistakes = [Mistake(name, error.removeprefix(f"{name}: ")) for name, error in errors.items()]
        raise DocumentError(mistakes)
    return without_secrets(changes)
