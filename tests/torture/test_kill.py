"""A server that is killed repeatedly, at random moments, loses no acknowledged write."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB

from tests.support import Process
from tests.torture.common import Scale, eventually, server
from tests.torture.writers import Ledger, Writer, records_of, writing

WRITERS = 4


def kill_under_load(started: Process, round_number: int) -> list[Writer]:
    """Run writers, and kill the server at a random moment."""
    labels = [f"{round_number}-{number}" for number in range(WRITERS)]
    with writing(started.client.url, *labels) as writers:
        assert eventually(lambda: all(writer.done > 1 or writer.failure for writer in writers))
        time.sleep(random.random() * 0.25)
        started.process.kill()
    return writers


def kill_during_start(folder: Path, durability: str) -> None:
    """Start a server, and kill it before it is ready or soon after."""
    command = [sys.executable, "-m", "mockrevio", "serve", "--port", "0", "--fixture", "empty"]
    command += ["--data", str(folder), "--durability", durability]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        time.sleep(0.1 + random.random() * 0.3)
        child.kill()
        _, errors = child.communicate()
    assert b"Traceback" not in errors, errors


def links_in_file(folder: Path) -> list[dict[str, Any]]:
    """Read the key links of a stopped server with stock TinyDB."""
    assert (folder / "default.jsonl").read_bytes() == b""
    with TinyDB(folder / "default.json") as database:
        links = database.table("key_links").all()
    assert all(link.doc_id == link["integration_key_link_id"] for link in links)
    return [dict(link) for link in links]


@pytest.mark.parametrize(("durability", "short", "long"), [("flush", 13, 500), ("fsync", 12, 500)])
def test_repeated_kill_9_under_four_writers(
    tmp_path: Path, how_much: Scale, durability: str, short: int, long: int
) -> None:
    ledger = Ledger()
    options = ("--data", str(tmp_path), "--durability", durability)
    for round_number in range(how_much(short=short, long=long)):
        with server(*options, checkpointing=round_number % 3 != 0) as started:
            assert started.start_line, started.errors
            if round_number == 0:
                started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
            ledger.verify(records_of(started.client))
            ledger.record(kill_under_load(started, round_number))
            started.kill()
            assert not [line for line in started.errors if "is incomplete and was dropped" not in line]
        if round_number % 5 == 4:
            kill_during_start(tmp_path, durability)
    with server(*options) as started:
        ledger.verify(records_of(started.client))
        new = started.client.link(external_id="after the last kill")
        assert new > max(ledger.all_ids)
        assert started.stop() == 0
    assert len(ledger.all_ids) > WRITERS * how_much(short=short, long=long)
    ledger.links[new] = "after the last kill"
    ledger.verify(links_in_file(tmp_path))


def test_clean_stops_under_four_writers_lose_nothing_and_leave_a_stock_tinydb_file(
    tmp_path: Path, how_much: Scale
) -> None:
    ledger = Ledger()
    for round_number in range(how_much(short=2, long=40)):
        with server("--data", str(tmp_path), checkpointing=round_number % 2 == 0) as started:
            if round_number == 0:
                started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
            ledger.verify(records_of(started.client))
            with writing(
                started.client.url, *(f"{round_number}-{number}" for number in range(WRITERS))
            ) as writers:
                time.sleep(0.1 + random.random() * 0.2)
                started.process.terminate()
            ledger.record(writers)
            assert started.stop() == 0
            assert started.errors == []
        ledger.verify(links_in_file(tmp_path))
