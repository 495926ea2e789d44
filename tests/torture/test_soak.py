"""Hours' worth of mixed calls to several worlds, with faults, resets, snapshots and clients that leave.

Each world has one client, which knows exactly what the world must contain. Every answer, the records, the
request log and the counts of the fault rules are checked as it goes, the resources of the process at times.
"""

from __future__ import annotations

import random
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.raw import Raw, basic, head
from tests.support import LINK, Client, Process
from tests.torture.common import LINKS, Scale, Usage, server

if sys.platform != "linux":
    pytest.skip("reads /proc", allow_module_level=True)

WORLDS = 4
MAX_LINKS = 60
RESET = {"match": {"headers": {"x-lost": "1"}}, "phase": "after_commit", "effect": {"connection": "reset"}}
FAILED = {"match": {"headers": {"x-failed": "1"}}, "effect": {"status": 503}}
SLOW = {"match": {"headers": {"x-slow": "1"}}, "effect": {"latency": "5ms"}}


@dataclass
class Tenant:
    """The only client of a world, and what it knows of it."""

    url: str
    code: str
    links: dict[int, str] = field(default_factory=dict)
    saved: tuple[dict[int, str], int] | None = None
    next_id: int = 1
    logged: int = 0
    """Calls since the last reset."""
    fired: dict[str, int] = field(default_factory=dict)
    """How often each fault rule has fired since they were armed."""
    calls: int = 0
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        self.client = Client(self.url)
        self.client.auth = (f"tester@{self.code}", "secret")

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Call the API, which logs it."""
        self.calls += 1
        self.logged += 1
        return self.client.request(method, path, json=body, headers=headers)

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Call the admin API, which must succeed."""
        self.calls += 1
        response = self.client.request(method, f"/__admin/{path}?client={self.code}", json=body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    def start(self) -> None:
        """Return to the fixture, and arm the rules."""
        self.admin("POST", "reset")
        self.links, self.next_id, self.logged = {}, 1, 0
        self.arm()

    def arm(self) -> None:
        self.admin("DELETE", "faults")
        self.admin("POST", "faults", [{**RESET, "name": "lost"}, {**FAILED, "name": "failed"}])
        self.admin("POST", "faults", {**SLOW, "name": "slow"})
        self.fired = {"lost": 0, "failed": 0, "slow": 0}

    def work(self, calls: int) -> None:
        """Send about so many calls."""
        try:
            end = self.calls + calls
            self.start()
            while self.calls < end:
                for _ in range(random.randrange(20, 60)):
                    self.step()
                self.check()
                if random.random() < 0.2:
                    self.start()
        except BaseException as failure:
            self.failure = failure
        finally:
            self.client.close()

    def step(self) -> None:
        """Do one thing."""
        actions = [self.create] * 6 + [self.update] * 3 + [self.delete] * 3 + [self.find] * 3
        actions += [self.lose, self.fail, self.wait, self.leave, self.save, self.restore]
        random.choice(actions)()

    def create(self) -> None:
        if len(self.links) >= MAX_LINKS:
            return
        name = f"{self.code}-{self.calls}"
        response = self.call("POST", LINKS, {**LINK, "external_id": name})
        assert response.json() == {"ok": True, "id": self.next_id}
        self.add(name)

    def add(self, name: str) -> None:
        self.links[self.next_id] = name
        self.next_id += 1

    def update(self) -> None:
        for link_id in random.sample(list(self.links), min(1, len(self.links))):
            name = f"{self.code}-{self.calls}"
            body = {**LINK, "external_id": name}
            assert self.call("PUT", f"{LINKS}/{link_id}", body).json() == {"ok": True, "id": link_id}
            self.links[link_id] = name

    def delete(self) -> None:
        for link_id in random.sample(list(self.links), min(1, len(self.links))):
            assert self.call("DELETE", f"{LINKS}/{link_id}").json() == {"ok": True, "id": link_id}
            del self.links[link_id]

    def find(self) -> None:
        page = self.call("GET", f"{LINKS}?page_size=500&sort=integration_key_link_id").json()
        found = {each["integration_key_link_id"]: each["external_id"] for each in page["records"]}
        assert found == dict(sorted(self.links.items()))

    def lose(self) -> None:
        """The write happens, its answer is lost."""
        name = f"{self.code}-{self.calls}"
        self.fired["lost"] += 1
        with pytest.raises(requests.ConnectionError):
            self.call("POST", LINKS, {**LINK, "external_id": name}, **{"X-Lost": "1"})
        self.add(name)

    def fail(self) -> None:
        """The write is refused, and has not happened."""
        self.fired["failed"] += 1
        name = f"{self.code}-{self.calls}"
        assert self.call("POST", LINKS, {**LINK, "external_id": name}, **{"X-Failed": "1"}).status_code == 503

    def wait(self) -> None:
        self.fired["slow"] += 1
        assert self.call("GET", "/v1/SystemStatus", None, **{"X-Slow": "1"}).status_code == 200

    def leave(self) -> None:
        """Hang up in the middle of a head or a body, which is no call that anybody could answer."""
        authorization = f"Authorization: {basic(f'tester@{self.code}', 'secret')}"
        request = head("GET", "/v1/SystemStatus", authorization, authorized=False)
        with Raw(self.url) as raw:
            raw.send(random.choice([b"", request[:20], request[:-2]]))

    def save(self) -> None:
        self.admin("PUT", "snapshots/s")
        self.saved = (dict(self.links), self.next_id)

    def restore(self) -> None:
        if self.saved is not None:
            self.admin("POST", "snapshots/s/restore")
            self.links, self.next_id = dict(self.saved[0]), self.saved[1]
            self.arm()

    def check(self) -> None:
        """Compare what is counted and kept with what happened."""
        log = self.admin("GET", "requests")
        assert log["count"] + log["evicted"] == self.logged
        assert {entry["client"] for entry in log["requests"]} <= {self.code}
        rules = self.admin("GET", "faults")["faults"]
        assert {rule["name"]: rule["fired"] for rule in rules} == self.fired
        state = self.admin("GET", "state")
        links = {each["integration_key_link_id"]: each["external_id"] for each in state["key_links"]}
        assert links == self.links
        assert state["next_ids"].get("key_links", 1) == self.next_id


def soak(running: Process, calls: int) -> int:
    """Have each world's client send so many calls; return how many there were in all."""
    tenants = [Tenant(running.client.url, f"tenant{number}") for number in range(WORLDS)]
    threads = [threading.Thread(target=tenant.work, args=(calls,)) for tenant in tenants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for tenant in tenants:
        if tenant.failure is not None:
            raise tenant.failure
    return sum(tenant.calls for tenant in tenants)


def test_a_soak_keeps_exact_counts_and_uses_no_more_of_anything(tmp_path: Path, how_much: Scale) -> None:
    options = ("--data", str(tmp_path), "--isolate-clients", "--log-size", "200")
    with ExitStack() as stack:
        running = stack.enter_context(server(*options, checkpointing=True, fixture="default"))
        pid = running.process.pid
        total = soak(running, how_much(short=150, long=2500))
        first = Usage.settled(pid)
        for _ in range(how_much(short=1, long=14)):
            total += soak(running, how_much(short=150, long=2500))
            now = Usage.settled(pid)
            assert now.files <= first.files + 2
            assert now.threads <= first.threads + 8
            assert now.memory <= first.memory + 24 * 1024
        assert total >= how_much(short=1200, long=150_000)
        assert running.stop() == 0
        assert running.errors == []
