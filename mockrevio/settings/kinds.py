"""The kinds of values that settings accept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from mockrevio.quantities import ErrorRate, Latency, Limit

HTTP_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH"})

_INTEGER = re.compile(r"[0-9]{1,20}", re.ASCII)  # int() accepts 1_000 and ٣ too


class Credential(NamedTuple):
    """Accepted credentials, `LOGIN@CLIENT:PASSWORD[:METHODS]`. `methods` is None if all are allowed."""

    login: str
    client: str
    password: str
    methods: frozenset[str] | None = None


class Kind(NamedTuple):
    """A kind of value: how to parse it, and how messages and `--help` describe it.

    `parse` raises ValueError or KeyError for invalid text. `allowed` completes the sentence "must be ...";
    `placeholder` stands for the value in `--help`; `choices` are all values, if there are few.
    """

    parse: Callable[[str], Any]
    allowed: str
    placeholder: str
    choices: tuple[str, ...] = ()


def one_of(*choices: str) -> Kind:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return Kind(parse, " or ".join(choices), "|".join(choices), choices)


def integer(low: int, high: int, allowed: str) -> Kind:
    def parse(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(parse, allowed, "N")


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


_HOST = re.compile(r"(\*\.(?=.*[a-z]))?[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]+", re.ASCII)


def _parse_host(text: str) -> str:
    host = text.strip().lower()
    if not _HOST.fullmatch(host):
        raise ValueError(text)
    return host


def parse_credential(text: str) -> Credential:
    """Parse `LOGIN@CLIENT:PASSWORD[:METHODS]`. Raises ValueError.

    METHODS is a comma-separated list of method names (`GET,POST`) after the last colon; any other text
    there is part of the password. The client code follows the last `@` before the first colon.
    """
    user, colon, password = text.partition(":")
    login, at, client = user.rpartition("@")
    if not (colon and at and login and client and password):
        raise ValueError(text)
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


BOOLEAN = Kind(_parse_bool, "true or false", "true|false", ("false", "true"))
TEXT = Kind(_non_blank, "non-blank text", "TEXT")
HOST = Kind(_parse_host, "a host name, an IP address, or *. and a domain", "NAME")
FOLDER = Kind(lambda text: Path(_non_blank(text)), "the path of a folder", "FOLDER")
FILE = Kind(lambda text: Path(_non_blank(text)), "the path of a file", "FILE")
FIXTURE = Kind(_non_blank, "the name of a shipped fixture or the path of a file", "NAME|FILE")
CREDENTIAL = Kind(
    parse_credential,
    "LOGIN@CLIENT:PASSWORD or LOGIN@CLIENT:PASSWORD:GET,POST",
    "LOGIN@CLIENT:PASSWORD[:METHODS]",
)
LATENCY = Kind(Latency.parse, Latency.FORMAT, "LATENCY")
ERROR_RATE = Kind(ErrorRate.parse, ErrorRate.FORMAT, "SHARE[:STATUS]")
LIMIT = Kind(Limit.parse, Limit.FORMAT, "CALLS/SECONDS")
DATETIME = Kind(parse_datetime, DATETIME_FORMAT, "ISO")
