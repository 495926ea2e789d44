"""Values in place of the placeholders of a recorded case, from the records of the mock that it is sent to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from mockrevio.contract.client import Call, Client
from mockrevio.revio.fields import MAX_INTEGER
from mockrevio.revio.resources import BUILT_IN, INTEGRATION_KEY_LINK, Resource

Record = dict[str, Any]

MISSING_ID = MAX_INTEGER
"""An id that no record has."""

_PLACEHOLDER = re.compile(r"\{(?P<path>[A-Za-z]+)\.id\}|\{(?P<kind>[a-z_]+)\}", re.ASCII)
_BY_KIND: Mapping[str, Any] = {
    "whole": 1,
    "decimal": 1.5,
    "date": "2026-01-05T00:00:00.000",
    "flag": True,
    "secret": "secret",
}
_LINK = {
    "integration_system_id": "{IntegrationSystem.id}",
    "integration_entity_type_id": "{IntegrationEntityType.id}",
    "internal_id": "{internal_id}",
    "external_id": "{text}",
}
_LINKED_TYPE = "CUSTOMER"
"""The entity type of the key links that are made."""


class NothingToSend(Exception):
    """A case needs a record of an endpoint for which the mock has none."""


class ReplayValues:
    """Looks records up, and keeps count of the texts that it made."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._texts = 0

    def id_of(self, path: str) -> int:
        """The id of a record of an endpoint: the last one, since earlier ones have more records that refer to
        them. Raises NothingToSend if there is none."""
        resource = BUILT_IN.at(path.lower())
        record = None if resource is None else self.record(resource)
        if resource is None or record is None:
            raise NothingToSend(f"the mock has no {path}")
        found: int = record[resource.id_field]
        return found

    def record(self, resource: Resource) -> Record | None:
        """The last record of an endpoint. A key link is made if there is none."""
        query = (("page_size", "1"), ("sort", f"-{resource.id_field}"))
        records = self._client.get(f"/{resource.path}", query).object().get("records") or []
        if records or resource is not INTEGRATION_KEY_LINK:
            return records[0] if records else None
        created = self._client.send(Call("POST", f"/{resource.path}", body=self.fill(_LINK)))
        return self.record(resource) if created.status == HTTPStatus.CREATED else None

    def fill(self, template: Any) -> Any:
        """A template with values for its placeholders. Raises NothingToSend."""
        if isinstance(template, dict):
            return {name: self.fill(member) for name, member in template.items()}
        if isinstance(template, list):
            return [self.fill(item) for item in template]
        match = _PLACEHOLDER.fullmatch(template) if isinstance(template, str) else None
        if match is None:
            return template
        if match["path"] == "IntegrationEntityType":
            return self._entity_type_id()
        return self._of_kind(match["kind"]) if match["kind"] else self.id_of(match["path"])

    def _of_kind(self, kind: str) -> Any:
        if kind == "internal_id":
            return self.id_of("Customers")
        if kind == "text":
            self._texts += 1
            return f"replay-{self._texts}"
        return _BY_KIND.get(kind, f"{{{kind}}}")

    def _entity_type_id(self) -> int:
        query = (("entity_type_name", _LINKED_TYPE),)
        records = self._client.get("/IntegrationEntityType", query).object().get("records")
        if not records:
            raise NothingToSend(f"the mock has no entity type {_LINKED_TYPE}")
        found: int = records[0]["integration_entity_type_id"]
        return found

    def parameter(self, name: str, template: str, resource: Resource | None) -> str:
        """The value of a parameter: one that a record has, so that the search finds something."""
        if not _PLACEHOLDER.fullmatch(template):
            return template
        record = (self.record(resource) or {}) if resource else {}
        value = record.get(name)
        filled = value if isinstance(value, (str, int, float)) else self.fill(template)
        return str(filled).lower() if isinstance(filled, bool) else str(filled)
