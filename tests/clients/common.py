"""What the programs of these tests have in common, as integrations do: how they call Rev.io.

Everything here is written from Rev.io's contract, not from the mock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from tests.support import AUTH, ROOT, Client

Record = dict[str, Any]

FIELDS: Mapping[str, Mapping[str, Any]] = json.loads(
    Path(ROOT, "tests", "revio", "revio_fields.json").read_text("utf-8")
)
"""What is known of every endpoint: its id field, entity type and fields with their kinds."""

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", re.ASCII)
SALESFORCE = 4
PATCH = "application/json-patch+json"
ENTITY_TYPES = [
    "AGENT",
    "CUSTOMER",
    "BILL",
    "CONTACT",
    "SERVICE_PRODUCT",
    "CREDIT",
    "CHARGE",
    "SERVICE",
    "PAYMENT",
    "PRODUCT",
    "ADDRESS",
    "INVENTORY_ITEM",
]
"""In the order of their ids, from 1."""


class CallFailed(Exception):
    """A call was answered with a failure, whose first error the program shows to a person."""

    def __init__(self, status: int, body: Any) -> None:
        first = body[0] if isinstance(body, list) else body
        super().__init__(first["message"])
        self.status = status
        self.message: str = first["message"]
        self.code: str | None = first.get("error")
        self.field: str | None = first.get("field")


class RevIo:
    """A client as integrations write it: it waits after a 429 and raises CallFailed for any other failure.

    `wait` is called with the seconds to wait. Without it, a 429 is a failure like any other.
    """

    def __init__(
        self, client: Client, user: str = AUTH[0], wait: Callable[[int], None] | None = None
    ) -> None:
        self._client = client
        self._auth = (user, AUTH[1])
        self._wait = wait

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send a request to a path below /v1 and return the JSON of its response."""
        response = self.response(method, path, body, **options)
        if not response.ok:
            raise CallFailed(response.status_code, response.json())
        return response.json()

    def response(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """As `call`, but return any response."""
        if body is not None:
            options["data"] = body if isinstance(body, str) else json.dumps(body)
            options.setdefault("headers", {"Content-Type": "application/json"})
        while True:
            response = self._client.request(method, f"/v1/{path}", auth=self._auth, **options)
            if response.status_code != 429 or self._wait is None:
                return response
            first_number = re.search(r"\d+", response.json()["message"])
            assert first_number is not None
            self._wait(int(first_number.group()) + 1)

    def get(self, path: str) -> Record:
        """One record."""
        record: Record = self.call("GET", path)
        return record

    def records(self, path: str, **search: Any) -> list[Record]:
        """All records that a search finds, read in pages of 40 unless `page_size` says otherwise."""
        return [record for page in self.pages(path, **search) for record in page]

    def pages(self, path: str, **search: Any) -> Iterator[list[Record]]:
        """The pages of a search, one after the other, while there are more."""
        page, more = 1, True
        page_size = search.setdefault("page_size", 40)
        while more:
            parameters = {**search, "search.page": page}
            body = self.call("GET", path, params=parameters)
            assert body["ok"] is True
            assert body["record_count"] == len(body["records"]) <= page_size
            yield body["records"]
            page, more = page + 1, body["has_more"]

    def first(self, path: str, **search: Any) -> Record:
        """The one record that a search finds."""
        (record,) = self.records(path, **{f"search.{name}": value for name, value in search.items()})
        return record

    def create(self, path: str, **fields: Any) -> int:
        """Create a record and return its id."""
        response = self.response("POST", path, fields)
        if response.status_code != 201:
            raise CallFailed(response.status_code, response.json())
        body = response.json()
        assert response.headers["Location"].endswith(f"/v1/{path}/{body['id']}")
        return int(body["id"])

    def replace(self, path: str, record: Record) -> None:
        """Replace a record."""
        assert self.call("PUT", path, record)["ok"] is True

    def patch(self, path: str, **values: Any) -> None:
        """Replace some fields of a record. In a name, `__` separates the steps of a path."""
        steps = [
            {"op": "replace", "path": "/" + name.replace("__", "/"), "value": value}
            for name, value in values.items()
        ]
        body = self.call("PATCH", path, steps, headers={"Content-Type": PATCH})
        assert body == {"ok": True, "id": int(path.rpartition("/")[2])}

    def link(self, entity_type: str, internal_id: int, external_id: str, system: int = SALESFORCE) -> int:
        """Link a record to its counterpart in another system, by default in Salesforce."""
        return self.create(
            "IntegrationKeyLink",
            integration_system_id=system,
            integration_entity_type_id=ENTITY_TYPES.index(entity_type) + 1,
            internal_id=internal_id,
            external_id=external_id,
        )

    def linked_id(self, entity_type: str, external_id: str, system: int = SALESFORCE) -> int | None:
        """The id of the record that is linked to this external id, or None."""
        links = self.records(
            "IntegrationKeyLink",
            external_id=external_id,
            integration_system_id=system,
            integration_entity_type_id=ENTITY_TYPES.index(entity_type) + 1,
        )
        return links[0]["internal_id"] if links else None


def custom_field(record: Record, label: str) -> str | None:
    """The value of the custom field with this label."""
    return next((field["value"] for field in record["fields"] or [] if field["label"] == label), None)


class Clock:
    """The clock of a server, frozen; waiting advances it. `waits` has the seconds of each wait."""

    def __init__(self, client: Client, now: str, world: str | None = None) -> None:
        self._client = client
        self._parameters = {} if world is None else {"client": world}
        self.waits: list[int] = []
        self._put(now=now)

    def _put(self, **body: Any) -> None:
        self.now = self._client.put("/__admin/clock", json=body, params=self._parameters).json()["now"]

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self._put(advance=f"{seconds}s")


def lose_next_answer(server: Client, path: str) -> None:
    """Let the next POST to a path be carried out, and reset its connection instead of answering."""
    fault = {
        "match": {"method": "POST", "path": path},
        "effect": {"connection": "reset"},
        "phase": "after_commit",
        "when": {"times": 1},
    }
    response = server.post("/__admin/faults", json=fault)
    assert response.ok, response.text
