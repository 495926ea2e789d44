"""A disk that fills up repeatedly: refused writes do not happen, and acknowledged writes are kept."""

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
from tests.torture.common import Scale, server
from tests.torture.writers import Ledger, Writer, records_of, writing

TMPFS_SIZE = 4 * 1024 * 1024
WRITERS = 4


@contextmanager
def tmpfs(folder: Path) -> Iterator[None]:
    """Mount a small file system in this folder."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_SIZE}", "none", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def can_mount() -> bool:
    """Return whether this user can mount file systems. Most containers forbid it."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@contextmanager
def size_limit(server: Process, folder: Path) -> Iterator[None]:
    """Limit the size of the server's files, including temporary ones, to little more than one has now."""
    sizes = [path.stat().st_size for path in folder.glob("default.json*") if path.exists()]
    with disk_full_for(server.process.pid, at=random.choice(sizes) + random.randrange(2000)):
        yield


@contextmanager
def no_space(_server: Process, folder: Path) -> Iterator[None]:
    """Fill the file system almost completely."""
    ballast = folder / "ballast"
    stats = os.statvfs(folder)
    available = stats.f_bavail * stats.f_frsize
    with suppress(OSError):  # writers may take the space first; the file system is full in any case
        ballast.write_bytes(bytes(max(available - random.randrange(12_000), 0)))
    try:
        yield
    finally:
        ballast.unlink(missing_ok=True)


# Without permission to mount, only the size limit can be tested.
KINDS = {"limit": size_limit, **({"tmpfs": no_space} if can_mount() else {})}


def write_while_full(started: Process, folder: Path, kind: str, round_number: int) -> list[Writer]:
    """Run writers while the disk fills up repeatedly. In odd rounds, kill the server at the end."""
    labels = [f"{round_number}-{number}" for number in range(WRITERS)]
    with writing(started.client.url, *labels, refusals_allowed=True) as writers:
        for _ in range(3):
            time.sleep(random.random() * 0.1)
            with KINDS[kind](started, folder):
                time.sleep(0.1 + random.random() * 0.1)
        if round_number % 2:
            started.process.kill()
    return writers


@posix_only
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fills_up_repeatedly_under_four_writers(
    tmp_path: Path, how_much: Scale, kind: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    if kind == "limit":
        run_rounds(folder, kind, how_much(short=2, long=60))
        return
    with tmpfs(folder):
        run_rounds(folder, kind, how_much(short=2, long=60))


def run_rounds(folder: Path, kind: str, rounds: int) -> None:
    """Start a server, write while the disk is full, and check the data, in every round."""
    ledger = Ledger()
    refused = 0
    for round_number in range(rounds):
        options = ("--data", str(folder), "--durability", ["flush", "fsync"][round_number // 2 % 2])
        with server(*options, checkpointing=round_number % 3 != 2) as started:
            assert started.start_line, started.errors
            if round_number == 0:
                started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
            ledger.verify(records_of(started.client))
            writers = write_while_full(started, folder, kind, round_number)
            ledger.record(writers)
            refused += sum(writer.refused for writer in writers)
            if round_number % 2 == 0:
                ledger.verify(records_of(started.client))
                started.client.delete(f"/v1/IntegrationKeyLink/{next(iter(ledger.links))}").raise_for_status()
                del ledger.links[next(iter(ledger.links))]
                assert started.stop() == 0, started.errors
            else:
                started.kill()
            expected = ("is incomplete and was dropped", "could not be checkpointed")
            assert not [line for line in started.errors if not any(text in line for text in expected)]
        assert not list(folder.glob("*.tmp")) or round_number % 2
    assert refused > 0
    with server("--data", str(folder)) as started:
        ledger.verify(records_of(started.client))


@posix_only
def test_a_stop_on_a_full_disk_reports_it_and_loses_nothing(tmp_path: Path) -> None:
    ledger = Ledger()
    with server("--data", str(tmp_path)) as started:
        started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        with writing(started.client.url, "a", "b") as writers:
            time.sleep(0.2)
        ledger.record(writers)
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
def test_on_a_full_disk_every_operation_is_refused_with_the_reason_and_leaves_no_file(
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
                ("POST", "reset?client=new", None),
            ):
                response = client.request(method, f"/__admin/{path}", json=body)
                assert response.status_code == 500, (path, response.text)
                assert response.json()["error"] == "storage", (path, response.text)
                assert "File too large" in response.json()["message"]
            client.auth = ("t@new", "x")
            response = client.get("/v1/IntegrationKeyLink")
            assert response.status_code == 500
            assert "File too large" in response.headers["X-Mock-Explain"]
            assert client.get("/__admin/state?client=old").json() == state
            assert client.get("/__admin/settings?client=old").json()["duplicates"] == "reject"
        assert {path: path.read_bytes() for path in before} == before
        assert not list(tmp_path.rglob("*.tmp"))
        assert client.get("/v1/IntegrationKeyLink").json()["records"] == []
        client.put("/__admin/snapshots/kept?client=old").raise_for_status()
        assert started.stop() == 0
        assert started.errors == []
