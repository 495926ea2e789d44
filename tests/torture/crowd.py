"""One of many clients, as a process of its own: `python -m tests.torture.crowd URL NUMBER SECONDS`.

It prints one JSON line for each call: what it asked, what it was told, and when it sent and heard that.
Imports little, to start fast.
"""

from __future__ import annotations

import base64
import http.client
import json
import random
import sys
import time
from typing import Any
from urllib.parse import quote, urlsplit

LINKS = "/v1/IntegrationKeyLink"
LINK: dict[str, Any] = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 1015}
PRIZES = 40
"""Keys that every client tries to create, so that they collide."""


class Member:
    """One client of the crowd."""

    def __init__(self, url: str, number: int) -> None:
        self.number = number
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.user = base64.b64encode(f"c{number}@acme:secret".encode()).decode()
        self.own: dict[int, str] = {}
        self.prizes: dict[int, str] = {}
        self.steps = 0

    def call(self, method: str, link_id: int | None, name: str | None) -> tuple[int, Any]:
        """A write, or a read by id; printed."""
        path = LINKS if link_id is None else f"{LINKS}/{link_id}"
        body = json.dumps({**LINK, "external_id": name}) if name else None
        sent, status, answer = self.send(method, path, body)
        found = answer if isinstance(answer, dict) else answer[0]
        told = found.get("external_id") or found.get("error")
        made = found.get("id", link_id) if status == 201 else link_id
        line = [method, made, name, status, told, sent, time.monotonic()]
        print(json.dumps(line))
        return status, found

    def send(self, method: str, path: str, body: str | None = None) -> tuple[float, int, Any]:
        """When a call was sent, and its answer."""
        headers = {"Authorization": f"Basic {self.user}", "Content-Type": "application/json"}
        sent = time.monotonic()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return sent, response.status, json.loads(response.read())

    def fresh(self) -> str:
        """A name that nobody else uses."""
        self.steps += 1
        return f"own-{self.number}-{self.steps}"

    def run(self, seconds: float, shared: list[int]) -> None:
        """Fight for the prizes first, then work on links of one's own and on those of all."""
        for prize in random.sample(range(PRIZES), PRIZES):
            status, found = self.call("POST", None, f"prize-{prize}")
            if status == 201:
                self.prizes[found["id"]] = f"prize-{prize}"  # kept: others may still try
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            random.choice(
                [self.create, self.update, self.delete, self.search, self.hot_write, self.hot_read]
            )(shared)

    def create(self, _shared: list[int]) -> None:
        name = self.fresh()
        status, found = self.call("POST", None, name)
        if status == 201:
            self.own[found["id"]] = name

    def update(self, _shared: list[int]) -> None:
        if self.own:
            link_id, name = random.choice(list(self.own)), self.fresh()
            status, _ = self.call("PUT", link_id, name)
            if status == 200:
                self.own[link_id] = name

    def delete(self, _shared: list[int]) -> None:
        if len(self.own) > 20:
            link_id = random.choice(list(self.own))
            status, _ = self.call("DELETE", link_id, None)
            if status == 200:
                del self.own[link_id]

    def search(self, _shared: list[int]) -> None:
        """One's own writes are found at once, by name and among one's own, and nothing else."""
        if self.own:
            link_id, name = random.choice(list(self.own.items()))
            _, status, page = self.send("GET", f"{LINKS}?external_id={quote(name)}")
            found = [each["integration_key_link_id"] for each in page["records"]]
            assert (status, found) == (200, [link_id]), (name, link_id, page)
        query = f"created_by=c{self.number}&page_size=500&sort=-integration_key_link_id"
        _, status, page = self.send("GET", f"{LINKS}?{query}")
        found = [each["integration_key_link_id"] for each in page["records"]]
        mine = sorted({*self.own, *self.prizes}, reverse=True)
        assert found == mine[:500], "exactly one's own, newest first"

    def hot_write(self, shared: list[int]) -> None:
        """Write to a link that all write to; now and then to one that somebody else may delete."""
        link_id = random.choice(shared)
        if random.random() < 0.02:
            self.call("DELETE", link_id, None)
        else:
            self.call("PUT", link_id, self.fresh())

    def hot_read(self, shared: list[int]) -> None:
        self.call("GET", random.choice(shared), None)


if __name__ == "__main__":
    member = Member(sys.argv[1], int(sys.argv[2]))
    member.run(float(sys.argv[3]), [int(each) for each in sys.argv[4].split(",")])
    member.connection.close()
