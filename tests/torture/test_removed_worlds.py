"""Killed between any two steps of a removal: the world is there as a whole, or it is gone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.storage.refusals import posix_only
from tests.support import AUTH, LINK, ROOT, Process, process

KILLED_AT = """
import os, signal, sys
from mockrevio.cli import main
from mockrevio.world.worlds import Worlds
steps = int(sys.argv.pop(1))
remove = Worlds.remove
def count_step(event, arguments):
    global steps
    if event in ("os.remove", "os.rename", "os.rmdir"):
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
def remove_and_count(self, client):
    sys.addaudithook(count_step)
    remove(self, client)
Worlds.remove = remove_and_count
main()
"""
SNAPSHOTS = ["a", "b"]
STEPS = 13
"""More than a removal has, with the checkpoint before it."""


def options(folder: Path) -> tuple[str, ...]:
    return "--data", str(folder), "--isolate-clients"


def contents(server: Process) -> tuple[int, Any]:
    """The key links of the world, which this creates if it is gone, and the names of its snapshots."""
    client = server.client
    count = client.get("/v1/IntegrationKeyLink").json()["record_count"]
    names = client.get("/__admin/snapshots?client=acme").json()["snapshots"]
    return count, sorted(name if isinstance(name, str) else name["name"] for name in names)


def kill_while_removing(folder: Path, step: int) -> bool:
    """Fill a world and remove it, killed before the step of this number; False if it has fewer."""

    class KilledAt(Process):
        program = (sys.executable, "-c", KILLED_AT, str(step))

    server = KilledAt("--port", "0", *options(folder), cwd=ROOT)
    try:
        assert AUTH[0].endswith("@acme")
        server.client.post("/v1/IntegrationKeyLink", json=LINK).raise_for_status()
        for name in SNAPSHOTS:
            server.client.put(f"/__admin/snapshots/{name}?client=acme").raise_for_status()
        try:
            server.client.delete("/__admin/worlds/acme").raise_for_status()
        except requests.ConnectionError:
            return True
        return False
    finally:
        server.kill()


@posix_only
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_world_whose_removal_is_killed_exists_completely_or_not_at_all(step: int, tmp_path: Path) -> None:
    killed = kill_while_removing(tmp_path, step)
    assert killed or step > 7
    with process(*options(tmp_path)) as server:
        assert contents(server) in ([(1, SNAPSHOTS), (0, [])] if killed else [(0, [])])
        assert server.stop() == 0
        assert server.errors == []
    assert not list(tmp_path.glob(".*.removed"))


@posix_only
def test_a_failed_removal_is_completed_when_the_world_is_used_again(tmp_path: Path) -> None:
    with process(*options(tmp_path)) as server:
        server.client.link()
        server.client.put("/__admin/snapshots/a?client=acme").raise_for_status()
        in_the_way = tmp_path / "acme.json.tmp"
        in_the_way.mkdir()
        response = server.client.delete("/__admin/worlds/acme")
        assert response.status_code == 500
        assert "the files of world acme cannot be deleted" in response.json()["message"]
        assert server.client.get("/v1/IntegrationKeyLink").status_code == 500
        in_the_way.rmdir()
        assert contents(server) == (0, [])
