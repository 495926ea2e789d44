"""Every setting, declared once: its name, its default, what it accepts and what it is for.

The command line, the environment, `--config` files, fixtures and docs/settings.md all read one table. This
room is the only reader of the environment.
"""

from mockrevio.settings.declaration import option_name, variable_name
from mockrevio.settings.kinds import HTTP_METHODS, Credential, parse_credential, parse_datetime
from mockrevio.settings.table import Settings, declared_settings, world_setting_errors

__all__ = [
    "HTTP_METHODS",
    "Credential",
    "Settings",
    "declared_settings",
    "option_name",
    "parse_credential",
    "parse_datetime",
    "variable_name",
    "world_setting_errors",
]
