"""A service that is probed, and what has been learned of it: ids by their names, and records to look at."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockrevio.contract.access import Access
from mockrevio.contract.client import Answer, Call, Client, Query
from mockrevio.contract.verify.observations import Unseen, error_body, first_error
from mockrevio.errors import AccessDenied, UpstreamError
from mockrevio.revio.resources import (
    ENTITIES,
    INTEGRATION_ENTITY_TYPE,
    INTEGRATION_KEY_LINK,
    INTEGRATION_SYSTEM,
)
from mockrevio.revio.wire.secrets import KEY_HEADER

SYSTEMS, TYPES, LINKS = (
    f"/{resource.path}" for resource in (INTEGRATION_SYSTEM, INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK)
)
LINK_FIELDS = ("integration_system_id", "integration_entity_type_id", "internal_id", "external_id")
"""D: the four fields of a key link that a client writes."""

ABSENT_ID = 2**31 - 1
"""An id that no record has."""

ATTEMPTS = 3
"""How often a request is sent that gets a 500: one that fails at random says nothing about a rule."""

if TYPE_CHECKING:
    from mockrevio.contract.verify.own_links import OwnLinks

Record = dict[str, Any]


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


class Service:
    """Sends requests, and keeps what a probe learned that others need, too.

    `with_at` is a user of it whose login contains @. `on_send` is called before each request.
    """

    def __init__(
        self, client: Client, *, with_at: Access | None = None, on_send: Callable[[Call], None] = lambda _: None
    ) -> None:
        self.client = client
        self.access = client.access
        self.absent_text = f"mockrevio-{secrets.token_hex(6)}"
        """A text that no record contains."""
        self.link: Record | None = None
        """A key link to look at; with --write, one of verify's own."""
        self.own: OwnLinks
        """The key links that the run has made, where it writes."""
        self.errors: dict[str, Answer] = {}
        """Responses with errors, by what was tried."""
        self.with_at = with_at
        self._on_send = on_send
        self._samples: dict[str, list[Record]] = {}

    # Requests.

    def send(self, call: Call) -> Answer:
        """Send a request; one that may be repeated again if it gets a 5xx."""
        for attempt in range(1, ATTEMPTS + 1):
            self._on_send(call)
            answer = self.client.send(call)
            if answer.status < 500 or call.method in ("POST", "PATCH") or attempt == ATTEMPTS:
                break
        return answer

    def get(self, path: str, *query: tuple[str, object]) -> Answer:
        """Send a GET."""
        return self.send(Call("GET", path, _as_query(query)))

    def status(self, path: str, *query: tuple[str, object]) -> int:
        """The status of a GET. An error is kept for the probes that look at errors."""
        answer = self.get(path, *query)
        self.keep_error(answer, answer.call.target.partition("?")[2] or f"GET {path}")
        return answer.status

    def keep_error(self, answer: Answer, label: str) -> None:
        """Keep a response with an error."""
        if answer.status >= 400:
            self.errors.setdefault(label, answer)

    def records(self, path: str, *query: tuple[str, object]) -> list[Record]:
        """The records of a page. Raises Unseen if there is no page."""
        answer = self.get(path, *query)
        found = answer.object().get("records")
        if answer.status != 200 or not isinstance(found, list):
            raise Unseen(f"GET {path} responds with a {answer.status} without records")
        return [record for record in found if isinstance(record, dict)]

    def anonymous(self, text: str) -> str:
        """A text of the service without secrets, and without what names the user or the host."""
        login, _, client = self.access.username.rpartition("@")
        text = self.access.redact(text)
        host = urlsplit(self.access.url).hostname or ""
        for word, stand_in in ((host, "HOST"), (login, "LOGIN"), (client, "CLIENT")):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", stand_in, text, flags=re.IGNORECASE)
        return text

    def without_credentials(self, path: str = SYSTEMS, method: str = "GET") -> Answer:
        """Send a request without the Authorization header."""
        return self.send(Call(method, path, own_access=False, headers=self._key_header()))

    def with_login(self, login: str, password: str = "wrong") -> Answer:  # noqa: S107 (made up)
        """Send a request with other credentials."""
        token = base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
        headers = {"Authorization": f"Basic {token}", **self._key_header()}
        return self.send(Call("GET", SYSTEMS, own_access=False, headers=headers))

    def with_key(self, key: str | None, *, credentials: bool = True) -> Answer:
        """Send a request with another subscription key, or with none."""
        headers = {KEY_HEADER: key} if key else {}
        if credentials:
            headers["Authorization"] = self.access.authorization
        return self.send(Call("GET", SYSTEMS, own_access=False, headers=headers))

    def _key_header(self) -> Mapping[str, str]:
        return {KEY_HEADER: self.access.subscription_key} if self.access.subscription_key else {}

    # What it demands.

    @cached_property
    def demands_credentials(self) -> bool:
        """Whether a request without credentials is rejected."""
        return self.without_credentials().status == 401

    @cached_property
    def accepts_any_login(self) -> bool:
        """Whether made-up credentials are accepted, as a mock does."""
        return self.with_login(f"{self.absent_text}@{self.access.client}").status == 200

    @cached_property
    def login_with_at_works(self) -> bool | None:
        """Whether a login that contains @ is accepted; None if there is none to try."""
        if self.with_at is not None:
            return self.with_login(self.with_at.username, self.with_at.password).status == 200
        if "@" in self.access.username.rpartition("@")[0]:
            return True  # or nothing could have been read
        if self.accepts_any_login:
            return self.with_login(f"{self.absent_text}@example.test@{self.access.client}").status == 200
        return None

    @cached_property
    def demands_key(self) -> bool:
        """Whether a request without a subscription key is rejected."""
        return self.with_key(None).status == 401

    def require_credentials(self) -> None:
        """Raise Unseen if the service demands no credentials."""
        if not self.demands_credentials:
            raise Unseen("it demands no credentials")

    def require_key(self) -> None:
        """Raise Unseen if the service demands no subscription key."""
        if not self.access.subscription_key:
            raise Unseen("needs --subscription-key-env")
        if not self.demands_key:
            raise Unseen("it demands no subscription key")

    # Records.

    def check_access(self) -> None:
        """Raise AccessDenied or UpstreamError if this is not Rev.io's API, or if it rejects the credentials."""
        answer = self.get(SYSTEMS)
        message = self.access.redact(answer.message)
        if answer.status in (401, 403):
            option = (
                "--subscription-key-env"
                if answer.is_from_gateway
                else "--username and the variable that --password-env names"
            )
            said = f": {message}" if message else ""
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
            for record in self.records(path, ("page_size", 500))
            if isinstance(record.get(id_field), int) and isinstance(record.get(name_field), str)
        ]

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
        if endpoint not in self._samples:
            try:
                self._samples[endpoint] = self.records(f"/{endpoint}")
            except Unseen:
                self._samples[endpoint] = []
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
            records = [
                record
                for record in self.records(path, ("page_size", 500))
                if isinstance(record.get(id_field), int)
            ]
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


def find_link_id_field(service: Service, link: Record, link_id: object = None) -> str:
    """The field that has a link's own id: `link_id` if that is known, or an id that finds the link again.

    Raises Unseen if no field does.
    """
    for name in sorted(_possible_id_fields(link), key=lambda name: (not name.endswith("key_link_id"), name)):
        if link_id is not None and str(link[name]) == str(link_id):
            return name
        if link_id is None:
            found = service.get(f"{LINKS}/{link[name]}")
            if found.status == 200 and found.object().get("external_id") == link.get("external_id"):
                return name
    raise Unseen("no field of a key link has its own id")


def _possible_id_fields(link: Record) -> Iterator[str]:
    for name, value in link.items():
        is_id = isinstance(value, int) and not isinstance(value, bool)
        if is_id and name.lower().endswith("id") and name not in LINK_FIELDS:
            yield name


def error_element(answer: Answer) -> dict[str, Any]:
    """The names in an error's element, and its code and field, which are the same for every tenant."""
    element = first_error(answer)
    code, field = element.get("error"), element.get("field")
    return {
        "names": sorted(set(element) - {"field"}),
        "error": code if isinstance(code, str) else None,
        "field": field if isinstance(field, str) else None,
    }


def _prefer(name: str, records: list[Record], name_field: str, what: str) -> Record:
    for record in records:
        if record[name_field].upper() == name:
            return record
    if not records:
        raise Unseen(f"there are no {what}")
    return records[0]


def _as_query(query: tuple[tuple[str, object], ...]) -> Query:
    return [(name, str(value)) for name, value in query]
