"""One of many client processes: `python -m tests.torture.crowd URL NUMBER SECONDS SHARED_IDS`.

Prints one JSON line for each request: the request, its response, and when they were sent and received.
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
CONTESTED_LINKS = 40
"""How many links every client tries to create, so that they collide."""


class CrowdClient:
    """One client of the crowd, and the links that it has created."""

    def __init__(self, url: str, number: int) -> None:
        self.number = number
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.user = base64.b64encode(f"c{number}@acme:secret".encode()).decode()
        self.private_links: dict[int, str] = {}
        self.won_links: dict[int, str] = {}
        self.name_count = 0

    def exchange(self, method: str, link_id: int | None, name: str | None) -> tuple[int, Any]:
        """Send a write or a read by id, print it, and return its status and JSON object."""
        path = LINKS if link_id is None else f"{LINKS}/{link_id}"
        body = json.dumps({**LINK, "external_id": name}) if name else None
        sent, status, response = self.send(method, path, body)
        document = response if isinstance(response, dict) else response[0]
        result = document.get("external_id") or document.get("error")
        affected_id = document.get("id", link_id) if status == 201 else link_id
        line = [method, affected_id, name, status, result, sent, time.monotonic()]
        print(json.dumps(line))
        return status, document

    def send(self, method: str, path: str, body: str | None = None) -> tuple[float, int, Any]:
        """Send a request; return when it was sent, and the response's status and JSON."""
        headers = {"Authorization": f"Basic {self.user}", "Content-Type": "application/json"}
        sent = time.monotonic()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return sent, response.status, json.loads(response.read())

    def new_name(self) -> str:
        """Return a name that no other client uses."""
        self.name_count += 1
        return f"private-{self.number}-{self.name_count}"

    def run(self, seconds: float, shared: list[int]) -> None:
        """Try to create the contested links, then use private and shared links until the time is up."""
        for number in random.sample(range(CONTESTED_LINKS), CONTESTED_LINKS):
            status, document = self.exchange("POST", None, f"contested-{number}")
            if status == 201:
                # Never deleted, since other clients may still try to create it.
                self.won_links[document["id"]] = f"contested-{number}"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            random.choice(
                [self.create, self.update, self.delete, self.search, self.write_shared, self.read_shared]
            )(shared)

    def create(self, _shared: list[int]) -> None:
        name = self.new_name()
        status, document = self.exchange("POST", None, name)
        if status == 201:
            self.private_links[document["id"]] = name

    def update(self, _shared: list[int]) -> None:
        if self.private_links:
            link_id, name = random.choice(list(self.private_links)), self.new_name()
            status, _ = self.exchange("PUT", link_id, name)
            if status == 200:
                self.private_links[link_id] = name

    def delete(self, _shared: list[int]) -> None:
        if len(self.private_links) > 20:
            link_id = random.choice(list(self.private_links))
            status, _ = self.exchange("DELETE", link_id, None)
            if status == 200:
                del self.private_links[link_id]

    def search(self, _shared: list[int]) -> None:
        """Check that searches by name and by creator find exactly this client's own links."""
        if self.private_links:
            link_id, name = random.choice(list(self.private_links.items()))
            _, status, page = self.send("GET", f"{LINKS}?external_id={quote(name)}")
            ids = [record["integration_key_link_id"] for record in page["records"]]
            assert (status, ids) == (200, [link_id]), (name, link_id, page)
        _, status, users = self.send("GET", f"/v1/Users?login_name=c{self.number}")
        created_ids = sorted({*self.private_links, *self.won_links}, reverse=True)
        if not users["records"]:
            assert created_ids == [], "a client that has created links is a user"
            return
        (user,) = users["records"]
        query = f"created_by={user['user_id']}&page_size=500&sort=-integration_key_link_id"
        _, status, page = self.send("GET", f"{LINKS}?{query}")
        ids = [record["integration_key_link_id"] for record in page["records"]]
        assert ids == created_ids[:500], "not exactly the client's own links, newest first"

    def write_shared(self, shared: list[int]) -> None:
        """Update a link that all clients write to; once in a while, delete it."""
        link_id = random.choice(shared)
        if random.random() < 0.02:
            self.exchange("DELETE", link_id, None)
        else:
            self.exchange("PUT", link_id, self.new_name())

    def read_shared(self, shared: list[int]) -> None:
        self.exchange("GET", random.choice(shared), None)


if __name__ == "__main__":
    client = CrowdClient(sys.argv[1], int(sys.argv[2]))
    client.run(float(sys.argv[3]), [int(link_id) for link_id in sys.argv[4].split(",")])
    client.connection.close()
