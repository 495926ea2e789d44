"""The integration systems and entity types of a world; both are read-only in Rev.io's API."""

from __future__ import annotations

from collections.abc import Mapping

from mockrevio.revio.resources import INTEGRATION_ENTITY_TYPE, INTEGRATION_SYSTEM
from mockrevio.storage import LiveDatabase


class Catalog:
    """The systems and entity types that key links may refer to."""

    def __init__(self, database: LiveDatabase) -> None:
        self._database = database
        self._systems = database.live_table(INTEGRATION_SYSTEM.table)
        self._types = database.live_table(INTEGRATION_ENTITY_TYPE.table)

    def has_system(self, system_id: int) -> bool:
        """Whether an integration system has this id (A: a key link needs one)."""
        return system_id in self._systems.documents

    def type_name(self, type_id: int) -> str | None:
        """The name of the entity type with this id, or None."""
        record = self._types.documents.get(type_id)
        return None if record is None else str(record["entity_type_name"])

    def type_names(self) -> list[str]:
        """The names of all entity types, by id."""
        return [*self.types().values()]

    def systems(self) -> dict[int, str]:
        """The names of all integration systems by their ids, ascending."""
        with self._database.reading():
            return _names(self._systems.documents, "system_name")

    def types(self) -> dict[int, str]:
        """The names of all entity types by their ids, ascending."""
        with self._database.reading():
            return _names(self._types.documents, "entity_type_name")

    def format_systems(self) -> str:
        """All systems for a message: `4 SALESFORCE, 5 NETSUITE`."""
        return _format_names(self.systems())

    def format_types(self) -> str:
        """All entity types for a message: `1 AGENT, 2 CUSTOMER`."""
        return _format_names(self.types())


def _names(documents: Mapping[int, Mapping[str, object]], name_field: str) -> dict[int, str]:
    return {record_id: str(documents[record_id][name_field]) for record_id in sorted(documents)}


def _format_names(names: Mapping[int, str]) -> str:
    return ", ".join(f"{record_id} {name}" for record_id, name in names.items()) or "none"
