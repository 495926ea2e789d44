"""A server that is killed at random moments, again and again, loses nothing that it answered."""

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
from tests.torture.common import HowMuch, eventually, server
from tests.torture.writers import Ledger, Writer, records_of, writing

WRITERS = 4


def load(started: Process, turn: int) -> list[Writer]:
    """Let writers loose, and kill the server at some moment."""
    labels = [f"{turn}-{number}" for number in range(WRITERS)]
    with writing(started.client.url, *labels) as writers:
        assert eventually(lambda: all(writer.done > 1 or writer.trouble for writer in writers))
        time.sleep(random.random() * 0.25)
        started.process.kill()
    return writers


def kill_amid_the_start(folder: Path, durability: str) -> None:
    command = [sys.executable, "-m", "mockrevio", "serve", "--port", "0", "--fixture", "empty"]
    command += ["--data", str(folder), "--durability", durability]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        time.sleep(0.1 + random.random() * 0.3)
        child.kill()
        _, errors = child.communicate()
    assert b"Traceback" not in errors, errors


def stock(folder: Path) -> list[dict[str, Any]]:
    """The key links as TinyDB itself reads them."""
    assert (folder / "default.jsonl").read_bytes() == b""
    with TinyDB(folder / "default.json") as database:
        links = database.table("key_links").all()
    assert all(link.doc_id == link["integration_key_link_id"] for link in links)
    return [dict(link) for link in links]


@pytest.mark.parametrize(("durability", "short", "long"), [("flush", 13, 500), ("fsync", 12, 500)])
def test_kill_9_under_four_writers_turn_after_turn(
    tmp_path: Path, how_much: HowMuch, durability: str, short: int, long: int
) -> None:
    ledger = Ledger()
    options = ("--data", str(tmp_path), "--durability", durability)
    for turn in range(how_much(short=short, long=long)):
        with server(*options, folding=turn % 3 != 0) as started:
            assert started.start_line, started.errors
            if turn == 0:
                started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
            ledger.verify(records_of(started.client))
            ledger.take(load(started, turn))
            started.kill()
            assert not [line for line in started.errors if "was not finished" not in line]
        if turn % 5 == 4:
            kill_amid_the_start(tmp_path, durability)
    with server(*options) as started:
        ledger.verify(records_of(started.client))
        new = started.client.link(external_id="after all that")
        assert new > max(ledger.ever)
        assert started.stop() == 0
    assert len(ledger.ever) > WRITERS * how_much(short=short, long=long)
    ledger.links[new] = "after all that"
    ledger.verify(stock(tmp_path))


def test_clean_stops_under_four_writers_lose_nothing_and_leave_a_file_for_stock_tinydb(
    tmp_path: Path, how_much: HowMuch
) -> None:
    ledger = Ledger()
    for turn in range(how_much(short=2, long=40)):
        with server("--data", str(tmp_path), folding=turn % 2 == 0) as started:
            if turn == 0:
                started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
            ledger.verify(records_of(started.client))
            with writing(started.client.url, *(f"{turn}-{number}" for number in range(WRITERS))) as writers:
                time.sleep(0.1 + random.random() * 0.2)
                started.process.terminate()
            ledger.take(writers)
            assert started.stop() == 0
            assert started.errors == []
        ledger.verify(stock(tmp_path))
