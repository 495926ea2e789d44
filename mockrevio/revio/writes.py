"""Writes: the changes to commit together, and the events that they raise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, Self

from mockrevio.revio.field_names import CREATORS, SET_ON_CREATE
from mockrevio.revio.fields import Record
from mockrevio.revio.resources import Resource
from mockrevio.storage import Change

Event = tuple[str, int]
"""What happened, and to which record: `("PAYMENT_CREATED", 1026)`."""


class WriteContext(NamedTuple):
    """When a write happens, and the id of the user who makes it, if there is one."""

    date: str
    user_id: int | None = None


class Writes(NamedTuple):
    """Changes to commit together, and the events that they raise."""

    changes: Sequence[Change] = ()
    events: Sequence[Event] = ()

    @classmethod
    def combine(cls, parts: Iterable[Writes]) -> Self:
        """All of these, in order."""
        all_parts = list(parts)
        return cls(
            [change for part in all_parts for change in part.changes],
            [event for part in all_parts for event in part.events],
        )

    @classmethod
    def put(cls, resource: Resource, record_id: int, record: Record, *, created: bool) -> Self:
        """Store a record. A: it raises `<ENTITY_TYPE>_CREATED` or `_UPDATED`."""
        changes = [("put", resource.table, record_id, record)]
        return cls(changes, _event(resource, "CREATED" if created else "UPDATED", record_id))

    @classmethod
    def delete(cls, resource: Resource, record_id: int) -> Self:
        """Delete a record. A: it raises `<ENTITY_TYPE>_DELETED`."""
        return cls([("delete", resource.table, record_id)], _event(resource, "DELETED", record_id))


def _event(resource: Resource, what: str, record_id: int) -> list[Event]:
    return [(f"{resource.entity_type}_{what}", record_id)] if resource.entity_type else []


class WriteListener(Protocol):
    """Is notified of writes."""

    def changes_for(self, writes: Writes) -> list[Change]:
        """Changes to commit together with these."""

    def committed(self) -> None:
        """The write is committed."""


def stamp(
    resource: Resource, record: Mapping[str, Any], context: WriteContext, old: Mapping[str, Any] | None = None
) -> Record:
    """The record with the fields that the server sets; `old` is what it replaces.

    C1: `created_date` stays, `updated_date`, `modified_date` and `status_date` move with every change. A
    value that differs from the old record's is kept, because the admin API may set any date.
    """
    stamped = dict(record)
    for name in resource.set_by_server:
        before = None if old is None else old.get(name)
        if stamped.get(name) not in (None, before):
            continue
        if old is not None and name in SET_ON_CREATE:
            stamped[name] = before
        else:
            stamped[name] = context.user_id if name in CREATORS else context.date
    return stamped
