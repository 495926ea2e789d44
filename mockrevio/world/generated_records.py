"""Adding generated records to a world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import NamedTuple

from mockrevio.revio.fields import Record
from mockrevio.revio.record_checks import require_free_id
from mockrevio.revio.records import RecordStore
from mockrevio.revio.resources import Resource, Resources
from mockrevio.seeding.generator import generate_records


class GeneratedRecords(NamedTuple):
    """Where generated records go, and what they are made from: all documents by table, chance and a clock."""

    records: RecordStore
    documents: Callable[[], Mapping[str, Mapping[int, Record]]]
    resources: Resources
    random: Random
    now: Callable[[], datetime]

    def add(self, resource: Resource, count: int) -> list[Record]:
        """Add so many records of a resource, and return them. Their references point at existing ones.

        Raises IdsExhausted, and adds none, if there are not enough ids left.
        """
        with self.records.exclusive():
            first_id = self.records.next_id(resource)
            require_free_id(resource.table, first_id + count - 1)
            existing = {name: list(table.values()) for name, table in self.documents().items()}
            added = generate_records(
                *(resource, count, existing, first_id, self.random),
                resources=self.resources,
                now=self.now(),
            )
            return self.records.insert(resource, dict(enumerate(added, first_id)))
