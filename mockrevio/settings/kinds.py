"""What settings accept: how the text of one is read, and how that is said to a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from mockrevio.quantities import ErrorRate, Latency, Limit

HTTP_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH"})

_INTEGER = re.compile(r"[0-9]{1,20}", re.ASCII)  # int() would take 1_000 and ٣ too


class Credential(NamedTuple):
    """One `LOGIN@CLIENT:PASSWORD[:METHODS]`: who may call, and which methods (None: all of them)."""

    login: str
    client: str
    password: str
    methods: frozenset[str] | None = None


class Kind(NamedTuple):
    """What a setting accepts: how its text is read, and how that is said to a person.

    `allowed` ends the sentence "it takes ..."; `placeholder` stands for the value in `--help`;
    `choices` are all values, if there are few.
    """

    read: Callable[[str], Any]
    allowed: str
    placeholder: str
    choices: tuple[str, ...] = ()


def one_of(*choices: str) -> Kind:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return Kind(read, " or ".join(choices), "|".join(choices), choices)


def integer(low: int, high: int, allowed: str) -> Kind:
    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(read, allowed, "N")


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


def parse_credential(text: str) -> Credential:
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
    if colon and head and methods <= HTTP_METHODS:
        return Credential(login, client, head, methods)
    return Credential(login, client, password)


DATETIME_FORM = "a date and time such as 2030-01-02T03:04:05 (UTC unless it names a zone)"


def parse_datetime(text: str) -> datetime:
    """A moment in UTC from ISO text; ValueError for what is none."""
    moment = datetime.fromisoformat(text.strip())
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


BOOLEAN = Kind(_parse_bool, "true or false", "true|false", ("false", "true"))
TEXT = Kind(_non_blank, "text that is not blank", "TEXT")
FOLDER = Kind(lambda text: Path(_non_blank(text)), "a folder", "FOLDER")
FILE = Kind(lambda text: Path(_non_blank(text)), "a file", "FILE")
FIXTURE = Kind(_non_blank, "the name of a shipped fixture, or a file", "NAME|FILE")
CREDENTIAL = Kind(
    parse_credential,
    "LOGIN@CLIENT:PASSWORD or LOGIN@CLIENT:PASSWORD:GET,POST",
    "LOGIN@CLIENT:PASSWORD[:METHODS]",
)
LATENCY = Kind(Latency.read, Latency.FORM, "LATENCY")
ERROR_RATE = Kind(ErrorRate.read, ErrorRate.FORM, "SHARE[:STATUS]")
LIMIT = Kind(Limit.read, Limit.FORM, "CALLS/SECONDS")
DATETIME = Kind(parse_datetime, DATETIME_FORM, "ISO")
