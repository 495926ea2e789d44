"""Writers over HTTP that record the responses, and a ledger of what the data must be afterwards."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from tests.contract.raw import basic
from tests.support import AUTH, Client
from tests.torture.common import LINKS
from tests.torture.reference_model import TESTER

LINK: dict[str, Any] = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 1015}
HEADERS = {"Authorization": basic(*AUTH), "Content-Type": "application/json"}
MAX_LINKS = 40
"""Links that a writer keeps at a time, so that verification stays fast."""


@dataclass(frozen=True)
class PendingWrite:
    """A write that was sent but not acknowledged: it may have happened or not, but not partly."""

    kind: Literal["create", "update", "delete"]
    name: str
    link_id: int = 0


@dataclass
class Writer:
    """Creates, updates and deletes its own links until it is stopped or the server is down."""

    label: str
    refusals_allowed: bool = False
    links: dict[int, str] = field(default_factory=dict)
    created: list[int] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    refused: int = 0
    done: int = 0
    pending: PendingWrite | None = None
    failure: str | None = None

    def work(self, url: str, stop: threading.Event) -> None:
        """Write until `stop` is set."""
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        try:
            while not stop.is_set() and self.failure is None:
                self._step(connection)
        except (OSError, http.client.HTTPException):
            pass  # the server is down or hung up: the last write stays pending
        finally:
            connection.close()

    def _step(self, connection: http.client.HTTPConnection) -> None:
        self.done += 1
        name = f"{self.label}-{self.done}"
        chance = random.random()
        if not self.links or (chance < 0.5 and len(self.links) < MAX_LINKS):
            self._send(connection, PendingWrite("create", name))
        elif chance < 0.75:
            self._send(connection, PendingWrite("update", name, random.choice(list(self.links))))
        else:
            self._send(connection, PendingWrite("delete", name, random.choice(list(self.links))))

    def _send(self, connection: http.client.HTTPConnection, write: PendingWrite) -> None:
        self.pending = write
        method = {"create": "POST", "update": "PUT", "delete": "DELETE"}[write.kind]
        path = LINKS if write.kind == "create" else f"{LINKS}/{write.link_id}"
        body = None if write.kind == "delete" else json.dumps({**LINK, "external_id": write.name})
        connection.request(method, path, body, HEADERS)
        response = connection.getresponse()
        response_body = response.read()
        self.pending = None
        if response.status == 500 and self.refusals_allowed:
            explain = response.headers.get("X-Mock-Explain", "")
            if "cannot be" in explain or "could not be" in explain:
                self.refused += 1
                return
        if response.status != (201 if write.kind == "create" else 200):
            self.failure = f"{method} {path}: {response.status} {response_body!r} {response.headers}"
            return
        link_id = json.loads(response_body)["id"]
        if write.kind == "create":
            self.created.append(link_id)
            self.links[link_id] = write.name
        elif write.kind == "update":
            self.links[link_id] = write.name
        else:
            del self.links[link_id]
            self.deleted.add(link_id)


@contextmanager
def writing(url: str, *labels: str, refusals_allowed: bool = False) -> Iterator[list[Writer]]:
    """Run one writer per label inside this block. They stop when it exits."""
    stop = threading.Event()
    writers = [Writer(label, refusals_allowed) for label in labels]
    threads = [threading.Thread(target=writer.work, args=(url, stop)) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@dataclass
class Ledger:
    """The expected data, derived from all responses that writers have received."""

    links: dict[int, str] = field(default_factory=dict)
    all_ids: set[int] = field(default_factory=set)
    pending: list[PendingWrite] = field(default_factory=list)

    def record(self, writers: list[Writer]) -> None:
        """Record the responses that new writers received. They started without links."""
        created = [link_id for writer in writers for link_id in writer.created]
        assert [writer.failure for writer in writers if writer.failure] == []
        assert len(set(created)) == len(created), "an id was assigned twice"
        assert min(created, default=1 << 40) > max(self.all_ids, default=0), (
            "ids must increase and not be reused"
        )
        self.all_ids.update(created)
        for writer in writers:
            self.links.update(writer.links)
            if writer.pending is not None:
                self.pending.append(writer.pending)

    def verify(self, records: list[dict[str, Any]]) -> None:
        """Check that the records are complete and expected. Afterwards, no write is pending."""
        by_id = {record["integration_key_link_id"]: record for record in records}
        assert len(by_id) == len(records)
        for record in records:
            assert record.items() >= {**LINK, "created_by": TESTER}.items()
            assert record["created_date"]
        names = {link_id: record["external_id"] for link_id, record in by_id.items()}
        for write in self.pending:
            self._resolve(write, names)
        self.pending.clear()
        assert names == self.links

    def _resolve(self, write: PendingWrite, names: dict[int, str]) -> None:
        if write.kind == "create":
            for link_id, name in names.items():
                if name == write.name and link_id not in self.all_ids:
                    assert link_id > max(self.all_ids, default=0) or link_id not in self.links
                    self.links[link_id] = name
                    self.all_ids.add(link_id)
                    return
        elif write.kind == "update" and names.get(write.link_id) == write.name:
            self.links[write.link_id] = write.name
        elif write.kind == "delete" and write.link_id not in names:
            self.links.pop(write.link_id, None)


def records_of(client: Client) -> list[dict[str, Any]]:
    """Return all key links, after checking a few of them against the indexes."""
    records: list[dict[str, Any]] = client.get("/__admin/key_links").json()["key_links"]
    for record in random.sample(records, min(3, len(records))):
        page = client.get(LINKS, params={"external_id": record["external_id"], "page_size": 500}).json()
        assert page["records"] == [record]
    return records
