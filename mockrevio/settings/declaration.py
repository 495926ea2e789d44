"""How a setting is declared, spelled on the command line and in the environment, and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from mockrevio.errors import SettingError
from mockrevio.settings.kinds import Kind

ENVIRONMENT_PREFIX = "MOCKREVIO_"

Scope = Literal["process", "world"]

Table = Mapping[str, Mapping[str, Any]]
"""The metadata of every setting by its name: `kind`, `help`, `scope`, `many`."""


def setting(
    default: Any, kind: Kind, description: str, *, scope: Scope = "process", many: bool = False
) -> Any:
    """Declare a setting. `scope` world: a fixture may set it. `many`: it may be given several times."""
    return field(
        default=default,
        metadata={"kind": kind, "help": description, "scope": scope, "many": many},
    )


def option_name(name: str) -> str:
    """How the command line spells a setting: `--page-size-over-max`."""
    return "--" + name.replace("_", "-")


def variable_name(name: str) -> str:
    """How the environment spells a setting: `MOCKREVIO_PAGE_SIZE_OVER_MAX`."""
    return ENVIRONMENT_PREFIX + name.upper()


def _read_one(name: str, metadata: Mapping[str, Any], value: object) -> Any:
    kind: Kind = metadata["kind"]
    try:
        return kind.read(_as_text(value))
    except (ValueError, KeyError):
        shown = repr(_as_text(value)) if isinstance(value, _SCALARS) else repr(value)
        raise SettingError(f"{name}: {shown} is not allowed; it takes {kind.allowed}") from None


_SCALARS = (str, int, float, Path)


def _as_text(value: object) -> str:
    """A value as the command line would have it; ValueError for a list, a table or a date of TOML's."""
    if not isinstance(value, _SCALARS):
        raise ValueError(value)  # noqa: TRY004 (as every reader of a setting)
    if isinstance(value, float):
        from decimal import Decimal

        return f"{Decimal(str(value)):f}"  # 0.00001, not 1e-05
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_value(metadata: Mapping[str, Any], where: str, value: object) -> Any:
    """Read a value, or several where the setting is repeatable. SettingError says `where` it came from."""
    if not metadata["many"]:
        return _read_one(where, metadata, value)
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(_read_one(where, metadata, item) for item in items)
