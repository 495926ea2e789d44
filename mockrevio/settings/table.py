"""Every setting, declared once: its name, its default, what it accepts and what it is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from mockrevio.errors import SettingError
from mockrevio.quantities import ErrorRate, Latency, Limit
from mockrevio.settings.declaration import read_value, setting
from mockrevio.settings.kinds import (
    BOOLEAN,
    CREDENTIAL,
    DATETIME,
    ERROR_RATE,
    FILE,
    FIXTURE,
    FOLDER,
    LATENCY,
    LIMIT,
    TEXT,
    Credential,
    integer,
    one_of,
)
from mockrevio.settings.sources import gather


@dataclass(frozen=True)
class Settings:
    """All settings of one server. `Settings()` has the defaults; `load` reads the user's choices."""

    host: str = setting("127.0.0.1", TEXT, "address to listen on")
    port: int = setting(
        7384, integer(0, 65535, "a whole number from 0 to 65535"), "port to listen on; 0 picks a free one"
    )
    data: Path = setting(Path("mockrevio-data"), FOLDER, "folder that keeps the data")
    ephemeral: bool = setting(False, BOOLEAN, "keep nothing on disk")
    fixture: tuple[str, ...] = setting(
        ("default",), FIXTURE, "what a new world starts with: default, empty, demo or a file", many=True
    )
    isolate_clients: bool = setting(False, BOOLEAN, "keep client codes apart: one world for each")
    max_worlds: int = setting(
        256, integer(1, 100_000, "a whole number from 1 to 100000"), "how many worlds there may be at once"
    )
    auth: Literal["required", "off"] = setting(
        "required", one_of("required", "off"), "whether calls need Basic authentication", scope="world"
    )
    strict_login: bool = setting(False, BOOLEAN, "refuse a login that itself contains @", scope="world")
    credentials: tuple[Credential, ...] = setting(
        (),
        CREDENTIAL,
        "who may call, and with which methods (GET,POST); any well-formed credentials unless given",
        many=True,
    )
    subscription_key: tuple[str, ...] = setting(
        (), TEXT, "key that the gateway asks for; none unless given", scope="world", many=True
    )
    rate_limit: Limit | None = setting(
        None, LIMIT, "calls per account that the gateway lets through in a sliding window", scope="world"
    )
    quota: Limit | None = setting(
        None, LIMIT, "calls per account that the gateway lets through in a longer period", scope="world"
    )
    latency: Latency | None = setting(None, LATENCY, "how long every call is held back", scope="world")
    error_rate: ErrorRate | None = setting(
        None, ERROR_RATE, "which share of calls fails, and with which status", scope="world"
    )
    duplicates: Literal["reject", "allow"] = setting(
        "reject", one_of("reject", "allow"), "what happens to a key link that exists already", scope="world"
    )
    error_shape: Literal["array", "object"] = setting(
        "array",
        one_of("array", "object"),
        "whether an error body is a list or a single object",
        scope="world",
    )
    page_size_over_max: Literal["clamp", "reject"] = setting(
        "clamp", one_of("clamp", "reject"), "what happens to a page_size over 500", scope="world"
    )
    blank_search: Literal["ignore", "match"] = setting(
        "ignore", one_of("ignore", "match"), "whether a blank search parameter is ignored", scope="world"
    )
    seed: int | None = setting(
        None, integer(0, 2**63 - 1, "a whole number from 0"), "make everything random repeatable"
    )
    clock: datetime | None = setting(None, DATETIME, "the moment at which the mock clock stands still")
    durability: Literal["flush", "fsync"] = setting(
        "flush",
        one_of("flush", "fsync"),
        "whether a write is answered once the operating system has it, or the disk",
    )
    log_size: int = setting(
        1000,
        integer(0, 1_000_000, "a whole number from 0 to 1000000"),
        "how many calls the request log keeps",
    )
    tls: Literal["off", "auto"] = setting(
        "off", one_of("off", "auto"), "serve HTTPS with a certificate made on the spot; needs mockrevio[tls]"
    )
    tls_cert: Path | None = setting(None, FILE, "serve HTTPS with this certificate (PEM, its chain included)")
    tls_key: Path | None = setting(None, FILE, "the certificate's key, where the file of it holds none (PEM)")
    hostname: tuple[str, ...] = setting(
        (), TEXT, "name that such a certificate is good for, beside localhost", many=True
    )
    tls_ca_out: Path | None = setting(
        None, FILE, "where to write the certificate that clients must trust then"
    )
    admin_token: str | None = setting(
        None, TEXT, "token that /__admin then asks for, as Authorization: Bearer"
    )
    allow_host: tuple[str, ...] = setting(
        (), TEXT, "a further Host name under which /__admin may be called", many=True
    )
    explicit: frozenset[str] = field(default=frozenset(), repr=False)
    """The names that the user set, by whichever way: they win over what a fixture says."""

    @classmethod
    def load(
        cls,
        options: Mapping[str, Any] | None = None,
        *,
        config: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Settings:
        """The settings from command-line `options`, then the environment, then a TOML file.

        An option that is None or an empty tuple counts as not given, as do a blank environment variable
        and an empty list in the file. `environ` replaces the environment of the process. Raises
        SettingError, which names what is allowed, for a bad value, an unknown name, or a file that cannot
        be read.
        """
        values = gather(TABLE, options or {}, config, environ)
        return cls(**values, explicit=frozenset(values))

    def with_fixture_settings(self, values: Mapping[str, Any]) -> Settings:
        """These settings with those of a fixture, which yield to whatever the user chose."""
        return self.with_overrides(
            {name: value for name, value in values.items() if name not in self.explicit}
        )

    def with_overrides(self, values: Mapping[str, Any]) -> Settings:
        """These settings with some changed, whatever the user chose. `None` is the default: off, mostly."""
        return replace(self, **{name: _read_world_setting(name, value) for name, value in values.items()})

    def world_settings(self) -> dict[str, Any]:
        """What a fixture or `PATCH /settings` may change, as JSON, in the words of the command line."""
        return {name: _to_json(getattr(self, name)) for name in WORLD_SETTINGS}


def _read_world_setting(name: str, value: Any) -> Any:
    return _DEFAULTS[name] if value is None else read_value(TABLE[name], name, value)


def _to_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    return value if value is None or isinstance(value, bool) else str(value)


def declared_settings() -> Iterable[tuple[str, Any, Mapping[str, Any]]]:
    """Every setting as (name, default, metadata), in the order of the table."""
    return [(each.name, each.default, each.metadata) for each in fields(Settings) if each.metadata]


TABLE = {name: metadata for name, _, metadata in declared_settings()}
WORLD_SETTINGS = [name for name, metadata in TABLE.items() if metadata["scope"] == "world"]
_DEFAULTS = {name: default for name, default, _ in declared_settings()}


def world_setting_errors(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the `settings` of a fixture document: a message per name, or nothing."""
    wrong = {}
    for name, value in values.items():
        if name not in WORLD_SETTINGS:
            wrong[name] = f"is no setting of a world; those are {', '.join(WORLD_SETTINGS)}"
            continue
        try:
            _read_world_setting(name, value)
        except SettingError as error:
            wrong[name] = str(error)
    return wrong
