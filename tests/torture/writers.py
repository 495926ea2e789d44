"""Writers over HTTP who note what they were told, and what must be true of the data afterwards."""

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

LINK: dict[str, Any] = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 1015}
HEADERS = {"Authorization": basic(*AUTH), "Content-Type": "application/json"}
AT_MOST = 40
"""Links that a writer has alive at once, so that verifying them stays quick."""


@dataclass(frozen=True)
class Doubt:
    """A call that was sent and not answered: it may have happened or not, but not in part."""

    kind: Literal["create", "update", "delete"]
    name: str
    link_id: int = 0


@dataclass
class Writer:
    """Creates, updates and deletes links of its own until told to end or the server is gone."""

    label: str
    refusals_allowed: bool = False
    links: dict[int, str] = field(default_factory=dict)
    created: list[int] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    refused: int = 0
    done: int = 0
    doubt: Doubt | None = None
    trouble: str | None = None

    def work(self, url: str, end: threading.Event) -> None:
        """Write until the end."""
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        try:
            while not end.is_set() and self.trouble is None:
                self._step(connection)
        except (OSError, http.client.HTTPException):
            pass  # the server is gone, or hung up: what was under way stays in doubt
        finally:
            connection.close()

    def _step(self, connection: http.client.HTTPConnection) -> None:
        self.done += 1
        name = f"{self.label}-{self.done}"
        chance = random.random()
        if not self.links or (chance < 0.5 and len(self.links) < AT_MOST):
            self._call(connection, Doubt("create", name))
        elif chance < 0.75:
            self._call(connection, Doubt("update", name, random.choice(list(self.links))))
        else:
            self._call(connection, Doubt("delete", name, random.choice(list(self.links))))

    def _call(self, connection: http.client.HTTPConnection, call: Doubt) -> None:
        self.doubt = call
        method = {"create": "POST", "update": "PUT", "delete": "DELETE"}[call.kind]
        path = LINKS if call.kind == "create" else f"{LINKS}/{call.link_id}"
        body = None if call.kind == "delete" else json.dumps({**LINK, "external_id": call.name})
        connection.request(method, path, body, HEADERS)
        response = connection.getresponse()
        answer = response.read()
        self.doubt = None
        if response.status == 500 and self.refusals_allowed:
            explain = response.headers.get("X-Mock-Explain", "")
            if "cannot be" in explain or "could not be" in explain:
                self.refused += 1
                return
        if response.status != (201 if call.kind == "create" else 200):
            self.trouble = f"{method} {path}: {response.status} {answer!r} {response.headers}"
            return
        link_id = json.loads(answer)["id"]
        if call.kind == "create":
            self.created.append(link_id)
            self.links[link_id] = call.name
        elif call.kind == "update":
            self.links[link_id] = call.name
        else:
            del self.links[link_id]
            self.deleted.add(link_id)


@contextmanager
def writing(url: str, *labels: str, refusals_allowed: bool = False) -> Iterator[list[Writer]]:
    """Writers at work, each with a label of its own; ended when the block is left."""
    end = threading.Event()
    writers = [Writer(label, refusals_allowed) for label in labels]
    threads = [threading.Thread(target=writer.work, args=(url, end)) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        end.set()
        for thread in threads:
            thread.join()


@dataclass
class Ledger:
    """What must be there, put together from all that writers were told since the beginning."""

    links: dict[int, str] = field(default_factory=dict)
    ever: set[int] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)

    def take(self, writers: list[Writer]) -> None:
        """Take note of what these writers were told; each began with no links."""
        created = [link_id for writer in writers for link_id in writer.created]
        assert [writer.trouble for writer in writers if writer.trouble] == []
        assert len(set(created)) == len(created), "one id was given out twice"
        assert min(created, default=1 << 40) > max(self.ever, default=0), "ids count up, and none comes again"
        self.ever.update(created)
        for writer in writers:
            self.links.update(writer.links)
            if writer.doubt is not None:
                self.doubts.append(writer.doubt)

    def verify(self, records: list[dict[str, Any]]) -> None:
        """The records are those that must be there, whole; what was in doubt is known from here on."""
        found = {record["integration_key_link_id"]: record for record in records}
        assert len(found) == len(records)
        for record in records:
            assert record.items() >= {**LINK, "created_by": "tester"}.items()
            assert record["created_date"]
        names = {link_id: record["external_id"] for link_id, record in found.items()}
        for doubt in self.doubts:
            self._resolve(doubt, names)
        self.doubts.clear()
        assert names == self.links

    def _resolve(self, doubt: Doubt, names: dict[int, str]) -> None:
        if doubt.kind == "create":
            for link_id, name in names.items():
                if name == doubt.name and link_id not in self.ever:
                    assert link_id > max(self.ever, default=0) or link_id not in self.links
                    self.links[link_id] = name
                    self.ever.add(link_id)
                    return
        elif doubt.kind == "update" and names.get(doubt.link_id) == doubt.name:
            self.links[doubt.link_id] = doubt.name
        elif doubt.kind == "delete" and doubt.link_id not in names:
            self.links.pop(doubt.link_id, None)


def records_of(client: Client) -> list[dict[str, Any]]:
    """All key links, and a sign that the indexes agree with them."""
    records: list[dict[str, Any]] = client.get("/__admin/key_links").json()["key_links"]
    for record in random.sample(records, min(3, len(records))):
        found = client.get(LINKS, params={"external_id": record["external_id"], "page_size": 500}).json()
        assert found["records"] == [record]
    return records
