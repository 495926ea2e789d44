"""Settings: one table of names, defaults, accepted values and help texts.

The command line, the environment, `--config` files, fixtures and docs/settings.md all use this table. No
other part of mockrevio reads settings from the environment.
"""

from mockrevio.settings.declaration import option_name, variable_name
from mockrevio.settings.definitions import Settings, declared_settings, without_secrets
from mockrevio.settings.descriptions import describe_settings
from mockrevio.settings.hashes import hash_secret, verify_secret
from mockrevio.settings.kinds import HTTP_METHODS, Credential, parse_credential, parse_datetime
from mockrevio.settings.origins import parse_origin
from mockrevio.settings.world_settings import check_setting_changes, world_setting_errors

__all__ = [
    "HTTP_METHODS",
    "Credential",
    "Settings",
    "check_setting_changes",
    "declared_settings",
    "describe_settings",
    "hash_secret",
    "option_name",
    "parse_credential",
    "parse_datetime",
    "parse_origin",
    "variable_name",
    "verify_secret",
    "without_secrets",
    "world_setting_errors",
]
