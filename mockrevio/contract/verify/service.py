"""A service that is probed, and what has been learned of it: ids by their names, and records to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from mockrevio.contract.access import Access
from mockrevio.contract.client import Answer, Call, Client
from mockrevio.contract.verify.demands import Demands
from mockrevio.contract.verify.endpoints import LINK_FIELDS, LINKS, SYSTEMS, TYPES
from mockrevio.contract.verify.observations import (
    Unseen,
    error_body,
    plain_name,
    plain_names,
)
from mockrevio.contract.verify.session import Record, Session
from mockrevio.errors import AccessDenied, UpstreamError
from mockrevio.revio.resources import ENTITIES, INTEGRATION_KEY_LINK
from mockrevio.revio.wire.query import MAX_PAGE_SIZE


@dataclass(frozen=True)
class Listing:
    """A collection with some records, for looking at pages and orders."""

    path: str
    id_field: str
    records: list[Record]

    @property
    def ids(self) -> list[int]:
        """The ids of its records."""
        return [record[self.id_field] for record in self.records]


class Service(Session):
    """A session, and what has been learned that several probes need."""

    def __init__(
        self,
        client: Client,
        *,
        with_at: Access | None = None,
        on_send: Callable[[Call], None] = lambda _: None,
    ) -> None:
        super().__init__(client, with_at=with_at, on_send=on_send)
        self.demands = Demands(self)
        self.link: Record | None = None
        """A key link to look at; with --write, one of verify's own."""
        self._samples: dict[str, Answer] = {}
        self._largest_pages: dict[str, list[Record]] = {}

    def check_access(self) -> None:
        """Raise AccessDenied if the credentials are rejected, UpstreamError if this is not Rev.io's API."""
        answer = self.get(SYSTEMS)
        message = self.access.redact(answer.message)
        if answer.status in (401, 403):
            option = (
                "--subscription-key-env"
                if answer.is_from_gateway
                else "--username and the variable that --password-env names"
            )
            said = f": {message.rstrip('.')}" if message else ""
            raise AccessDenied(f"{self.access.url} responds with a {answer.status}{said}. Check {option}")
        if answer.status != 200 or not isinstance(answer.object().get("records"), list):
            said = f" ({message})" if message else ""
            raise UpstreamError(
                f"{self.access.url} is not Rev.io's API: GET {SYSTEMS} gets a {answer.status}{said} "
                f"with {error_body(answer)} instead of a page of records. Check --url"
            )

    @cached_property
    def systems(self) -> list[Record]:
        """The integration systems that have an id and a name."""
        return self._named(SYSTEMS, "integration_system_id", "system_name")

    @cached_property
    def types(self) -> list[Record]:
        """The entity types that have an id and a name."""
        return self._named(TYPES, "integration_entity_type_id", "entity_type_name")

    def _named(self, path: str, id_field: str, name_field: str) -> list[Record]:
        return [
            record
            for record in self._largest_page(path)
            if isinstance(record.get(id_field), int) and isinstance(record.get(name_field), str)
        ]

    def _largest_page(self, path: str) -> list[Record]:
        """The records of the first page of a collection, with as many as a page may have. Raises Unseen."""
        if path not in self._largest_pages:
            self._largest_pages[path] = self.records(path, ("page_size", MAX_PAGE_SIZE))
        return self._largest_pages[path]

    @property
    def system(self) -> Record:
        """SALESFORCE, or else the first system. Raises Unseen."""
        return _prefer("SALESFORCE", self.systems, "system_name", "integration systems")

    @cached_property
    def linkable(self) -> tuple[Record, int]:
        """An entity type, CUSTOMER if it has records, and the id of a record of it. Raises Unseen."""
        for entity_type in sorted(self.types, key=lambda each: each["entity_type_name"] != "CUSTOMER"):
            resource = ENTITIES.get(entity_type["entity_type_name"])
            for record in self.sample(resource.path) if resource else ():
                record_id = record.get(resource.id_field) if resource else None
                if isinstance(record_id, int):
                    return entity_type, record_id
        raise Unseen("there are no customers, and no other records that a key link can point at")

    def sample(self, endpoint: str) -> list[Record]:
        """The first records of an endpoint; none if they cannot be read."""
        records = self.sample_page(endpoint).object().get("records")
        return [record for record in records or () if isinstance(record, dict)]

    def sample_page(self, endpoint: str) -> Answer:
        """The response to a request for the first records of an endpoint."""
        if endpoint not in self._samples:
            self._samples[endpoint] = self.get(f"/{endpoint}")
        return self._samples[endpoint]

    @cached_property
    def listing(self) -> Listing:
        """A collection with at least three records. Raises Unseen."""
        candidates = [
            (TYPES, "integration_entity_type_id"),
            (SYSTEMS, "integration_system_id"),
            *((f"/{resource.path}", resource.id_field) for resource in ENTITIES.values()),
        ]
        for path, id_field in candidates:
            records = [record for record in self._largest_page(path) if isinstance(record.get(id_field), int)]
            if len(records) >= 3:
                return Listing(path, id_field, records)
        raise Unseen("there is no collection with three records")

    @cached_property
    def any_link(self) -> Record:
        """A key link: one of verify's own if there is one, or else the first that there is. Raises Unseen."""
        if self.link is not None:
            return self.link
        links = self.sample(INTEGRATION_KEY_LINK.path)
        if not links:
            raise Unseen("there are no key links; --write makes one")
        return links[0]

    @cached_property
    def link_id_field(self) -> str:
        """The name of the field with a key link's own id. Raises Unseen."""
        return find_link_id_field(self, self.any_link)


def find_link_id_field(service: Session, link: Record) -> str:
    """The field with a link's own id, whose value leads to the link again. Raises Unseen if none does."""
    for name in sorted(_possible_id_fields(link), key=lambda name: (not name.endswith("key_link_id"), name)):
        found = service.get(f"{LINKS}/{quote(str(link[name]), safe='')}")
        if found.status == 200 and found.object().get("external_id") == link.get("external_id"):
            return name
    raise Unseen("no field of a key link has its own id")


def _possible_id_fields(link: Record) -> Iterator[str]:
    for name, value in link.items():
        is_id = isinstance(value, (int, str)) and not isinstance(value, bool) and value != ""
        if is_id and name.lower().endswith("id") and name not in LINK_FIELDS:
            yield name


def error_element(answer: Answer) -> dict[str, Any]:
    """The names in an error's element, and its code and field."""
    element = answer.first_error()
    return {
        "names": plain_names(element.keys() - {"field"}),
        "error": plain_name(element.get("error")),
        "field": plain_name(element.get("field")),
    }


def _prefer(name: str, records: list[Record], name_field: str, what: str) -> Record:
    for record in records:
        if record[name_field].upper() == name:
            return record
    if not records:
        raise Unseen(f"there are no {what}")
    return records[0]
