"""Settings that do nothing, cannot do what they should, or are not safe, because of another setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mockrevio.errors import SettingError
from mockrevio.settings.hosts import is_loopback
from mockrevio.settings.sources import SettingValue, Source


class Combination(NamedTuple):
    """A setting that does not work or is not safe because of another one, `cause`, which `message` may name.

    One that is not harmless is refused; the others get a warning.
    """

    name: str
    cause: str
    occurs: Callable[[Mapping[str, Any]], bool]
    message: str
    harmless: bool = False


COMBINATIONS = (
    Combination(
        "data",
        "ephemeral",
        lambda values: values["ephemeral"],
        "cannot be combined with {cause}, which stores nothing; remove one of them",
    ),
    Combination(
        "tls_cert",
        "tls",
        lambda values: values["tls"] == "auto",
        "cannot be combined with {cause}, which creates a certificate; remove one of them",
    ),
    Combination(
        "tls_key",
        "tls",
        lambda values: values["tls"] == "auto",
        "cannot be combined with {cause}, which creates a key; remove one of them",
    ),
    Combination("tls_key", "tls_cert", lambda values: values["tls_cert"] is None, "requires {cause} as well"),
    Combination(
        "tls_ca_out",
        "tls",
        lambda values: values["tls"] != "auto",
        "requires {cause} auto, which creates the CA certificate",
    ),
    Combination(
        "hostname",
        "tls",
        lambda values: values["tls"] != "auto",
        "requires {cause} auto, which creates the certificate for this name",
    ),
    Combination(
        "durability",
        "ephemeral",
        lambda values: values["ephemeral"],
        "has no effect with {cause}, which stores nothing",
        harmless=True,
    ),
    Combination(
        "max_worlds",
        "isolate_clients",
        lambda values: not values["isolate_clients"],
        "has no effect without {cause}: there is one world",
        harmless=True,
    ),
    Combination(
        "world_idle_timeout",
        "isolate_clients",
        lambda values: not values["isolate_clients"],
        "has no effect without {cause}: there is one world",
        harmless=True,
    ),
    Combination(
        "strict_login",
        "auth",
        lambda values: values["auth"] == "off",
        "has no effect with {cause} off, which accepts every login",
        harmless=True,
    ),
    Combination(
        "credentials",
        "auth",
        lambda values: values["auth"] == "off",
        "has no effect with {cause} off, which accepts every login",
        harmless=True,
    ),
    Combination(
        "host",
        "admin_token",
        lambda values: values["admin_token"] is None and not is_loopback(_bare_host(values["host"])),
        "lets anyone who can reach this machine change everything through /__admin: set {cause}, or listen "
        "on 127.0.0.1; for a container, publish the port on 127.0.0.1",
        harmless=True,
    ),
)


def _bare_host(host: str) -> str:
    return host.lower().removesuffix(".").strip("[]")


def check_combinations(
    given: Mapping[str, SettingValue], defaults: Mapping[str, Any], spelling: Callable[[str], str]
) -> tuple[str, ...]:
    """A warning for each setting that has no effect or is not safe. Raises SettingError if one cannot work.

    Only settings with a value other than the default count. A setting that a source of higher precedence made
    ineffective was overridden on purpose.
    """
    values = {**defaults, **{name: each.value for name, each in given.items()}}
    warnings = []
    for name, cause, occurs, message, harmless in COMBINATIONS:
        setting = given.get(name)
        if setting is None or setting.value == defaults[name] or not occurs(values):
            continue
        other = given.get(cause)
        if other is not None and _overrides(other.source, setting.source):
            continue
        text = f"{setting.label} {message.format(cause=other.label if other else spelling(cause))}"
        if not harmless:
            raise SettingError(text)
        warnings.append(text)
    return tuple(warnings)


def check_changes(
    changes: Mapping[str, Any], values: Mapping[str, Any], defaults: Mapping[str, Any]
) -> tuple[str, ...]:
    """A warning for each setting that changes at run time leave without effect; `values` are those in effect.

    Nothing overrides on purpose here: whoever changes one setting may not know the other.
    """
    return tuple(
        f"{name} {message.format(cause=cause)}"
        for name, cause, occurs, message, _ in COMBINATIONS
        if (name in changes or cause in changes) and values[name] != defaults[name] and occurs(values)
    )


def _overrides(cause: Source, source: Source) -> bool:
    """Whether a setting from one source was meant to override one from another.

    In the environment it may be: an image sets variables, and its user sets others.
    """
    return cause > source or cause == source == Source.ENVIRONMENT
