"""What probes observe: JSON values without anything that differs from tenant to tenant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockrevio.contract.client import Answer
from mockrevio.revio.wire.body import parse_media_type

_NAME = re.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}", re.ASCII)

Value = Any
"""A JSON value: a status, a name, a shape."""

Cases = dict[str, Value]
"""The values of one rule, by what was tried: `{"page=0": 400, "page=x": 400}`."""


class Unseen(Exception):
    """A probe found nothing to look at; the text says what is missing."""


@dataclass
class Observations:
    """What was observed of a service."""

    cases: dict[str, Cases] = field(default_factory=dict)
    """By rule."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why rules were not observed, or not completely."""

    def add(self, rule: str, case: str, value: Value) -> None:
        """Add the value of a case."""
        self.cases.setdefault(rule, {})[case] = value


def redacted(found: Observations, redact: Callable[[str], str]) -> Observations:
    """Observations without secrets, which a service may have repeated anywhere."""
    return Observations(
        {rule: _redacted(cases, redact) for rule, cases in found.cases.items()},
        {rule: redact(reason) for rule, reason in found.reasons.items()},
    )


def _redacted(value: Value, redact: Callable[[str], str]) -> Value:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redacted(item, redact) for item in value]
    if isinstance(value, dict):
        return {redact(name): _redacted(item, redact) for name, item in value.items()}
    return value


def plain_name(text: Any) -> str | None:
    """A text that is a name, such as that of a field or an error; None for others, which may be data."""
    return text if isinstance(text, str) and _NAME.fullmatch(text) else None


def plain_names(names: Iterable[Any]) -> list[str]:
    """Those that are names, and `...` for all others, sorted."""
    return sorted({plain_name(name) or "..." for name in names})


def shape(value: Any) -> Value:
    """The shape of a JSON value: its names, and the kinds of its values. Lists show their first item."""
    if isinstance(value, Mapping):
        return {plain_name(name) or "...": shape(item) for name, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return kind(value)


def kind(value: Any) -> Value:
    """The kind of a JSON value; true, false and null are themselves."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return "whole"
    return {float: "number", str: "text", list: "list", dict: "object"}[type(value)]


def error_body(answer: Answer) -> Value:
    """Whether the body of an error is a list or an object, or else its media type."""
    try:
        body = answer.json()
    except ValueError:
        return media_type(answer) if answer.content.strip() else "nothing"
    if isinstance(body, list):
        return "array" if all(isinstance(item, dict) for item in body) else "array of other values"
    return "object" if isinstance(body, dict) else kind(body)


def media_type(answer: Answer) -> str:
    """The media type of a body, without its parameters."""
    return parse_media_type(answer.headers.get("Content-Type", ""))[0] or "no media type"


def date_form(text: str) -> str:
    """The form of a date: each digit is a 9."""
    return re.sub("[0-9]", "9", text)


def without_versions(text: str) -> str:
    """A product name without its version, which changes with every update."""
    return re.sub(r"/[\w.+-]+", "", text)


def order(values: Iterable[Any]) -> str:
    """In which order values come: ascending, descending, or neither."""
    found = list(values)
    if found == sorted(found):
        return "ascending"
    return "descending" if found == sorted(found, reverse=True) else "neither ascending nor descending"
