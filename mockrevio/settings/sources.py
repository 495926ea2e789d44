"""Reading settings from the command line, the environment and a file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockrevio.errors import SettingError
from mockrevio.settings.declaration import Table, option_name, read_value, variable_name

_KUBERNETES_LINK = re.compile(r"tcp://.*", re.ASCII)


def gather(
    table: Table, options: Mapping[str, Any], config: Path | None, environ: Mapping[str, str] | None
) -> dict[str, Any]:
    """The values that are set. `options` override the environment, which overrides the file.

    Raises SettingError for an invalid value, an unknown name, or a file that cannot be read.
    """
    environ = os.environ if environ is None else environ
    config_text = environ.get(variable_name("config")) if config is None else config
    values: dict[str, Any] = {}
    if config_text:
        values.update(_from_config(table, Path(config_text)))
    values.update(_from_environment(table, environ))
    values.update(_from_options(table, options))
    return values


def _unknown_setting(name: str, table: Table) -> str:
    return f"unknown setting {name!r}; expected one of {', '.join(table)}"


def _from_options(table: Table, options: Mapping[str, Any]) -> dict[str, Any]:
    for name in options:
        if name not in table:
            raise SettingError(_unknown_setting(name, table))
    return {
        name: read_value(table[name], option_name(name), value)
        for name, value in options.items()
        if value not in (None, ())
    }


def _from_environment(table: Table, environ: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, metadata in table.items():
        variable = variable_name(name)
        text = environ.get(variable, "")
        if not text.strip() or _is_kubernetes_link(name, text):
            continue
        values[name] = read_value(metadata, variable, text.split() if metadata["many"] else text)
    return values


def _is_kubernetes_link(name: str, text: str) -> bool:
    """Whether Kubernetes set this variable.

    If a Service is called mockrevio, every pod next to it gets `MOCKREVIO_PORT=tcp://10.0.0.1:7384`.
    """
    return name == "port" and _KUBERNETES_LINK.fullmatch(text) is not None


def _from_config(table: Table, path: Path) -> dict[str, Any]:
    import tomllib  # few have such a file

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SettingError(f"{path}: not UTF-8 text at byte {error.start}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingError(f"{path}: invalid TOML: {error}") from None
    values = {}
    for key, value in document.items():
        name = key.replace("-", "_")
        if name not in table:
            raise SettingError(f"{path}: {_unknown_setting(key, table)}")
        if value != []:
            values[name] = read_value(table[name], f"{path}: {key}", value)
    return values
