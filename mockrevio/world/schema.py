"""The schema of a world's database: ids, indexes, keys, and validation of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.revio.key_links import WRITABLE_FIELDS
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, USERS, Resources
from mockrevio.revio.search import key_function
from mockrevio.revio.users import LOGIN
from mockrevio.revio.webhooks import DELIVERIES
from mockrevio.storage import KeyFunction, Tables
from mockrevio.world.data_checks import check_tables, declared_resources

_INDEXED = {
    INTEGRATION_KEY_LINK.table: (("external_id",), ("internal_id",), WRITABLE_FIELDS),
    USERS.table: ((LOGIN,),),
}
"""The indexes that a table has from the start; others are built when they are first needed."""


class Schema:
    """The tables of one world. Replacing its state replaces `resources`."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    def check(self, tables: Tables) -> str | None:
        """The first mistake in tables from a file, or in documents that TinyDB's own methods write.

        A data file says which resources it declares.
        """
        declared = declared_resources(tables)
        if isinstance(declared, str):
            return declared
        if declared is not None:
            self.resources = declared
        return check_tables(tables, self.resources)

    def table_options(self, table: str) -> Mapping[str, Any]:
        """The id field of a table, and the indexes that it has from the start."""
        resource = self.resources.of_table(table)
        if resource is None:
            return {}
        id_field = None if resource.id_repeats else resource.id_field
        return {"id_field": id_field, "indexed": _INDEXED.get(table, ())}

    def key_function(self, table: str, name: str) -> KeyFunction:
        """The function that returns the key by which a field of a table is compared."""
        resource = self.resources.of_table(table)
        if table == DELIVERIES:
            return lambda document: document.get(name)
        if resource is None:
            raise KeyError(f"{table} is not a table of Rev.io records")
        return key_function(resource, name)
