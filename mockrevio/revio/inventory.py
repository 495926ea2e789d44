"""Inventory items and the services that they are assigned to, as `ServiceInventory` lists them.

C2: `PATCH InventoryItem/assignService` assigns an item. A: an assigned item has the status ASSIGNED and the
customer of its service; without a service it is AVAILABLE and has no customer. Disconnecting or deleting the
service takes its items away from it.
"""

from __future__ import annotations

from typing import Any

from mockrevio.revio.fields import Record
from mockrevio.revio.resources import ASSIGNMENTS, INVENTORY_ITEMS, INVENTORY_TYPES, SERVICES, Resource
from mockrevio.revio.writes import WriteContext, Writes, stamp
from mockrevio.storage import LiveDatabase

ITEM, SERVICE = "inventory_item_id", "line_id"
COPIED_FROM_ITEM = ("customer_id", "identifier", "status", "note")


class Inventory:
    """The assignments of one world. Its methods return writes for the block that calls them to commit."""

    def __init__(self, database: LiveDatabase) -> None:
        self._items = database.live_table(INVENTORY_ITEMS.table)
        self._services = database.live_table(SERVICES.table)
        self._types = database.live_table(INVENTORY_TYPES.table)
        self._assignments = database.live_table(ASSIGNMENTS.table)

    def assign(self, item_id: int, service_id: int | None, context: WriteContext) -> Writes:
        """Assign an item to a service, or to none; both exist."""
        keys = self._keys_with(ITEM, item_id)
        current = [self._assignments.documents[key][SERVICE] for key in keys]
        if current == [service_id] or (not current and service_id is None):
            return Writes()
        parts = [self._remove_assignment(key) for key in keys]
        item = self._items.documents[item_id]
        if service_id is None:
            changed: Record = {**item, "status": "AVAILABLE", "customer_id": None}
        else:
            service = self._services.documents[service_id]
            changed = {**item, "status": "ASSIGNED", "customer_id": service.get("customer_id")}
            parts.append(self._add_assignment(changed, service_id, context))
        changed = stamp(INVENTORY_ITEMS, changed, context, item)
        return Writes.combine([*parts, Writes.put(INVENTORY_ITEMS, item_id, changed, created=False)])

    def _add_assignment(self, item: Record, service_id: int, context: WriteContext) -> Writes:
        item_type = self._types.documents.get(item.get("inventory_type_id") or 0, {})
        assignment = {
            ITEM: item[ITEM],
            SERVICE: service_id,
            "line_type": "SERVICE",
            "inventory_type": item_type.get("name"),
            "assigned_date": context.date,
            "assigned_by": context.user_id,
            **{name: item.get(name) for name in COPIED_FROM_ITEM},
        }
        key = self._assignments.next_id
        change = ("put", ASSIGNMENTS.table, key, stamp(ASSIGNMENTS, assignment, context))
        return Writes([change], [("INVENTORY_ASSIGNED", item[ITEM])])

    def _remove_assignment(self, key: int) -> Writes:
        item_id = self._assignments.documents[key][ITEM]
        return Writes([("delete", ASSIGNMENTS.table, key)], [("INVENTORY_UNASSIGNED", item_id)])

    def cascading_writes(
        self,
        resource: Resource,
        record_id: int,
        old: Record | None,
        new: Record | None,
        context: WriteContext,
    ) -> Writes:
        """What else changes when a record does."""
        if old is None or resource not in (SERVICES, INVENTORY_ITEMS):
            return Writes()
        if resource is SERVICES:
            is_over = new is None or (new.get("disconnected_date") and not old.get("disconnected_date"))
            keys = self._keys_with(SERVICE, record_id) if is_over else []
            items = [self._assignments.documents[key][ITEM] for key in keys]
            known = [item_id for item_id in items if item_id in self._items.documents]
            return Writes.combine(self.assign(item_id, None, context) for item_id in known)
        keys = self._keys_with(ITEM, record_id)
        if new is None:
            return Writes.combine(map(self._remove_assignment, keys))
        return Writes([self._refresh(key, new) for key in keys])

    def _refresh(self, key: int, item: Record) -> tuple[Any, ...]:
        assignment = self._assignments.documents[key] | {name: item.get(name) for name in COPIED_FROM_ITEM}
        return ("put", ASSIGNMENTS.table, key, assignment)

    def _keys_with(self, field: str, record_id: int) -> list[int]:
        return list(self._assignments.ids_with((field,), record_id))
