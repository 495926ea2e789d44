"""The table of settings: each with its name, default, accepted values and help text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from mockrevio.quantities import Duration, ErrorRate, Latency, Limit
from mockrevio.settings.combinations import check_changes, check_combinations
from mockrevio.settings.declaration import option_name, read_value, setting, to_json
from mockrevio.settings.kinds import (
    ADDRESS,
    BASE_PATH,
    BOOLEAN,
    CREDENTIAL,
    DATETIME,
    DURATION,
    ERROR_RATE,
    ERROR_STATUS,
    FILE,
    FIXTURE,
    FOLDER,
    HASHED_SECRET,
    HOST,
    HOSTNAME,
    LATENCY,
    LIMIT,
    NETWORK,
    ORIGIN,
    OWN_ID,
    SECRET,
    Credential,
    integer,
    one_of,
)
from mockrevio.settings.sources import SettingValue, Source, read_sources


@dataclass(frozen=True)
class Settings:
    """All settings of a server. `Settings()` has the defaults; `load` reads what the user set."""

    host: str = setting(
        "127.0.0.1", ADDRESS, "address to listen on; 0.0.0.0 is all of IPv4, :: all of IPv4 and IPv6"
    )
    port: int = setting(
        7384, integer(0, 65535, "a whole number from 0 to 65535"), "port to listen on; 0 picks a free port"
    )
    data: Path = setting(Path("mockrevio-data"), FOLDER, "folder to store the data in")
    ephemeral: bool = setting(False, BOOLEAN, "store nothing on disk")
    fixture: tuple[str, ...] = setting(
        ("default",),
        FIXTURE,
        "initial contents of a new world: default, empty, demo or a file",
        repeatable=True,
    )
    watch: bool = setting(False, BOOLEAN, "reset all worlds whenever a fixture file changes")
    isolate_clients: bool = setting(False, BOOLEAN, "give each client code its own world")
    max_worlds: int = setting(
        256, integer(1, 100_000, "a whole number from 1 to 100000"), "maximum number of worlds"
    )
    world_idle_timeout: float = setting(
        Duration(3600), DURATION, "after how long without a call a world makes room for a new one"
    )
    auth: Literal["required", "off"] = setting(
        "required", one_of("required", "off"), "whether requests need Basic authentication", scope="world"
    )
    strict_login: bool = setting(False, BOOLEAN, "reject a login that itself contains @", scope="world")
    credentials: tuple[Credential, ...] = setting(
        (),
        CREDENTIAL,
        "credentials to accept, optionally limited to some methods; by default all well-formed ones",
        repeatable=True,
    )
    subscription_key: tuple[str, ...] = setting(
        (),
        HASHED_SECRET,
        "subscription key that the gateway accepts; by default none is required",
        scope="world",
        repeatable=True,
    )
    rate_limit: Limit | None = setting(
        None, LIMIT, "how many calls per account the gateway accepts in a sliding window", scope="world"
    )
    quota: Limit | None = setting(
        None, LIMIT, "how many calls per account the gateway accepts in a fixed period", scope="world"
    )
    latency: Latency | None = setting(
        None, LATENCY, "delay of every request: fixed, uniform in a range, or lognormal", scope="world"
    )
    error_rate: ErrorRate | None = setting(
        None, ERROR_RATE, "share of requests that fail, and the status they fail with", scope="world"
    )
    duplicates: Literal["reject", "allow"] = setting(
        "reject",
        one_of("reject", "allow"),
        "whether to reject or allow a key link that already exists",
        scope="world",
    )
    error_shape: Literal["array", "object"] = setting(
        "array", one_of("array", "object"), "whether an error body is an array or an object", scope="world"
    )
    error_status: tuple[str, ...] = setting(
        (),
        ERROR_STATUS,
        "status of the errors of a rule, such as link.duplicate=409, where it is not the usual one",
        scope="world",
        repeatable=True,
    )
    page_size_over_max: Literal["clamp", "reject"] = setting(
        "clamp", one_of("clamp", "reject"), "whether to clamp or reject a page_size over 500", scope="world"
    )
    blank_search: Literal["ignore", "match"] = setting(
        "ignore",
        one_of("ignore", "match"),
        "whether a blank search parameter is ignored or matches blank values",
        scope="world",
    )
    put: Literal["replace", "merge"] = setting(
        "replace",
        one_of("replace", "merge"),
        "whether a PUT of a key link must have all fields, or keeps those that it lacks",
        scope="world",
    )
    key_link_id: str = setting(
        "integration_key_link_id", OWN_ID, "name of the field with a key link's own id", scope="world"
    )
    links: Literal["none", "self"] = setting(
        "none", one_of("none", "self"), "whether records have links to themselves", scope="world"
    )
    unset_dates: Literal["null", "sentinel"] = setting(
        "null",
        one_of("null", "sentinel"),
        "whether a date that is not set is null or 0001-01-01T00:00:00",
        scope="world",
    )
    server_headers: Literal["mock", "iis"] = setting(
        "mock",
        one_of("mock", "iis"),
        "whether responses have mockrevio's headers or those that IIS adds",
        scope="world",
    )
    seed: int | None = setting(
        None, integer(0, 2**63 - 1, "a whole number from 0"), "random seed, for reproducible results"
    )
    clock: datetime | None = setting(None, DATETIME, "time at which to freeze the mock clock")
    durability: Literal["flush", "fsync"] = setting(
        "flush",
        one_of("flush", "fsync"),
        "when a write is acknowledged: once the operating system (flush) or the disk (fsync) has it",
    )
    log_size: int = setting(
        1000,
        integer(0, 1_000_000, "a whole number from 0 to 1000000"),
        "maximum number of entries in the request log",
    )
    log_format: Literal["none", "text", "json"] = setting(
        "none", one_of("none", "text", "json"), "format of the line on standard output for each call"
    )
    traces: Literal["none", "otlp"] = setting(
        "none",
        one_of("none", "otlp"),
        "whether to send a span for each call to an OpenTelemetry collector; requires mockrevio[otel]",
    )
    tls: Literal["off", "auto"] = setting(
        "off", one_of("off", "auto"), "serve HTTPS with a temporary certificate; requires mockrevio[tls]"
    )
    tls_cert: Path | None = setting(None, FILE, "certificate to serve HTTPS with (PEM, including its chain)")
    tls_key: Path | None = setting(
        None, FILE, "private key of the certificate, if it is in another file (PEM)"
    )
    hostname: tuple[str, ...] = setting(
        (),
        HOSTNAME,
        "host name that the temporary certificate is valid for, besides localhost",
        repeatable=True,
    )
    tls_ca_out: Path | None = setting(
        None, FILE, "file to write the temporary CA certificate to, which clients must trust"
    )
    admin_token: str | None = setting(
        None, SECRET, "token that /__admin requires, sent as Authorization: Bearer TOKEN"
    )
    allow_host: tuple[str, ...] = setting(
        (),
        HOST,
        "host that /__admin and browsers may use besides localhost; *.example.test allows all subdomains",
        repeatable=True,
    )
    allow_origin: tuple[str, ...] = setting(
        (), ORIGIN, "origin whose web pages may call the API from a browser (CORS)", repeatable=True
    )
    base_path: str = setting(
        "", BASE_PATH, "prefix of all paths behind a proxy, whether the proxy strips it or leaves it"
    )
    trusted_proxy: tuple[str, ...] = setting(
        (),
        NETWORK,
        "address or network of proxies whose Forwarded and X-Forwarded-* headers count",
        repeatable=True,
    )
    webhook_host: tuple[str, ...] = setting(
        (),
        HOST,
        "host that webhooks may call besides this machine; *.example.test allows all subdomains",
        repeatable=True,
    )
    idle_timeout: float = setting(
        Duration(60), DURATION, "how long a connection is kept open without a request"
    )
    max_connections: int = setting(
        10_000,
        integer(1, 1_000_000, "a whole number from 1 to 1000000"),
        "maximum number of open connections",
    )
    explicit: frozenset[str] = field(default=frozenset(), repr=False)
    """The names of the settings that the user set, from any source. They override a fixture's settings."""
    given: Mapping[str, SettingValue] = field(default_factory=dict, repr=False, compare=False)
    """The values of these settings, with their sources."""
    warnings: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """Warnings about settings that have no effect or are not safe."""

    @classmethod
    def load(
        cls,
        options: Mapping[str, Any] | None = None,
        *,
        config: Path | None = None,
        environ: Mapping[str, str] | None = None,
        spelling: Callable[[str], str] = option_name,
    ) -> Settings:
        """Load settings from command-line `options`, then the environment, then a TOML file.

        An option that is None or an empty tuple counts as not set, and so do a blank environment variable
        and an empty list in the file. `environ` replaces the environment of the process, `spelling` is how
        messages name an option.

        Raises SettingError for an invalid value, an unknown name, a file that cannot be read, or settings
        that contradict each other.
        """
        given = read_sources(TABLE, options or {}, config, environ, spelling)
        values = {name: each.value for name, each in given.items()}
        warnings = check_combinations(given, _DEFAULTS, spelling)
        return cls(**values, explicit=frozenset(given), given=given, warnings=warnings)

    def with_fixture_settings(self, values: Mapping[str, Any]) -> Settings:
        """These settings, updated with a fixture's where the user has not set them."""
        return self.with_overrides(
            {name: value for name, value in values.items() if name not in self.explicit}
        )

    def fixture_warnings(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """A warning for each setting that has no effect because of a fixture's settings, or among them."""
        in_fixture = {
            name: SettingValue(read_world_setting(name, value), Source.FIXTURE, f"the fixture's {name}")
            for name, value in values.items()
        }
        warnings = check_combinations({**in_fixture, **self.given}, _DEFAULTS, option_name)
        return tuple(warning for warning in warnings if warning not in self.warnings)

    def change_warnings(self, changes: Mapping[str, Any]) -> tuple[str, ...]:
        """A warning for each of these settings that has no effect, after `changes` at run time."""
        return check_changes(changes, vars(self), _DEFAULTS)

    def with_overrides(self, values: Mapping[str, Any]) -> Settings:
        """These settings, updated even where the user has set them. `None` restores the default."""
        if not values:
            return self
        return replace(self, **{name: read_world_setting(name, value) for name, value in values.items()})

    def world_settings(self) -> dict[str, Any]:
        """The settings that a fixture or `PATCH /settings` can change, as JSON, in command-line notation."""
        return {name: to_json(getattr(self, name)) for name in WORLD_SETTINGS}


def read_world_setting(name: str, value: Any) -> Any:
    """The value of a setting of a world; None is the default. Raises SettingError if it is invalid."""
    return _DEFAULTS[name] if value is None else read_value(TABLE[name], name, value)


def without_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    """Valid settings of a world for storing and showing, with secrets replaced by hashes."""
    return {
        name: to_json(read_world_setting(name, value)) if TABLE[name]["kind"].secret else value
        for name, value in values.items()
    }


def declared_settings() -> Iterable[tuple[str, Any, Mapping[str, Any]]]:
    """Every setting as (name, default, metadata), in table order."""
    return [(item.name, item.default, item.metadata) for item in fields(Settings) if item.metadata]


TABLE = {name: metadata for name, _, metadata in declared_settings()}
WORLD_SETTINGS = [name for name, metadata in TABLE.items() if metadata["scope"] == "world"]
_DEFAULTS = {name: default for name, default, _ in declared_settings()}
