"""What becomes of personal data in what is read from a service: it is replaced, or kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import Resource


class PersonalData(Protocol):
    """Replaces personal data, as `Pseudonyms` does."""

    def record(self, resource: Resource, record: Mapping[str, Any]) -> Record:
        """A record."""

    def value(self, resource: Resource, name: str, value: Any) -> Any:
        """The value of a field."""

    def unknown(self, value: Any) -> Any:
        """A value of which nothing is known."""


class KeptPersonalData:
    """Keeps all data as it is, for `--keep-personal-data`."""

    def record(self, resource: Resource, record: Mapping[str, Any]) -> Record:
        """The same record."""
        del resource
        return dict(record)

    def value(self, resource: Resource, name: str, value: Any) -> Any:
        """The same value."""
        del resource, name
        return value

    def unknown(self, value: Any) -> Any:
        """The same value."""
        return value
