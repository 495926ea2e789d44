"""Settings: one table of names, defaults, accepted values and help texts.

The command line, the environment, `--config` files, fixtures and docs/settings.md all use this table. No
other part of mockrevio reads settings from the environment.
"""

from mockrevio.settings.declaration import option_name, variable_name
from mockrevio.settings.definitions import Settings, declared_settings, world_setting_errors
from mockrevio.settings.kinds import HTTP_METHODS, Credential, parse_credential, parse_datetime
from mockrevio.settings.origins import parse_origin

__all__ = [
    "HTTP_METHODS",
    "Credential",
    "Settings",
    "declared_settings",
    "option_name",
    "parse_credential",
    "parse_datetime",
    "parse_origin",
    "variable_name",
    "world_setting_errors",
]
