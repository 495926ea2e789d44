"""Real server processes, killed, starved of disk and started again: nothing that was answered is lost."""

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
class Answered:
    """What one writer was told, and the one thing that it was not told before the server died."""

    links: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)


def write(url: str, number: int, told: Answered) -> None:
    """Create, replace and delete until the server is gone."""
    client = Client(url)
    step = 0
    try:
        while True:
            step += 1
            name = f"{number}-{step}"
            told.sent.add(name)
            told.links[client.link(external_id=name)] = name
            link_id = random.choice(list(told.links))
            if step % 5 == 0:
                told.unknown.add(link_id)
                assert client.delete(f"{PATH}/{link_id}").status_code == 200
                told.unknown.remove(link_id)
                del told.links[link_id]
                told.deleted.add(link_id)
            elif step % 3 == 0:
                name += "-changed"
                told.unknown.add(link_id)
                assert client.put(f"{PATH}/{link_id}", json={**LINK, "external_id": name}).ok
                told.unknown.remove(link_id)
                told.links[link_id] = name
    except requests.RequestException:
        pass
    finally:
        client.close()


def under_load(started: Process, end: Callable[[], object]) -> list[Answered]:
    """Let writers loose on a server, end it in the middle of that, and say what each was told."""
    told = [Answered() for _ in range(WRITERS)]
    threads = [
        threading.Thread(target=write, args=(started.client.url, number, each))
        for number, each in enumerate(told)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    while not all(len(each.links) > 20 for each in told):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    end()
    for thread in threads:
        thread.join()
    return told


def all_links(client: Client) -> dict[int, str]:
    found: dict[int, str] = {}
    page = 1
    while True:
        body = client.get(PATH, params={"page_size": 500, "page": page}).json()
        for record in body["records"]:
            found[record["integration_key_link_id"]] = record["external_id"]
        if not body["has_more"]:
            return found
        page += 1


def verify(found: dict[int, str], told: list[Answered]) -> None:
    """Nothing answered is lost, nothing deleted is back, nothing is there that nobody sent."""
    for each in told:
        for link_id, name in each.links.items():
            if link_id not in each.unknown:
                assert found.get(link_id) == name
        assert not each.deleted & found.keys()
    # One call of each writer may have been carried out though its answer did not arrive.
    unheard = len(found.keys() - set().union(*(each.links for each in told)))
    assert unheard <= WRITERS
    assert {name.removesuffix("-changed") for name in found.values()} <= set().union(
        *(each.sent for each in told)
    )


@pytest.mark.parametrize("durability", ["flush", "fsync"])
def test_kill_9_amid_writers_loses_nothing_that_was_answered(tmp_path: Path, durability: str) -> None:
    options = ("--data", str(tmp_path), "--durability", durability)
    with process(*options) as first:
        told = under_load(first, first.kill)
    with process(*options) as second:
        found = all_links(second.client)
        verify(found, told)
        new = second.client.link(external_id="after the restart")
        assert new > max(*found, *(link_id for each in told for link_id in each.deleted))
        assert second.stop() == 0
        assert second.errors == []
    with TinyDB(tmp_path / "default.json") as stock:
        stored = {link.doc_id: link["external_id"] for link in stock.table("key_links")}
    assert stored == {**found, new: "after the restart"}


def test_a_stop_amid_writers_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as first:
        told = under_load(first, first.process.terminate)
        assert first.stop() == 0
    assert (tmp_path / "default.jsonl").read_bytes() == b""
    with process("--data", str(tmp_path)) as second:
        verify(all_links(second.client), told)
        assert second.stop() == 0


# A writer that folds its log all the time, so that it dies in the middle of a fold now and then.
FOLDING = """
import sys, threading
from pathlib import Path
from mockrevio.settings import Settings
from mockrevio.storage import stores
from mockrevio.seeding.fixtures import load_fixture
from mockrevio.world.baseline import Baseline
from mockrevio.world.world import World

stores.MIN_FOLD_SIZE = 500
stores.FileStore._schedule_fold = lambda self: setattr(self, "_fold_size", 500)
baseline = Baseline(load_fixture(["default"]), "2026-01-05T09:30:00.000")
world = World("default", Settings(), baseline, folder=Path(sys.argv[1]), warn=print)
links = {"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": 1015}
say = threading.Lock()

def work(number):
    for step in range(10**9):
        link_id = world.key_links.create({**links, "external_id": f"{sys.argv[2]}-{number}-{step}"}, None)
        if step % 4 == 0:
            world.key_links.delete(link_id)
        with say:
            print("deleted" if step % 4 == 0 else "created", link_id, flush=True)

for number in range(3):
    threading.Thread(target=work, args=(number,)).start()
"""


def test_kill_9_in_the_middle_of_folds_loses_nothing_round_after_round(tmp_path: Path) -> None:
    alive: set[int] = set()
    for turn in range(4):
        command = [sys.executable, "-c", FOLDING, str(tmp_path), str(turn)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = [child.stdout.readline() for _ in range(30)]
            timer = threading.Timer(0.1 * random.random(), child.kill)
            timer.start()
            said += child.stdout.readlines()
            timer.join()
        whole = [line.split() for line in said if line.endswith("\n")]
        assert all(word in ("created", "deleted") for word, _ in whole), said
        before = set(alive)
        alive |= {int(link_id) for word, link_id in whole if word == "created"}
        deleted = {int(link_id) for word, link_id in whole if word == "deleted"}
        assert len(alive) > len(before)
        assert not deleted & before
        with process("--data", str(tmp_path)) as server:
            found = set(all_links(server.client))
            assert server.stop() == 0
        assert alive <= found
        assert not deleted & found
        assert len(found - alive) <= 3, "each of three threads may have died before it could say so"
        alive = found


@posix_only
def test_on_a_full_disk_a_write_is_answered_500_and_changes_nothing_until_there_is_room(
    tmp_path: Path,
) -> None:
    with process("--data", str(tmp_path)) as server:
        client = server.client
        kept = client.link(external_id="kept")
        files = contents(tmp_path)
        with disk_full_for(server.process.pid, at=len(files["default.jsonl"]) + 30):
            answers = [
                client.post(PATH, json={**LINK, "external_id": "refused"}),
                client.put(f"{PATH}/{kept}", json={**LINK, "external_id": "refused"}),
                client.delete(f"{PATH}/{kept}"),
            ]
            for each in answers:
                assert each.status_code == 500
                assert each.json()[0]["error"] == "server_error"
                assert "default.jsonl cannot be written: File too large" in each.headers["X-Mock-Explain"]
            refused = client.post("/__admin/entities/CUSTOMER", json={"id": 77})
            assert (refused.status_code, refused.json()["error"]) == (500, "storage")
            assert client.post("/__admin/reset").status_code == 500
            assert all_links(client) == {kept: "kept"}, "reading goes on"
            assert contents(tmp_path) == files
        later = client.link(external_id="later")
        assert later == kept + 1
        server.kill()
        assert server.errors == []
    with process("--data", str(tmp_path)) as again:
        assert all_links(again.client) == {kept: "kept", later: "later"}
        assert again.stop() == 0


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("default.json", b'{"key_links": {"1": {"internal_id', "at line 1 column"),
        ("default.json", b'{"key_links": {"1": {"internal_id": "x"}}}', "at key_links.1"),
        ("default.jsonl", b'{"seq": 1, "changes": [["delete", "key_links", 5]]}\n', "at line 1"),
        ("default.jsonl", b"nonsense\n" * 2, "at line 1"),
    ],
)
def test_a_server_stops_with_a_sentence_at_damaged_data_and_leaves_it_alone(
    tmp_path: Path, name: str, data: bytes, where: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with process("--data", str(tmp_path)) as server:
        assert server.process.poll() is not None
        assert server.stop() == 1
        said = "".join(server.errors)
    assert said.startswith(f"mockrevio: {tmp_path / name} is damaged {where}")
    assert "Traceback" not in said
    assert (tmp_path / name).read_bytes() == data
    assert not (tmp_path / f"{name}.tmp").exists()


def test_a_torn_last_line_is_dropped_with_a_warning_and_the_rest_served(tmp_path: Path) -> None:
    with process("--data", str(tmp_path)) as first:
        first.client.link(external_id="whole")
        first.client.link(external_id="torn")
        first.kill()
    log = tmp_path / "default.jsonl"
    log.write_bytes(log.read_bytes()[:-15])
    with process("--data", str(tmp_path)) as second:
        assert all_links(second.client) == {1: "whole"}
        assert second.stop() == 0
        assert [str(log) in line and "not finished" in line for line in second.errors] == [True]


def test_a_file_that_stock_tinydb_wrote_is_served(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "default.json") as stock:
        stock.table("key_links").insert({**LINK, "external_id": "from TinyDB"})
    with process("--data", str(tmp_path)) as server:
        (record,) = server.client.get(PATH, params={"external_id": "from TinyDB"}).json()["records"]
        assert record["integration_key_link_id"] == 1
        assert record["created_date"] is None
        assert server.client.delete(f"{PATH}/1").status_code == 200
        assert server.stop() == 0
        assert server.errors == []


def test_without_a_data_folder_nothing_is_kept_and_no_file_made(tmp_path: Path) -> None:
    for _ in range(2):
        with process("--ephemeral", cwd=tmp_path) as server:
            assert server.client.link() == 1
            assert server.stop() == 0
    assert list(tmp_path.iterdir()) == []
