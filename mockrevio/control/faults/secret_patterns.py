"""Patterns for secrets: a rule that matches on one keeps and shows its hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.control.faults.patterns import Pattern, to_text
from mockrevio.documents import document_error, read_object
from mockrevio.revio.wire.secrets import is_secret_name, known_scheme
from mockrevio.settings import hash_secret, is_secret

PARTS_WITH_SECRETS = ("headers", "query")
"""The parts of a matcher that have members whose names say that they are secrets."""
_FORMAT = (
    "the whole secret, its hash sha256:SALT:HEX, *, Basic * or the like, null (absent) or a list of these"
)


class SecretPattern:
    """A value or a list of values that a secret may have. There are no other wildcards than for any value:
    part of a secret would have to be kept as it is."""

    def __init__(self, raw: Any, place: str) -> None:
        """Parse a pattern. Raises DocumentError, which does not repeat it, if it is invalid."""
        items = raw if isinstance(raw, list) else [raw]
        valid = items and not any(isinstance(item, (dict, list)) for item in items)
        try:
            hidden = _hide(items) if valid else []
        except ValueError:
            hidden = []
        if not hidden:
            raise document_error(place, f"must be {_FORMAT}; the one given is not shown")
        self._hashes = [item for item in hidden if not _is_open(item)]
        open_items = [item for item in hidden if _is_open(item)]
        self._pattern = Pattern(open_items, place) if open_items else None

    def matches(self, value: str | None) -> bool:
        """Whether a value matches; None is an absent value."""
        if self._pattern is not None and self._pattern.matches(value):
            return True
        return value is not None and any(is_secret(hashed, value) for hashed in self._hashes)

    def __str__(self) -> str:
        shown = ["the secret given"] if self._hashes else []
        return " or ".join([*shown, *([str(self._pattern)] if self._pattern else [])])


def _is_open(item: Any) -> bool:
    """Whether an item gives no secret away: it matches no value, any, or any of a scheme."""
    if not isinstance(item, str):
        return item is None
    return item.endswith("*") and (not item.strip("*") or known_scheme(item) == item.rstrip("* "))


def _hide(items: list[Any]) -> list[Any]:
    """Items with hashes for secrets. Raises ValueError for a malformed hash or wildcards within a secret."""
    hidden = [item if _is_open(item) else hash_secret(str(to_text(item))) for item in items]
    if any(isinstance(item, str) and "*" in item and not _is_open(item) for item in items):
        raise ValueError("part of a secret")
    return hidden


def read_named_patterns(value: Any, place: str) -> dict[str, Any]:
    """Read the patterns of headers or parameters by name: of those that carry secrets, SecretPatterns."""
    if not isinstance(value, dict):
        return read_object(value, place, {})
    return read_object(value, place, {name: _reader(name) for name in value})


def _reader(name: str) -> Any:
    return SecretPattern if is_secret_name(name) else Pattern


def hide_secrets(document: Mapping[str, Any]) -> dict[str, Any]:
    """A valid matcher with hashes in place of the secrets in it."""
    return {name: _hide_part(name, part) for name, part in document.items()}


def _hide_part(name: str, part: Any) -> Any:
    if name == "not":
        return [*map(hide_secrets, part)] if isinstance(part, list) else hide_secrets(part)
    if name not in PARTS_WITH_SECRETS:
        return part
    return {key: _hide_pattern(pattern) if is_secret_name(key) else pattern for key, pattern in part.items()}


def _hide_pattern(pattern: Any) -> Any:
    return _hide(pattern) if isinstance(pattern, list) else _hide([pattern])[0]
