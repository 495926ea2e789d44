"""Declaring a setting, its name on the command line and in the environment, and reading its value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from mockrevio.errors import SettingError
from mockrevio.settings.kinds import Kind
from mockrevio.spelling import closest

ENVIRONMENT_PREFIX = "MOCKREVIO_"

OTHER_VARIABLES = ("MOCKREVIO_ADMIN_URL", "MOCKREVIO_IMAGE", "MOCKREVIO_PACKAGE", "MOCKREVIO_URL")
"""Variables with this prefix that are no settings: how tests and CI jobs name a mock, and where it is."""

Scope = Literal["process", "world"]

Table = Mapping[str, Mapping[str, Any]]
"""The metadata of each setting by name: `kind`, `help`, `scope`, `repeatable`."""


def setting(
    default: Any, kind: Kind, description: str, *, scope: Scope = "process", repeatable: bool = False
) -> Any:
    """Declare a setting.

    With `scope="world"`, fixtures can set it too. With `repeatable`, it takes several values.
    """
    return field(
        default=default,
        repr=not kind.secret,
        metadata={"kind": kind, "help": description, "scope": scope, "repeatable": repeatable},
    )


def option_name(name: str) -> str:
    """The name of a setting on the command line: `--page-size-over-max`."""
    return "--" + name.replace("_", "-")


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant by one that no setting has."""
    return closest(name[:100].replace("-", "_").lower(), known, cutoff=0.7)


def expected_names(name: str, known: Collection[str]) -> str:
    """What to say of a name that no setting has: the nearest that exists, and all."""
    nearest = nearest_name(name, known)
    hint = f"did you mean {nearest}? Otherwise expected" if nearest else "expected"
    return f"{hint} one of {', '.join(known)}"


def variable_name(name: str) -> str:
    """The name of a setting in the environment: `MOCKREVIO_PAGE_SIZE_OVER_MAX`."""
    return ENVIRONMENT_PREFIX + name.upper()


def _parse_item(source: str, kind: Kind, value: object) -> Any:
    try:
        return kind.parse(_as_text(value))
    except (ValueError, KeyError) as error:
        hint = getattr(error, "hint", None)
        advice = f"; {hint}" if hint else ""
        raise SettingError(f"{source}: must be {kind.allowed}, not {_format(kind, value)}{advice}") from None


def _format(kind: Kind, value: object) -> str:
    """Format a value for a message. No secret is shown: even of a malformed one, most may be right."""
    if kind.secret:
        return "*** (a secret, not shown)"
    return repr(_as_text(value)) if isinstance(value, _SCALARS) else repr(value)


_SCALARS = (str, int, float, Path)


def _as_text(value: object) -> str:
    """Format a value as on the command line. Raises ValueError for a list or a table from TOML."""
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, _SCALARS):
        raise ValueError(value)  # noqa: TRY004 (parsers of settings raise ValueError)
    if isinstance(value, float):
        from decimal import Decimal

        return f"{Decimal(str(value)):f}"  # 0.00001, not 1e-05
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_value(metadata: Mapping[str, Any], source: str, value: object) -> Any:
    """Parse the value of a setting; a setting that takes several values gets a tuple.

    Raises SettingError for an invalid value. `source` says in the message where the value comes from.
    """
    kind: Kind = metadata["kind"]
    if not metadata["repeatable"]:
        return _parse_item(source, kind, value)
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(
        _parse_item(f"{source} (value {number} of {len(items)})" if len(items) > 1 else source, kind, item)
        for number, item in enumerate(items, start=1)
    )


def to_json(value: Any) -> Any:
    """The value of a setting as JSON, in command-line notation."""
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    return value if value is None or isinstance(value, bool) else str(value)
