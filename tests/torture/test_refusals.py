"""The operating system refuses descriptors or threads to a real server, which serves with what it has."""

from __future__ import annotations

import os
import re
import select
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests.contract.raw import Raw, head
from tests.support import ROOT, Client, Process
from tests.torture.common import Scale, Usage, eventually

if sys.platform != "linux":
    pytest.skip("sets limits of Linux", allow_module_level=True)

import resource

GET = head("GET", "/v1/SystemStatus")
SERVE = """
import sys
from mockrevio.cli import main
{before}
main()
"""
FILES = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({0}, {0}))"
PIDS = [Path("/sys/fs/cgroup/pids"), Path("/sys/fs/cgroup")]
"""Where a control group that limits processes and threads may be made, as `docker run --pids-limit` does."""
STACKS = "import threading; threading.stack_size(1 << 30)"
"""Every further thread needs a GiB of addresses, so that a limit of addresses is one of threads."""


@contextmanager
def restricted(before: str, *options: str) -> Iterator[Process]:
    """A server whose process has executed this first."""

    class Restricted(Process):
        program = (sys.executable, "-c", SERVE.format(before=before))

    running = Restricted("--port", "0", "--ephemeral", *options, cwd=ROOT)
    try:
        assert running.start_line, running.errors
        yield running
    finally:
        running.kill()


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process have as many open files as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_with_256_descriptors_270_idle_connections_do_not_block_others(how_much: Scale) -> None:
    with restricted(FILES.format(256)) as running, many_files(), ExitStack() as stack:
        url, pid = running.client.url, running.process.pid
        kept = stack.enter_context(Raw(url))
        assert kept.call(GET).status == 200
        for _ in range(how_much(short=1, long=10)):
            for _ in range(270):
                stack.enter_context(Raw(url))
                assert kept.call(GET).status == 200  # who is silent for a second may have to leave
            used, began = processor_seconds(pid), time.monotonic()
            while time.monotonic() < began + 3:
                assert kept.call(GET).status == 200
                time.sleep(0.05)
            assert processor_seconds(pid) - used < 1.5, "it waits, and does not try all the time"
            with Raw(url) as new:
                new.send(GET)
                while not select.select([new.socket], [], [], 0.05)[0]:
                    assert kept.call(GET).status == 200
                assert new.read().status == 200
        assert running.stop() == 0
        warning, *reports = running.errors
        assert "for --max-connections" in warning
        assert len(reports) <= how_much(short=1, long=2), "once a minute"


@pytest.mark.parametrize("waiting", [1020, 1900])
def test_at_a_limit_of_1024_descriptors_delayed_calls_and_others_get_responses(waiting: int) -> None:
    """Each call holds a connection, so with 1,020 the descriptors are used up."""
    with restricted(FILES.format(1024)) as running, many_files(), ExitStack() as stack:
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < waiting + 200:
            pytest.skip("this process may not have that many open files")
        url = running.client.url
        running.client.patch("/__admin/settings", json={"latency": "3s"}).raise_for_status()
        delayed = []
        for _ in range(waiting):
            connection = stack.enter_context(Raw(url))
            connection.socket.settimeout(60)
            connection.send(GET)
            delayed.append(connection)
        health = head("GET", "/__admin/health")
        while delayed:
            for path in ("health", "settings", "behaviours", "static/app.js"):
                assert running.client.get(f"/__admin/{path}").status_code == 200
            for connection in delayed[:100]:
                assert connection.read().status == 200
                stack.callback(connection.socket.close)
            del delayed[:100]
        with Raw(url) as new:
            assert new.call(health).status == 200
        assert running.stop() == 0
        assert len(running.errors) <= 3


def check_that_calls_share_threads(running: Process, limit: int, how_much: Scale) -> None:
    local = threading.local()

    def client() -> Client:
        if not hasattr(local, "client"):
            local.client = clients.enter_context(Client(running.client.url))
        own: Client = local.client
        return own

    def state() -> int:
        return client().get("/__admin/state").status_code

    def link(number: int) -> int:
        return client().link(external_id=f"{number}", internal_id=number)

    with ExitStack() as clients, ThreadPoolExecutor(80) as crowd:
        for _ in range(how_much(short=2, long=100)):
            calls = [crowd.submit(state) for _ in range(80)]
            assert [call.result() for call in calls] == [200] * 80
            links = [crowd.submit(link, number) for number in range(1001, 1021)]
            assert len({each.result() for each in links}) == 20
            running.client.post("/__admin/reset").raise_for_status()
    assert Usage.of(running.process.pid).threads <= limit
    assert running.stop() == 0
    assert len(running.errors) == 1
    assert "cannot start a thread" in running.errors[0]


@contextmanager
def limit_of_threads(pid: int, limit: int) -> Iterator[None]:
    """Let a process have so many threads."""
    parent = next((folder for folder in PIDS if (folder / "cgroup.procs").exists()), None)
    group = (parent or PIDS[0]) / f"mockrevio-test-{pid}"
    try:
        group.mkdir()
        (group / "pids.max").write_text(str(limit))
        (group / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        with suppress(OSError):
            group.rmdir()
        pytest.skip(f"no control group can be made: {error}")
    try:
        yield
    finally:
        eventually(lambda: (group / "cgroup.procs").read_text() == "")
        group.rmdir()


@pytest.mark.parametrize("more", [1, 2])
def test_80_calls_at_once_under_a_limit_of_threads(more: int, how_much: Scale) -> None:
    with ExitStack() as stack, restricted("") as running:
        pid = running.process.pid
        limit = Usage.of(pid).threads + more
        stack.enter_context(limit_of_threads(pid, limit))
        check_that_calls_share_threads(running, limit, how_much)


def test_80_calls_at_once_under_a_limit_of_addresses(how_much: Scale) -> None:
    with restricted(STACKS) as running:
        pid = running.process.pid
        size = int(re.findall(r"VmSize:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) * 1024
        limit = size + (3 << 30)
        resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))
        check_that_calls_share_threads(running, Usage.of(pid).threads + 3, how_much)


def test_after_many_connections_all_descriptors_are_free_again() -> None:
    with restricted("") as running, many_files():
        url, pid = running.client.url, running.process.pid
        before = Usage.settled(pid).files
        for _ in range(3):
            with ExitStack() as stack:
                for number in range(300):
                    connection = stack.enter_context(Raw(url))
                    connection.send(
                        (GET, GET[:30], head("POST", "/v1/x", "Content-Length: 9") + b"1")[number % 3]
                    )
        assert eventually(lambda: Usage.of(pid).files <= before + 1, 20)
        assert running.stop() == 0
        assert running.errors == []
