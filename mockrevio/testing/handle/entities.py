"""`mock_revio.entities`: the records of Rev.io."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.errors import AdminCallRefused, UnknownArgument
from mockrevio.spelling import closest
from mockrevio.testing.handle.admin_client import Record
from mockrevio.testing.handle.held import Held

__tracebackhide__ = True  # a failure points at the line of the test


class Entities(Held):
    """The records, by entity type (`CUSTOMER`) or endpoint (`Orders`), and id.

    Type checkers see `mockrevio.types.entities.TypedEntities`, which knows the fields of each type.
    """

    def add(
        self,
        type_name: str,
        entity_id: int | None = None,
        values: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Record:
        """Create a record, or update the one with this id, and return it.

        Without an id, the record gets the next id. An update changes only the given `fields`. Those that
        mockrevio does not know go into `values`. Raises UnknownArgument for such a field, AdminCallRefused
        for an unknown entity type or an invalid value.
        """
        if fields:
            _reject_unknown_fields(type_name, fields)
        given = {**(values or {}), **fields}
        if entity_id is None:
            created = self._admin_client.call("POST", f"entities/{type_name}", given)
            return dict(created["entities"][0])
        existing = self.get(type_name, entity_id) or {}
        return dict(
            self._admin_client.call("PUT", f"entities/{type_name}/{entity_id}", {**existing, **given})
        )

    def make(self, type_name: str, count: int) -> list[Record]:
        """Generate `count` more records, with realistic fields and valid references, and return them."""
        created = self._admin_client.call("POST", f"entities/{type_name}", {"count": count})
        return list(created["entities"])

    def get(self, type_name: str, entity_id: int) -> Record | None:
        """The record with this id, or None. Raises AdminCallRefused for an unknown entity type."""
        try:
            return dict(self._admin_client.get(f"entities/{type_name}/{entity_id}"))
        except AdminCallRefused as error:
            if error.status == 404 and "does not exist" in str(error):
                return None
            raise

    def all(self, type_name: str) -> list[Record]:
        """All records of a type, ordered by id."""
        return list(self._admin_client.get(f"entities/{type_name}")["entities"])

    def remove(self, type_name: str, entity_id: int) -> None:
        """Delete a record; key links to it stay. Raises AdminCallRefused if it does not exist."""
        self._admin_client.call("DELETE", f"entities/{type_name}/{entity_id}")

    def _describe(self) -> str:
        counts = self._admin_client.get("entities")["counts"]
        return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _reject_unknown_fields(type_name: str, fields: Mapping[str, Any]) -> None:
    """Raise UnknownArgument for a field that an endpoint of Rev.io's does not have."""
    from mockrevio.revio.resources import BUILT_IN, ENTITIES

    resource = ENTITIES.get(type_name.upper()) or BUILT_IN.at(type_name.lower())
    if resource is None:
        return  # declared by a fixture, or unknown, which the admin API says
    known = {name.lower() for name in resource.fields}
    unknown = next((name for name in fields if name.lower() not in known), None)
    if unknown is None:
        return
    nearest = closest(unknown.lower(), known)
    hint = f"did you mean {nearest!r}?" if nearest else f"it has {', '.join(resource.fields)}."
    raise UnknownArgument(
        f"entities.add() got {unknown!r}, which {resource.path} does not have; {hint} "
        f"To add a field that mockrevio does not know, pass values={{{unknown!r}: ...}}"
    )
