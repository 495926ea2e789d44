"""The kinds of values that settings accept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, NamedTuple

from mockrevio.quantities import Duration, ErrorRate, Latency, Limit
from mockrevio.settings.hashes import HASH_FORM, hash_secret
from mockrevio.settings.hosts import HOST_FORMAT, HOSTNAME_FORMAT, parse_host, parse_hostname
from mockrevio.settings.origins import parse_origin
from mockrevio.settings.proxies import (
    BASE_PATH_FORMAT,
    NETWORK_FORMAT,
    parse_base_path,
    parse_network,
)

HTTP_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH"})

_INTEGER = re.compile(r"[0-9]{1,20}", re.ASCII)  # int() accepts 1_000 and ٣ too


class Credential(NamedTuple):
    """Accepted credentials, `LOGIN@CLIENT:PASSWORD[:METHODS]`. `methods` is None if all are allowed."""

    login: str
    client: str
    password: str
    methods: frozenset[str] | None = None

    def __repr__(self) -> str:
        return f"<Credential of {self.login}@{self.client}>"  # tracebacks and failed tests show it


class Kind(NamedTuple):
    """A kind of value: how to parse it, and how messages and `--help` describe it.

    `parse` raises ValueError or KeyError for invalid text; an attribute `hint` of the error says what to
    write instead. `allowed` completes the sentence "must be ..."; `placeholder` stands for the value in
    `--help`; `choices` are all values, if there are few. Of a kind with `commas`, a value may contain some,
    so they do not separate values in the environment. One that is `secret` is never shown. `python` is the
    type that values have in Python, where they need not be text.
    """

    parse: Callable[[str], Any]
    allowed: str
    placeholder: str
    choices: tuple[str, ...] = ()
    commas: bool = False
    secret: bool = False
    python: str = "str"


class MalformedCredential(ValueError):
    """An invalid credential. The hint says why, because messages do not show the text."""

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint


_AMBIGUOUS = (
    "it could be several users, or one whose password contains a comma or a semicolon; set each user "
    "separately, in the environment separated by spaces"
)


def one_of(*choices: str) -> Kind:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    python = f"Literal[{', '.join(map(repr, choices))}]"
    return Kind(parse, " or ".join(choices), "|".join(choices), choices, python=python)


def integer(low: int, high: int, allowed: str) -> Kind:
    def parse(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(parse, allowed, "N", python="int")


def _parse_bool(text: str) -> bool:
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


def _non_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


_ANOTHER_CREDENTIAL = re.compile(r"[,;|\s](?=[^,;|\s:@][^,;|\s:]*@[^,;|\s:]+:.)|[,;|]\Z")
_HEADER_TEXT = re.compile(r"[\x20-\x7e]+")
_QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)


class QuotedSecret(ValueError):
    """A secret in quotes, which `docker run --env-file` does not remove."""

    hint = "remove the quotes around it, which would become part of the secret"


def _parse_secret(text: str) -> str:
    """Text that every client can send in a header, where spaces around it are lost."""
    secret = text.strip()
    if _QUOTED.fullmatch(secret):
        raise QuotedSecret(text)
    if not _HEADER_TEXT.fullmatch(secret):
        raise ValueError(text)
    return secret


def _parse_hashed_secret(text: str) -> str:
    """Text that a header can carry, or its hash; the hash is all that is kept."""
    return hash_secret(_parse_secret(text))


_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)*\.?")


def _parse_address(text: str) -> str:
    """An address to listen on. The brackets that IPv6 addresses have in URLs are removed."""
    address = text.strip()
    if address.startswith("[") and address.endswith("]"):
        return str(IPv6Address(address[1:-1]))
    if ":" in address:
        return str(IPv6Address(address))
    if not _ADDRESS.fullmatch(address):
        raise ValueError(text)
    return address


def parse_credential(text: str) -> Credential:
    """Parse `LOGIN@CLIENT:PASSWORD[:METHODS]`. Raises ValueError.

    METHODS is a comma-separated list of method names (`GET,POST`) after the last colon; any other text
    there is part of the password. The client code follows the last `@` before the first colon. A text with
    another credential after a comma is ambiguous.
    """
    if _ANOTHER_CREDENTIAL.search(text):
        raise MalformedCredential(_AMBIGUOUS)
    if _QUOTED.fullmatch(text.strip()):
        raise MalformedCredential(QuotedSecret.hint)
    user, colon, password = text.partition(":")
    login, at, client = user.rpartition("@")
    if not (colon and password):
        raise MalformedCredential("no password follows a colon")
    if not (at and login and client):
        raise MalformedCredential("LOGIN@CLIENT must come before the first colon")
    head, colon, tail = password.rpartition(":")
    methods = frozenset(tail.split(","))
    if colon and head and methods <= HTTP_METHODS:
        return Credential(login, client, head, methods)
    return Credential(login, client, password)


DATETIME_FORMAT = "a date and time such as 2030-01-02T03:04:05 (UTC if it names no time zone)"


def parse_datetime(text: str) -> datetime:
    """Parse an ISO 8601 date and time, and convert it to UTC. Raises ValueError."""
    time = datetime.fromisoformat(text.strip())
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_OTHER_NAMES = frozenset(
    {
        *("integration_system_id", "integration_entity_type_id", "internal_id", "external_id"),
        *("created_date", "created_by", "links", "ok", "page", "page_size", "sort"),
    }
)


def _parse_own_id(text: str) -> str:
    if not _FIELD_NAME.fullmatch(text) or text.lower() in _OTHER_NAMES:
        raise ValueError(text)
    return text


ERROR_STATUS_RULES = (
    "search.not_whole",
    "page.invalid",
    "body.malformed",
    "body.required",
    "body.invalid",
    "link.entity_exists",
    "link.system_exists",
    "link.type_exists",
    "link.duplicate",
)
"""The rules with errors whose status is assumed, so that a setting can change it."""


def _parse_error_status(text: str) -> str:
    rule, _, status = text.strip().partition("=")
    if rule not in ERROR_STATUS_RULES or not re.fullmatch("4[0-9][0-9]", status, re.ASCII):
        raise ValueError(text)
    return f"{rule}={status}"


ERROR_STATUS = Kind(
    _parse_error_status,
    f"RULE=STATUS with a status from 400 to 499 and a rule of {', '.join(ERROR_STATUS_RULES)}",
    "RULE=STATUS",
)
OWN_ID = Kind(
    _parse_own_id, "the name of a field, of letters, digits and _, that key links do not have yet", "NAME"
)
BOOLEAN = Kind(_parse_bool, "true or false", "true|false", ("false", "true"), python="bool")
TEXT = Kind(_non_blank, "non-blank text", "TEXT")
SECRET = Kind(_parse_secret, "printable ASCII text", "TEXT", secret=True)
HASHED_SECRET = Kind(
    _parse_hashed_secret, f"printable ASCII text, or its hash {HASH_FORM}", "TEXT", secret=True
)
HOST = Kind(parse_host, HOST_FORMAT, "NAME")
HOSTNAME = Kind(parse_hostname, HOSTNAME_FORMAT, "NAME")
NETWORK = Kind(parse_network, NETWORK_FORMAT, "NETWORK")
BASE_PATH = Kind(parse_base_path, BASE_PATH_FORMAT, "/PREFIX")
ORIGIN = Kind(
    parse_origin, "an origin such as http://localhost:3000: scheme, host and port, without a path", "ORIGIN"
)
ADDRESS = Kind(_parse_address, "an IP address or a host name, without a port", "ADDRESS")
DURATION = Kind(Duration.parse, Duration.FORMAT, "DURATION")
FOLDER = Kind(lambda text: Path(_non_blank(text)), "the path of a folder", "FOLDER", python="str | Path")
FILE = Kind(lambda text: Path(_non_blank(text)), "the path of a file", "FILE", python="str | Path")
FIXTURE = Kind(
    _non_blank, "the name of a shipped fixture or the path of a file", "NAME|FILE", python="str | Path"
)
CREDENTIAL = Kind(
    parse_credential,
    "LOGIN@CLIENT:PASSWORD or LOGIN@CLIENT:PASSWORD:GET,POST",
    "LOGIN@CLIENT:PASSWORD[:METHODS]",
    commas=True,
    secret=True,
)
LATENCY = Kind(Latency.parse, Latency.FORMAT, "LATENCY")
ERROR_RATE = Kind(ErrorRate.parse, ErrorRate.FORMAT, "SHARE[:STATUS]", python="str | float")
LIMIT = Kind(Limit.parse, Limit.FORMAT, "CALLS/SECONDS")
DATETIME = Kind(parse_datetime, DATETIME_FORMAT, "ISO", python="str | datetime")
