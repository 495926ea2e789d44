"""SIGTERM while the server starts, or waits for a slow disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.common import LINKS
from tests.server.stopping import PROMPT, begin, is_unanswered, links, stop
from tests.support import LINK, Process, process

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")


SLOW_FILES = """
from pathlib import Path
from mockrevio.cli import main
from mockrevio.seeding import fixture_files
fixture_files.read_regular_file = Path.read_bytes
main()
"""
"""Reads fixtures from pipes, which stand for files on a slow disk: they come when the test wants them to."""


class Slow(Process):
    """`mockrevio serve` on a disk that takes long to sync."""

    def __init__(self, seconds: float, *arguments: str) -> None:
        code = (
            "import os, sys, time; from mockrevio.cli import main; sync = os.fsync\n"
            "def slow(descriptor):\n"
            f"    if os.path.exists({os.fspath(arguments[1])!r} + '/slow'): time.sleep({seconds})\n"
            "    sync(descriptor)\n"
            "os.fsync = slow; main()"
        )
        self.program = (sys.executable, "-c", code)
        super().__init__("--port", "0", *arguments)


@contextmanager
def slow_disk(folder: Path, seconds: float, *arguments: str) -> Iterator[Process]:
    """A server whose disk is slow from now on."""
    running = Slow(seconds, "--data", str(folder), *arguments)
    try:
        yield running
    finally:
        running.kill()


def test_a_fixture_that_never_comes_does_not_delay_a_stop(tmp_path: Path) -> None:
    """A read that hangs cannot be broken off: the process ends without the thread."""
    folder, fifo = tmp_path / "data", tmp_path / "fixture.json"
    with started_without_address("--data", str(folder), "--fixture", str(fifo), waits_for=fifo) as starting:
        stop_starting(starting)
    assert not folder.exists()


def test_a_large_fixture_that_is_being_loaded_does_not_delay_a_stop(
    tmp_path: Path, large_fixture: Path
) -> None:
    folder, fifo = tmp_path / "data", tmp_path / "fixture.json"
    document = large_fixture.read_bytes()
    arguments = ("--data", str(folder), "--fixture", str(fifo))
    with started_without_address(*arguments, waits_for=fifo, document=document) as starting:
        stop_starting(starting)
    assert not [*folder.glob("*.json*")]


def test_a_signal_before_the_server_has_started_ends_it_as_well(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    with started_without_address("--ephemeral", "--config", str(config), waits_for=config) as starting:
        stop_starting(starting)


def test_a_health_check_that_waits_ends_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        command = [*Process.program, "healthcheck", "--wait", "60s", "--url", url]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as check:
            server.accept()[0].close()
            check.terminate()
            assert check.communicate(timeout=PROMPT)[1] == ""
            assert check.returncode == 128 + signal.SIGTERM


@contextmanager
def started_without_address(
    *arguments: str, waits_for: Path, document: bytes | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A server that is reading a file, which contains the document or never comes to an end."""
    os.mkfifo(waits_for)
    command = [sys.executable, "-c", SLOW_FILES, "serve", "--port", "0", *arguments]
    starting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with waits_for.open("wb") as writer:  # returns when the server opens it
            if document is None:
                yield starting
                return
            writer.write(document)
        yield starting
    finally:
        starting.kill()
        starting.communicate()


def stop_starting(starting: subprocess.Popen[str]) -> None:
    starting.terminate()
    started = time.monotonic()
    assert starting.communicate(timeout=30) == ("", "")
    assert starting.returncode == 0
    assert time.monotonic() - started < PROMPT


def test_a_sync_of_a_slow_disk_does_not_delay_a_stop(tmp_path: Path) -> None:
    with slow_disk(tmp_path, 20) as running:
        link_id = running.client.link()
        (tmp_path / "slow").touch()
        stop(running)
    assert links(tmp_path) == {link_id: LINK["external_id"]}


def test_a_write_that_waits_for_a_slow_disk_does_not_delay_a_stop(tmp_path: Path) -> None:
    with slow_disk(tmp_path, 20, "--durability", "fsync") as running:
        link_id = running.client.link()
        (tmp_path / "slow").touch()
        answer = begin(running.client, "POST", LINKS, json={**LINK, "external_id": "second"})
        stop(running)
        assert is_unanswered(answer)
    assert links(tmp_path)[link_id] == LINK["external_id"]


def test_many_worlds_do_not_delay_a_stop_and_lose_nothing(tmp_path: Path) -> None:
    """Not all of them can be checkpointed in time."""
    clients = [f"client{number}" for number in range(30)]
    with slow_disk(tmp_path, 0.1, "--isolate-clients") as running:
        for client in clients:
            running.client.auth = (f"tester@{client}", "secret")
            running.client.link(external_id=client)
        (tmp_path / "slow").touch()
        stop(running)
    logs = [path.stat().st_size for path in tmp_path.glob("client*.jsonl")]
    assert 0 in logs
    assert max(logs) > 0
    with process("--data", str(tmp_path), "--isolate-clients") as running:
        for client in clients:
            running.client.auth = (f"tester@{client}", "secret")
            records = running.client.get(LINKS).json()["records"]
            assert [each["external_id"] for each in records] == [client]


def test_signals_that_are_repeated_while_a_thread_hangs_change_nothing(tmp_path: Path) -> None:
    with slow_disk(tmp_path, 20) as running:
        link_id = running.client.link()
        (tmp_path / "slow").touch()
        started = time.monotonic()
        while running.process.poll() is None:
            running.process.terminate()
            time.sleep(0.01)
        assert running.process.returncode == 0
        assert time.monotonic() - started < PROMPT
    assert links(tmp_path) == {link_id: LINK["external_id"]}
