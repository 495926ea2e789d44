"""Reading settings from the command line, the environment and a file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

from mockrevio.errors import SettingError
from mockrevio.regular_files import read_file_or_pipe
from mockrevio.settings.declaration import (
    ENVIRONMENT_PREFIX,
    OTHER_VARIABLES,
    Table,
    expected_names,
    nearest_name,
    read_value,
    variable_name,
)

_KUBERNETES_LINK = re.compile(r"(tcp|udp|sctp)://.*", re.ASCII)
_KUBERNETES_NAME = re.compile(
    r"MOCKREVIO_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)",
    re.ASCII,
)
_SPACES, _SPACES_OR_COMMAS = re.compile(r"\s+"), re.compile(r"[\s,]+")


class Source(IntEnum):
    """Where a value comes from, in order of precedence."""

    FIXTURE = 0
    FILE = 1
    ENVIRONMENT = 2
    OPTIONS = 3


class SettingValue(NamedTuple):
    """A value that is set, where, and what the setting is called there."""

    value: Any
    source: Source
    label: str


def read_sources(
    table: Table,
    options: Mapping[str, Any],
    config: Path | None,
    environ: Mapping[str, str] | None,
    spelling: Callable[[str], str],
) -> dict[str, SettingValue]:
    """The values that are set. `options` override the environment, which overrides the file.

    `spelling` is how the user who set the options writes their names.

    Raises SettingError for an invalid value, an unknown name, or a file that cannot be read.
    """
    environ = os.environ if environ is None else environ
    config_text = environ.get(variable_name("config"), "").strip() if config is None else config
    given: dict[str, SettingValue] = {}
    if config_text:
        given.update(_from_config(table, Path(config_text)))
    given.update(_from_environment(table, environ))
    given.update(_from_options(table, options, spelling))
    return given


def _unknown_setting(name: str, table: Table) -> str:
    return f"unknown setting {name!r}; {expected_names(name, table)}"


def _from_options(
    table: Table, options: Mapping[str, Any], spelling: Callable[[str], str]
) -> dict[str, SettingValue]:
    given = {}
    for name, value in options.items():
        if name not in table:
            raise SettingError(_unknown_setting(name, table))
        if value not in (None, ()):
            label = spelling(name)
            given[name] = SettingValue(read_value(table[name], label, value), Source.OPTIONS, label)
    return given


def _from_environment(table: Table, environ: Mapping[str, str]) -> dict[str, SettingValue]:
    _reject_unknown_variables(table, environ)
    given = {}
    for name, metadata in table.items():
        variable = variable_name(name)
        text = environ.get(variable, "")
        if not text.strip() or _is_set_by_kubernetes(variable, text):
            continue
        separator = _SPACES if metadata["kind"].commas else _SPACES_OR_COMMAS
        items = [item for item in separator.split(text) if item]
        if items:
            value = read_value(metadata, variable, items if metadata["repeatable"] else text)
            given[name] = SettingValue(value, Source.ENVIRONMENT, variable)
    return given


def _reject_unknown_variables(table: Table, environ: Mapping[str, str]) -> None:
    """Raise SettingError for variables that name no setting: most are misspelled, and would do nothing."""
    known = {*map(variable_name, (*table, "config")), *OTHER_VARIABLES}
    unknown = [
        name
        for name, text in sorted(environ.items())
        if name.startswith(ENVIRONMENT_PREFIX)
        and name not in known
        and text.strip()
        and not _is_set_by_kubernetes(name, text)
    ]
    if unknown:
        names = [*table, "config"]
        raise SettingError("\n".join(_unknown_variable(variable, names) for variable in unknown))


def _unknown_variable(variable: str, names: Sequence[str]) -> str:
    nearest = nearest_name(variable.removeprefix(ENVIRONMENT_PREFIX), names)
    hint = f"; did you mean {variable_name(nearest)}?" if nearest else "."
    return f"{variable}: no setting has this name{hint} Rename or unset it; mockrevio serve --help lists all"


def _is_set_by_kubernetes(variable: str, text: str) -> bool:
    """Whether Kubernetes set this variable.

    If a Service is called mockrevio, every pod next to it gets `MOCKREVIO_PORT=tcp://10.0.0.1:7384`,
    `MOCKREVIO_SERVICE_HOST` and others; so it does for one called mockrevio-admin.
    """
    if variable.endswith("_PORT") and _KUBERNETES_LINK.fullmatch(text):
        return True
    return _KUBERNETES_NAME.fullmatch(variable) is not None


def _from_config(table: Table, path: Path) -> dict[str, SettingValue]:
    import tomllib  # few have such a file

    try:
        document = tomllib.loads(read_file_or_pipe(path).decode("utf-8-sig"))
    except OSError as error:
        raise SettingError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SettingError(f"{path}: not UTF-8 text at byte {error.start}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingError(f"{path}: invalid TOML: {error}") from None
    given = {}
    for key, value in document.items():
        name = key.replace("-", "_")
        if name not in table:
            raise SettingError(f"{path}: {_unknown_setting(key, table)}")
        if value != []:
            label = f"{path}: {key}"
            given[name] = SettingValue(read_value(table[name], label, value), Source.FILE, label)
    return given
