"""What key links link, in words: the names of the system, the entity type and the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockrevio.revio.catalog import Catalog
from mockrevio.revio.labels import Labels
from mockrevio.revio.resources import Resource, Resources


class LinkLabels:
    """The labels of key links, by the systems and entity types of one moment."""

    def __init__(self, catalog: Catalog, resources: Resources, labels: Labels) -> None:
        self._systems = catalog.systems()
        self._types = catalog.types()
        self._resources: dict[int, Resource] = {
            type_id: resources.of_entity_type(name) for type_id, name in self._types.items()
        }
        self._labels = labels

    def of(self, link: Mapping[str, Any]) -> dict[str, Any]:
        """The label of a link. What no longer exists is None, or for the record `exists` false."""
        type_id = link["integration_entity_type_id"]
        resource = self._resources.get(type_id)
        record = None if resource is None else self._labels.record(resource, link["internal_id"])
        return {
            "system": self._systems.get(link["integration_system_id"]),
            "entity_type": self._types.get(type_id),
            "resource": None if resource is None else resource.path,
            "record": None if resource is None or record is None else self._labels.of(resource, record),
            "exists": record is not None,
        }

    def texts(self, link: Mapping[str, Any]) -> Iterator[str]:
        """The texts in which words are looked for: what is in the link first, then the record's label."""
        type_id, internal_id = link["integration_entity_type_id"], link["internal_id"]
        system = self._systems.get(link["integration_system_id"], "")
        own_id = link["integration_key_link_id"]
        yield f"{link['external_id']}\n{own_id}\n{internal_id}\n{system}\n{self._types.get(type_id, '')}"
        resource = self._resources.get(type_id)
        if resource is not None:
            yield self._labels.of_id(resource, internal_id) or ""
