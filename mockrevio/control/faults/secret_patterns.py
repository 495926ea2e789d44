"""Patterns for secrets: rules store and show only the hashes of secrets that they match on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.control.faults.patterns import Pattern, to_text
from mockrevio.documents import document_error, read_object
from mockrevio.revio.wire.secrets import is_secret_name, known_scheme
from mockrevio.settings import hash_secret, verify_secret

PARTS_WITH_SECRETS = ("headers", "query")
"""The parts of a matcher whose members may be secrets, by name."""
_FORMAT = (
    "the whole secret, its hash sha256:SALT:HEX, *, Basic * or the like, null (absent) or a list of these"
)


class SecretPattern:
    """A value or a list of values for a secret. Wildcards may only stand for the whole value, because part of
    a secret would have to be stored in plain text."""

    def __init__(self, raw: Any, place: str) -> None:
        """Parse a pattern. Raises DocumentError, which does not repeat it, if it is invalid."""
        items = raw if isinstance(raw, list) else [raw]
        valid = items and not any(isinstance(item, (dict, list)) for item in items)
        try:
            hashed_items = _hash_items(items) if valid else []
        except ValueError:
            hashed_items = []
        if not hashed_items:
            raise document_error(place, f"must be {_FORMAT}; the value is not shown")
        self._hashes = [item for item in hashed_items if not _reveals_nothing(item)]
        plain_items = [item for item in hashed_items if _reveals_nothing(item)]
        self._pattern = Pattern(plain_items, place) if plain_items else None
        self.size = len(hashed_items)

    def matches(self, value: str | None) -> bool:
        """Whether a value matches; None is an absent value."""
        if self._pattern is not None and self._pattern.matches(value):
            return True
        return value is not None and any(verify_secret(hashed, value) for hashed in self._hashes)

    def __str__(self) -> str:
        shown = ["the secret given"] if self._hashes else []
        return " or ".join([*shown, *([str(self._pattern)] if self._pattern else [])])


def _reveals_nothing(item: Any) -> bool:
    """Whether an item reveals no secret: null, any value, or any value of a scheme."""
    if not isinstance(item, str):
        return item is None
    return item.endswith("*") and (not item.strip("*") or known_scheme(item) == item.rstrip("* "))


def _hash_items(items: list[Any]) -> list[Any]:
    """Items with hashes for secrets. Raises ValueError for a malformed hash or wildcards within a secret."""
    hashed_items = [item if _reveals_nothing(item) else hash_secret(str(to_text(item))) for item in items]
    if any(isinstance(item, str) and "*" in item and not _reveals_nothing(item) for item in items):
        raise ValueError("part of a secret")
    return hashed_items


def read_named_patterns(value: Any, place: str) -> dict[str, Any]:
    """Read the patterns of headers or parameters by name; those for secrets become SecretPatterns."""
    if not isinstance(value, dict):
        return read_object(value, place, {})
    return read_object(value, place, {name: _reader(name) for name in value})


def _reader(name: str) -> Any:
    return SecretPattern if is_secret_name(name) else Pattern


def hash_secrets(document: Mapping[str, Any]) -> dict[str, Any]:
    """A valid matcher with its secrets replaced by hashes."""
    return {name: _hash_part(name, part) for name, part in document.items()}


def _hash_part(name: str, part: Any) -> Any:
    if name == "not":
        return [*map(hash_secrets, part)] if isinstance(part, list) else hash_secrets(part)
    if name not in PARTS_WITH_SECRETS:
        return part
    return {key: _hash_pattern(pattern) if is_secret_name(key) else pattern for key, pattern in part.items()}


def _hash_pattern(pattern: Any) -> Any:
    return _hash_items(pattern) if isinstance(pattern, list) else _hash_items([pattern])[0]
