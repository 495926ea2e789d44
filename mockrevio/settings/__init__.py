"""Every setting, declared once: its name, its default, what it accepts and what it is for.

The command line, the environment, `--config` files, fixtures and docs/settings.md all read one table. This
room is the only reader of the environment.
"""

from mockrevio.settings.declaration import option_name, variable_name
from mockrevio.settings.kinds import METHODS, Credential, read_credential, read_moment
from mockrevio.settings.table import Settings, check_world_settings, declared

__all__ = [
    "METHODS",
    "Credential",
    "Settings",
    "check_world_settings",
    "declared",
    "option_name",
    "read_credential",
    "read_moment",
    "variable_name",
]
