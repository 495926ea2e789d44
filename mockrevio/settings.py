"""Every setting, declared once: its name, its default, what it accepts and what it is for.

The command line, the environment, `--config` files, fixtures and docs/settings.md all read this table.
This module is the only reader of the environment.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from mockrevio.errors import SettingError

T = TypeVar("T")

ENVIRONMENT_PREFIX = "MOCKREVIO_"
METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH"})

_WHOLE = re.compile(r"[0-9]{1,20}", re.ASCII)  # int() would take 1_000 and ٣ too
_KUBERNETES_LINK = re.compile(r"tcp://.*", re.ASCII)


class Credential(NamedTuple):
    """One `LOGIN@CLIENT:PASSWORD[:METHODS]`: who may call, and which methods (None: all of them)."""

    login: str
    client: str
    password: str
    methods: frozenset[str] | None = None


@dataclass(frozen=True)
class Kind:
    """What a setting accepts: how its text is read, and how that is said to a person.

    `allowed` ends the sentence "it takes ..."; `placeholder` stands for the value in `--help`.
    """

    read: Callable[[str], Any]
    allowed: str
    placeholder: str


def _one_of(*choices: str) -> Kind:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return Kind(read, " or ".join(choices), "|".join(choices))


def _whole(low: int, high: int, allowed: str) -> Kind:
    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(read, allowed, "N")


def _switch(text: str) -> bool:
    return {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }[text.lower()]


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


def read_credential(text: str) -> Credential:
    """Read `LOGIN@CLIENT:PASSWORD[:METHODS]`.

    METHODS is a last part of comma-joined method names (`GET,POST`); anything else belongs to the
    password. The client code is what follows the last `@` before the first colon.
    """
    user, colon, password = text.partition(":")
    login, at, client = user.rpartition("@")
    if not (colon and at and login and client and password):
        raise ValueError(text)
    head, colon, tail = password.rpartition(":")
    methods = frozenset(tail.split(","))
    if colon and head and methods <= METHODS:
        return Credential(login, client, head, methods)
    return Credential(login, client, password)


SWITCH = Kind(_switch, "true or false", "true|false")
TEXT = Kind(_filled, "text that is not blank", "TEXT")
FOLDER = Kind(lambda text: Path(_filled(text)), "a folder", "FOLDER")
FIXTURE = Kind(_filled, "the name of a shipped fixture, or a file", "NAME|FILE")
CREDENTIAL = Kind(
    read_credential,
    "LOGIN@CLIENT:PASSWORD or LOGIN@CLIENT:PASSWORD:GET,POST",
    "LOGIN@CLIENT:PASSWORD[:METHODS]",
)

Scope = Literal["process", "world"]


def setting(
    default: Any, kind: Kind, description: str, *, scope: Scope = "process", many: bool = False
) -> Any:
    """Declare a setting. `scope` world: a fixture may set it. `many`: it may be given several times."""
    return field(
        default=default,
        metadata={"kind": kind, "help": description, "scope": scope, "many": many},
    )


@dataclass(frozen=True)
class Settings:
    """All settings of one server. `Settings()` has the defaults; `load` reads the user's choices."""

    host: str = setting("127.0.0.1", TEXT, "address to listen on")
    port: int = setting(
        7384, _whole(0, 65535, "a whole number from 0 to 65535"), "port to listen on; 0 picks a free one"
    )
    data: Path = setting(Path("mockrevio-data"), FOLDER, "folder that keeps the data")
    ephemeral: bool = setting(False, SWITCH, "keep nothing on disk")
    fixture: tuple[str, ...] = setting(
        ("default",), FIXTURE, "what a new world starts with: default, empty, demo or a file", many=True
    )
    auth: Literal["required", "off"] = setting(
        "required", _one_of("required", "off"), "whether calls need Basic authentication"
    )
    strict_login: bool = setting(False, SWITCH, "refuse a login that itself contains @")
    credentials: tuple[Credential, ...] = setting(
        (),
        CREDENTIAL,
        "who may call, and with which methods (GET,POST); any well-formed credentials unless given",
        many=True,
    )
    duplicates: Literal["reject", "allow"] = setting(
        "reject", _one_of("reject", "allow"), "what happens to a key link that exists already", scope="world"
    )
    error_shape: Literal["array", "object"] = setting(
        "array",
        _one_of("array", "object"),
        "whether an error body is a list or a single object",
        scope="world",
    )
    page_size_over_max: Literal["clamp", "reject"] = setting(
        "clamp", _one_of("clamp", "reject"), "what happens to a page_size over 500", scope="world"
    )
    blank_search: Literal["ignore", "match"] = setting(
        "ignore", _one_of("ignore", "match"), "whether a blank search parameter is ignored", scope="world"
    )
    seed: int | None = setting(
        None, _whole(0, 2**63 - 1, "a whole number from 0"), "make everything random repeatable"
    )
    durability: Literal["flush", "fsync"] = setting(
        "flush",
        _one_of("flush", "fsync"),
        "whether a write is answered once the operating system has it, or the disk",
    )
    admin_token: str | None = setting(
        None, TEXT, "token that /__admin then asks for, as Authorization: Bearer"
    )
    allow_host: tuple[str, ...] = setting(
        (), TEXT, "a further Host name under which /__admin may be called", many=True
    )
    chosen: frozenset[str] = field(default=frozenset(), repr=False)
    """The names that the user set, by whichever way: they win over what a fixture says."""

    @classmethod
    def load(
        cls,
        options: Mapping[str, Any] | None = None,
        *,
        config: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Settings:
        """The settings from command line `options`, then the environment, then a TOML file.

        An option that is None or an empty tuple was not given, nor was a blank environment variable or
        an empty list in the file. Raises SettingError for a bad value, an unknown name, or a file that
        cannot be read, naming what is allowed.
        """
        environ = os.environ if environ is None else environ
        config_text = environ.get(variable_name("config")) if config is None else config
        values: dict[str, Any] = {}
        if config_text:
            values.update(_from_config(Path(config_text)))
        values.update(_from_environment(environ))
        values.update(_from_options(options or {}))
        return cls(**values, chosen=frozenset(values))

    def with_world_settings(self, values: Mapping[str, Any]) -> Settings:
        """These settings with those of a fixture, which yield to whatever the user chose."""
        read = {name: _read(name, name, value) for name, value in values.items()}
        return replace(self, **{name: value for name, value in read.items() if name not in self.chosen})


def option_name(name: str) -> str:
    """How the command line spells a setting: `--page-size-over-max`."""
    return "--" + name.replace("_", "-")


def variable_name(name: str) -> str:
    """How the environment spells a setting: `MOCKREVIO_PAGE_SIZE_OVER_MAX`."""
    return ENVIRONMENT_PREFIX + name.upper()


def declared() -> Iterable[tuple[str, Any, Mapping[str, Any]]]:
    """Every setting as (name, default, metadata), in the order of the table."""
    return [(each.name, each.default, each.metadata) for each in fields(Settings) if each.metadata]


_TABLE = {name: metadata for name, _, metadata in declared()}


def check_world_settings(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the `settings` of a fixture document: a message per name, or nothing."""
    wrong = {}
    for name, value in values.items():
        metadata = _TABLE.get(name)
        if metadata is None or metadata["scope"] != "world":
            known = ", ".join(each for each, entry in _TABLE.items() if entry["scope"] == "world")
            wrong[name] = f"is no setting of a fixture; those are {known}"
            continue
        try:
            _read_one(name, metadata, value)
        except SettingError as error:
            wrong[name] = str(error)
    return wrong


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
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(name: str, where: str, value: object) -> Any:
    """Read a value, or several where the setting takes several; errors say `where` it came from."""
    metadata = _TABLE[name]
    if not metadata["many"]:
        return _read_one(where, metadata, value)
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(_read_one(where, metadata, item) for item in items)


def _from_options(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _read(name, option_name(name), value)
        for name, value in options.items()
        if value not in (None, ())
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for name, metadata in _TABLE.items():
        variable = variable_name(name)
        text = environ.get(variable, "")
        if not text.strip() or _is_kubernetes_link(name, text):
            continue
        values[name] = _read(name, variable, text.split() if metadata["many"] else text)
    return values


def _is_kubernetes_link(name: str, text: str) -> bool:
    """Whether Kubernetes set this: for a Service called mockrevio, every pod gets
    `MOCKREVIO_PORT=tcp://10.0.0.1:7384`."""
    return name == "port" and _KUBERNETES_LINK.fullmatch(text) is not None


def _from_config(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingError(f"{path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise SettingError(f"{path}: not UTF-8 text at byte {error.start}") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingError(f"{path}: not TOML: {error}") from None
    values = {}
    for key, value in document.items():
        name = key.replace("-", "_")
        if name not in _TABLE:
            raise SettingError(f"{path}: {key!r} is no setting; there are {', '.join(_TABLE)}")
        if value != []:
            values[name] = _read(name, f"{path}: {key}", value)
    return values
