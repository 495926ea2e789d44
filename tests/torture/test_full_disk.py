"""A disk that is full time and again: what was refused did not happen, what was answered stays."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.storage.refusals import disk_full_for, posix_only
from tests.support import Process
from tests.torture.common import HowMuch, server
from tests.torture.writers import Ledger, Writer, records_of, writing

TMPFS_SIZE = 4 * 1024 * 1024
WRITERS = 4


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A small file system of its own in this folder."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_SIZE}", "none", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def may_mount() -> bool:
    """Whether this user may have file systems of his own; most containers forbid it."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@contextmanager
def limited(started: Process, folder: Path) -> Iterator[None]:
    """No file of the server's grows beyond about what it has, unfinished ones included."""
    sizes = [path.stat().st_size for path in folder.glob("default.json*") if path.exists()]
    with disk_full_for(started.process.pid, at=random.choice(sizes) + random.randrange(2000)):
        yield


@contextmanager
def filled(_started: Process, folder: Path) -> Iterator[None]:
    """Somebody else has taken all the room but a little."""
    ballast = folder / "ballast"
    state = os.statvfs(folder)
    room = state.f_bavail * state.f_frsize
    with suppress(OSError):  # writers may be quicker, and then it is full just as well
        ballast.write_bytes(bytes(max(room - random.randrange(12_000), 0)))
    try:
        yield
    finally:
        ballast.unlink(missing_ok=True)


# Where file systems cannot be mounted there is the limit alone.
KINDS = {"limit": limited, **({"tmpfs": filled} if may_mount() else {})}


def starve(started: Process, folder: Path, kind: str, turn: int) -> list[Writer]:
    labels = [f"{turn}-{number}" for number in range(WRITERS)]
    with writing(started.client.url, *labels, refusals_allowed=True) as writers:
        for _ in range(3):
            time.sleep(random.random() * 0.1)
            with KINDS[kind](started, folder):
                time.sleep(0.1 + random.random() * 0.1)
        if turn % 2:
            started.process.kill()
    return writers


@posix_only
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fills_up_under_four_writers_again_and_again(
    tmp_path: Path, how_much: HowMuch, kind: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    if kind == "limit":
        keep_going(folder, kind, how_much(short=2, long=60))
        return
    with mounted(folder):
        keep_going(folder, kind, how_much(short=2, long=60))


def keep_going(folder: Path, kind: str, turns: int) -> None:
    ledger = Ledger()
    refused = 0
    for turn in range(turns):
        options = ("--data", str(folder), "--durability", ["flush", "fsync"][turn // 2 % 2])
        with server(*options, folding=turn % 3 != 2) as started:
            assert started.start_line, started.errors
            if turn == 0:
                started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
            ledger.verify(records_of(started.client))
            writers = starve(started, folder, kind, turn)
            ledger.take(writers)
            refused += sum(writer.refused for writer in writers)
            if turn % 2 == 0:
                ledger.verify(records_of(started.client))
                started.client.delete(f"/v1/IntegrationKeyLink/{next(iter(ledger.links))}").raise_for_status()
                del ledger.links[next(iter(ledger.links))]
                assert started.stop() == 0, started.errors
            else:
                started.kill()
            fine = ("was not finished", "could not be folded")
            assert not [line for line in started.errors if not any(each in line for each in fine)]
        assert not list(folder.glob("*.tmp")) or turn % 2
    assert refused > 0
    with server("--data", str(folder)) as started:
        ledger.verify(records_of(started.client))


@posix_only
def test_a_stop_on_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    ledger = Ledger()
    with server("--data", str(tmp_path)) as started:
        started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        with writing(started.client.url, "a", "b") as writers:
            time.sleep(0.2)
        ledger.take(writers)
        resource = pytest.importorskip("resource")
        resource.prlimit(started.process.pid, resource.RLIMIT_FSIZE, (1000, 1000))
        assert started.stop() == 1
    (line,) = started.errors
    assert f"{tmp_path / 'default.json'} cannot be written: File too large" in line
    assert not list(tmp_path.glob("*.tmp"))
    with server("--data", str(tmp_path)) as started:
        ledger.verify(records_of(started.client))
        assert started.stop() == 0


@posix_only
def test_whatever_needs_room_on_a_full_disk_is_refused_with_the_reason_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    with server("--data", str(tmp_path), "--isolate-clients") as started:
        client = started.client
        client.post("/__admin/entities/CUSTOMER?client=old", json=1015).raise_for_status()
        client.put("/__admin/snapshots/kept?client=old").raise_for_status()
        before = {
            path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"
        }
        state = client.get("/__admin/state?client=old").json()
        with disk_full_for(started.process.pid, at=20):
            for method, path, body in (
                ("POST", "entities/CUSTOMER?client=old", {"id": 7}),
                ("DELETE", "entities/CUSTOMER?client=old", None),
                ("POST", "reset?client=old", None),
                ("PUT", "state?client=old", state),
                ("PATCH", "settings?client=old", {"duplicates": "allow"}),
                ("PUT", "snapshots/kept?client=old", None),
                ("PUT", "snapshots/new?client=old", None),
                ("POST", "snapshots/kept/restore?client=old", None),
                ("GET", "state?client=new", None),
            ):
                answer = client.request(method, f"/__admin/{path}", json=body)
                assert (answer.status_code, answer.json()["error"]) == (500, "storage"), (path, answer.text)
                assert "File too large" in answer.json()["message"]
            client.auth = ("t@new", "x")
            answer = client.get("/v1/IntegrationKeyLink")
            assert answer.status_code == 500
            assert "File too large" in answer.headers["X-Mock-Explain"]
            assert client.get("/__admin/state?client=old").json() == state
            assert client.get("/__admin/settings?client=old").json()["duplicates"] == "reject"
        assert {path: path.read_bytes() for path in before} == before
        assert not list(tmp_path.rglob("*.tmp"))
        assert client.get("/v1/IntegrationKeyLink").json()["records"] == []
        client.put("/__admin/snapshots/kept?client=old").raise_for_status()
        assert started.stop() == 0
        assert started.errors == []
