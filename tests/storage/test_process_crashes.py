"""Real server processes that are killed, run out of disk space and restart: no acknowledged write is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from tinydb import TinyDB

from tests.storage.common import contents
from tests.storage.refusals import disk_full_for, posix_only
from tests.support import LINK, Client, Process, process

PATH = "/v1/IntegrationKeyLink"
WRITERS = 8


@dataclass
class Writes:
    """One writer's writes: acknowledged links and deletions, ids with a pending write, all names sent."""

    links: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    pending: set[int] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)


def write(url: str, number: int, writes: Writes) -> None:
    """Create, replace and delete key links until the server is down."""
    client = Client(url)
    step = 0
    try:
        while True:
            step += 1
            name = f"{number}-{step}"
            writes.sent.add(name)
            writes.links[client.link(external_id=name)] = name
            link_id = random.choice(list(writes.links))
            if step % 5 == 0:
                writes.pending.add(link_id)
                assert client.delete(f"{PATH}/{link_id}").status_code == 200
                writes.pending.remove(link_id)
                del writes.links[link_id]
                writes.deleted.add(link_id)
            elif step % 3 == 0:
                name += "-changed"
                writes.pending.add(link_id)
                assert client.put(f"{PATH}/{link_id}", json={**LINK, "external_id": name}).ok
                writes.pending.remove(link_id)
                writes.links[link_id] = name
    except requests.RequestException:
        pass
    finally:
        client.close()


def end_under_load(server: Process, end: Callable[[], object]) -> list[Writes]:
    """End a server while writers are using it. Returns the writes of each writer."""
    all_writes = [Writes() for _ in range(WRITERS)]
    threads = [
        threading.Thread(target=write, args=(server.client.url, number, writes))
        for number, writes in enumerate(all_writes)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    while not all(len(writes.links) > 20 for writes in all_writes):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    end()
    for thread in threads:
        thread.join()
    return all_writes


def all_links(client: Client) -> dict[int, str]:
    links: dict[int, str] = {}
    page = 1
    while True:
        body = client.get(PATH, params={"page_size": 500, "page": page}).json()
        for record in body["records"]:
            links[record["integration_key_link_id"]] = record["external_id"]
        if not body["has_more"]:
            return links
        page += 1


def verify(links: dict[int, str], all_writes: list[Writes]) -> None:
    """Check that no acknowledged write or deletion is lost, and that every link was sent by a writer."""
    for writes in all_writes:
        for link_id, name in writes.links.items():
            if link_id not in writes.pending:
                assert links.get(link_id) == name
        assert not writes.deleted & links.keys()
    # One write of each writer may have happened although its response did not arrive.
    unacknowledged = len(links.keys() - set().union(*(writes.links for writes in all_writes)))
    assert unacknowledged <= WRITERS
    assert {name.removesuffix("-changed") for name in links.values()} <= set().union(
        *(writes.sent for writes in all_writes)
    )


@pytest.mark.parametrize("durability", ["flush", "fsync"])
def test_kill_9_during_writes_loses_no_acknowledged_write(tmp_path: Path, durability: str) -> None:
    options = ("--data", str(tmp_path), "--durability", durability)
    with process(*options) as first:
        all_writes = end_under_load(first, first.kill)
    with process(*options) as second:
        links = all_links(second.client)
        verify(links, all_writes)
        new = second.client.link(external_id="after the restart")
        assert new > max(*links, *(link_id for writes in all_writes for link_id in writes.deleted))
        assert second.stop() == 0
        assert second.errors == []
    with TinyDB(tmp_path / "default.json") as stock:
        stored = {link.doc_id: link["external_id"] for link in stock.table("key_links")}
    assert stored == {**links, new: "after the restart"}


def test_a_stop_during_writes_loses_no_acknowledged_write(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as first:
        all_writes = end_under_load(first, first.process.terminate)
        assert first.stop() == 0
    assert (tmp_path / "default.jsonl").read_bytes() == b""
    with process("--data", str(tmp_path)) as second:
        verify(all_links(second.client), all_writes)
        assert second.stop() == 0


# A program that writes and checkpoints its log constantly, so that killing it often interrupts a checkpoint.
CHECKPOINTING = """
import sys, threading
from pathlib import Path
from mockrevio.settings import Settings
from mockrevio.storage import stores
from mockrevio.seeding.fixtures import load_fixture
from mockrevio.world.baseline import Baseline
from mockrevio.world.world import World

stores.MIN_CHECKPOINT_SIZE = 500
stores.FileStore._schedule_checkpoint = lambda self: setattr(self, "_checkpoint_size", 500)
baseline = Baseline(load_fixture(["default"]), "2026-01-05T09:30:00.000")
world = World("default", Settings(), baseline, folder=Path(sys.argv[1]), warn=print)
links = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 1015}
printing = threading.Lock()

def work(number):
    for step in range(10**9):
        link_id = world.key_links.create({**links, "external_id": f"{sys.argv[2]}-{number}-{step}"}, None)
        if step % 4 == 0:
            world.key_links.delete(link_id)
        with printing:
            print("deleted" if step % 4 == 0 else "created", link_id, flush=True)

for number in range(3):
    threading.Thread(target=work, args=(number,)).start()
"""


def test_repeated_kill_9_during_checkpoints_loses_nothing(tmp_path: Path) -> None:
    alive: set[int] = set()
    for round_number in range(4):
        command = [sys.executable, "-c", CHECKPOINTING, str(tmp_path), str(round_number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            lines = [child.stdout.readline() for _ in range(30)]
            timer = threading.Timer(0.1 * random.random(), child.kill)
            timer.start()
            lines += child.stdout.readlines()
            timer.join()
        events = [line.split() for line in lines if line.endswith("\n")]
        assert all(event in ("created", "deleted") for event, _ in events), lines
        before = set(alive)
        alive |= {int(link_id) for event, link_id in events if event == "created"}
        deleted = {int(link_id) for event, link_id in events if event == "deleted"}
        assert len(alive) > len(before)
        assert not deleted & before
        with process("--data", str(tmp_path)) as server:
            links = set(all_links(server.client))
            assert server.stop() == 0
        assert alive <= links
        assert not deleted & links
        assert len(links - alive) <= 3, "only the last write of each thread may be missing from the output"
        alive = links


@posix_only
def test_a_write_to_a_full_disk_gets_a_500_and_changes_nothing_until_there_is_space(
    tmp_path: Path,
) -> None:
    with process("--data", str(tmp_path)) as server:
        client = server.client
        first = client.link(external_id="kept")
        files = contents(tmp_path)
        with disk_full_for(server.process.pid, at=len(files["default.jsonl"]) + 30):
            responses = [
                client.post(PATH, json={**LINK, "external_id": "refused"}),
                client.put(f"{PATH}/{first}", json={**LINK, "external_id": "refused"}),
                client.delete(f"{PATH}/{first}"),
            ]
            for response in responses:
                assert response.status_code == 500
                assert response.json()[0]["error"] == "server_error"
                explain = response.headers["X-Mock-Explain"]
                assert "default.jsonl cannot be written: File too large" in explain
            refused = client.post("/__admin/entities/CUSTOMER", json={"id": 77})
            assert (refused.status_code, refused.json()["error"]) == (500, "storage")
            assert client.post("/__admin/reset").status_code == 500
            assert all_links(client) == {first: "kept"}, "reads must keep working"
            assert contents(tmp_path) == files
        later = client.link(external_id="later")
        assert later == first + 1
        server.kill()
        assert server.errors == []
    with process("--data", str(tmp_path)) as restarted:
        assert all_links(restarted.client) == {first: "kept", later: "later"}
        assert restarted.stop() == 0
