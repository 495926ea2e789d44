"""The integration systems and the entity types of a world (both read-only in Rev.io's API)."""

from __future__ import annotations

from mockrevio.errors import UnknownEntityType
from mockrevio.revio.resources import INTEGRATION_ENTITY_TYPE, INTEGRATION_SYSTEM
from mockrevio.storage import LiveDatabase


class Catalog:
    """What key links may name: systems and types by id, and types by name."""

    def __init__(self, database: LiveDatabase) -> None:
        self._database = database
        self._systems = database.live(INTEGRATION_SYSTEM.table)
        self._types = database.live(INTEGRATION_ENTITY_TYPE.table)

    def has_system(self, system_id: int) -> bool:
        """Whether there is an integration system with this id (A: a key link needs one)."""
        return system_id in self._systems.documents

    def type_name(self, type_id: int) -> str | None:
        """The name of an entity type, or None if there is none with this id."""
        record = self._types.documents.get(type_id)
        return None if record is None else str(record["entity_type_name"])

    def type_names(self) -> list[str]:
        """The names of all entity types, in the order of their ids."""
        with self._database.reading():
            return [str(self._types.documents[each]["entity_type_name"]) for each in self._types.ids()]

    def resolve(self, name: str) -> str:
        """The entity type that a person means by `name`, whatever its case; else UnknownEntityType."""
        for known in self.type_names():
            if known.casefold() == name.casefold():
                return known
        raise UnknownEntityType(f"no entity type {name!r}; there are {', '.join(self.type_names())}")

    def format_systems(self) -> str:
        """All systems, for a message: `4 SALESFORCE, 5 NETSUITE`."""
        with self._database.reading():
            return _format_names(self._systems.documents, "system_name")

    def format_types(self) -> str:
        """All entity types, for a message."""
        with self._database.reading():
            return _format_names(self._types.documents, "entity_type_name")


def _format_names(documents: dict[int, dict[str, object]], name: str) -> str:
    return ", ".join(f"{record_id} {documents[record_id][name]}" for record_id in sorted(documents))
