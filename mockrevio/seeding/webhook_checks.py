"""Warnings about webhook receivers and subscriptions that will never be sent anything.

None of these is fatal: whether a URL may be called depends on settings, and an entity type can be deleted
although there is a subscription to its events.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from mockrevio.errors import Mistake
from mockrevio.revio.resources import (
    INTEGRATION_ENTITY_TYPE,
    WEBHOOK_RECEIVERS,
    WEBHOOK_SUBSCRIPTIONS,
    Resource,
)
from mockrevio.spelling import closest
from mockrevio.storage import Tables

Places = Mapping[tuple[str, int], str]


def check_webhooks(tables: Tables, webhook_hosts: Sequence[str], places: Places) -> list[Mistake]:
    """The receivers whose URL may not be called, and the subscriptions to unknown events.

    `webhook_hosts` are the hosts besides this machine that may be called.
    """
    if not tables.get(WEBHOOK_RECEIVERS.table) and not tables.get(WEBHOOK_SUBSCRIPTIONS.table):
        return []
    from mockrevio.revio.webhooks.event_types import event_types

    entity_types = [record["entity_type_name"] for record in tables[INTEGRATION_ENTITY_TYPE.table].values()]
    return [
        *_check_urls(tables, webhook_hosts, places),
        *_check_event_types(tables, event_types(entity_types), places),
    ]


def _check_urls(tables: Tables, webhook_hosts: Sequence[str], places: Places) -> Iterator[Mistake]:
    from mockrevio.revio.webhooks.targets import parse_target

    for place, url in _values(WEBHOOK_RECEIVERS, "url", tables, places):
        try:
            parse_target(url, webhook_hosts)
        except ValueError as error:
            yield Mistake(place, f"{error}; nothing is sent to this receiver", fatal=False)


def _check_event_types(tables: Tables, known: Collection[str], places: Places) -> Iterator[Mistake]:
    for place, name in _values(WEBHOOK_SUBSCRIPTIONS, "event_type", tables, places):
        if name in known:
            continue
        nearest = closest(name.upper(), known)
        hint = f"nearest {nearest}" if nearest else f"expected one of {', '.join(known)}"
        yield Mistake(place, f"unknown event type {name!r}, so nothing is sent; {hint}", fatal=False)


def _values(resource: Resource, field: str, tables: Tables, places: Places) -> Iterator[tuple[str, str]]:
    """The text in a field of each record, with its place."""
    for record_id, record in tables.get(resource.table, {}).items():
        yield f"{places[resource.table, record_id]}.{field}", str(record.get(field) or "")
