"""One world in short: where it runs, what is in it, what is switched on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, request

from mockrevio import __version__
from mockrevio.documents import document_error
from mockrevio.quantities import format_duration
from mockrevio.revio.resources import KEY_LINK_RESOURCES
from mockrevio.routes.admin.record_queries import reject_others
from mockrevio.routes.admin.responses import current_world, json_response, query_values
from mockrevio.routes.current_worlds import worlds
from mockrevio.settings import declared_settings
from mockrevio.world.world import World

PARTS = ("active", "catalog")
"""What can be asked for alone."""


def overview() -> Response:
    """The world in short. The key links are counted by system and entity type, most first.

    `?part=active` returns only what is switched on, `?part=catalog` only the systems and entity types;
    neither counts anything.
    """
    values = query_values()
    part = values.pop("part", None)
    reject_others(values, ("part",))
    if part not in (None, *PARTS):
        raise document_error("query: part", f"must be {' or '.join(PARTS)}, not {part!r}")
    world = current_world()
    if part == "active":
        return json_response({"active": [*_active(world)]})
    systems, types = world.catalog.systems(), world.catalog.types()
    catalog = _catalog(world, systems, types)
    if part == "catalog":
        return json_response(catalog)
    settings, rates = world.settings, world.calls.rates
    return json_response(
        {
            "version": __version__,
            "url": request.root_url.rstrip("/"),
            "origin": world.origin,
            "fixture": [*settings.fixture],
            "data": "in memory" if settings.ephemeral else str(settings.data),
            "isolated": worlds().isolated,
            "auth": settings.auth,
            "logins": [f"{each.login}@{each.client}" for each in settings.credentials],
            "subscription_key": bool(settings.subscription_key),
            "counts": {"key_links": world.key_links.count(), "records": _count_records(world, types)},
            "links": _count_links(world, systems, types),
            **catalog,
            "active": [*_active(world)],
            "rates": rates.as_json(rates.now()),
        }
    )


def _catalog(
    world: World, systems: Mapping[int, str], types: Mapping[int, str]
) -> dict[str, list[dict[str, Any]]]:
    """The systems and the entity types, with the resource that has the records of each type."""
    return {
        "systems": [
            {"integration_system_id": number, "system_name": name} for number, name in systems.items()
        ],
        "entity_types": [
            {
                "integration_entity_type_id": number,
                "entity_type_name": name,
                "resource": world.resources.of_entity_type(name).path,
            }
            for number, name in types.items()
        ],
    }


def _count_records(world: World, types: Mapping[int, str]) -> int:
    """How many records there are, except key links and what they are made of."""
    resources = [each for each in world.resources if each not in KEY_LINK_RESOURCES]
    added = [world.resources.of_entity_type(name) for name in types.values()]
    by_table = {resource.table: resource for resource in (*resources, *added)}
    return sum(map(world.records.count, by_table.values()))


def _count_links(world: World, systems: Mapping[int, str], types: Mapping[int, str]) -> list[dict[str, Any]]:
    """The pairs of system and entity type that have key links; a name is None if the world has no such id."""
    return [
        {
            "integration_system_id": system_id,
            "system_name": systems.get(system_id),
            "integration_entity_type_id": type_id,
            "entity_type_name": types.get(type_id),
            "count": count,
        }
        for (system_id, type_id), count in world.key_links.count_by_type().most_common()
    ]


def _active(world: World) -> Iterator[dict[str, str]]:
    """What is switched on, in words, and the view of the console that switches it off."""
    settings, rules = world.settings, len(world.faults.specs())
    if rules:
        text = "1 fault rule" if rules == 1 else f"{rules} fault rules"
        yield {"kind": "fault", "text": text, "view": "faults"}
    rate = settings.error_rate
    texts = {
        "latency": settings.latency and f"latency {settings.latency}",
        "error_rate": rate and f"{rate.share * 100:.6g} % errors with status {rate.status}",
        "rate_limit": settings.rate_limit and f"rate limit {settings.rate_limit}",
        "quota": settings.quota and f"quota {settings.quota}",
        "subscription_key": settings.subscription_key and "subscription key required",
        "clock": _clock_text(world),
    }
    for kind, switched_on in texts.items():
        if switched_on:
            yield {"kind": kind, "text": switched_on, "view": "settings"}
    for name, default, metadata in declared_settings():
        if metadata["scope"] == "world" and name not in texts and getattr(settings, name) != default:
            value = settings.world_settings()[name]
            words = " ".join(value) if isinstance(value, list) else str(value).lower()
            yield {"kind": "setting", "text": f"{name.replace('_', ' ')} {words}", "view": "settings"}


def _clock_text(world: World) -> str | None:
    """How the clock differs from the real time; None if it does not."""
    clock = world.clock.as_json()
    if clock["frozen"]:
        return f"clock frozen at {clock['now']}"
    seconds = float(str(clock["advanced_seconds"]))
    if not seconds:
        return None
    return f"clock {format_duration(round(abs(seconds)) or 1)} {'ahead' if seconds > 0 else 'behind'}"
