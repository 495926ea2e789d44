"""The integration systems and entity types of a world; both are read-only in Rev.io's API."""

from __future__ import annotations

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
        with self._database.reading():
            return [str(self._types.documents[type_id]["entity_type_name"]) for type_id in self._types.ids()]

    def format_systems(self) -> str:
        """All systems for a message: `4 SALESFORCE, 5 NETSUITE`."""
        with self._database.reading():
            return _format_names(self._systems.documents, "system_name")

    def format_types(self) -> str:
        """All entity types for a message: `1 AGENT, 2 CUSTOMER`."""
        with self._database.reading():
            return _format_names(self._types.documents, "entity_type_name")


def _format_names(documents: dict[int, dict[str, object]], name_field: str) -> str:
    names = (f"{record_id} {documents[record_id][name_field]}" for record_id in sorted(documents))
    return ", ".join(names) or "none"
