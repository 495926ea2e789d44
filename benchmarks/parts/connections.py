"""Many connections at a time: what they cost, and whether waiting calls get their responses in time."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from statistics import median

from benchmarks import servers
from benchmarks.client import Connection, Request, time_once
from benchmarks.harness import Harness
from benchmarks.rows import Row, single_figure
from benchmarks.servers import SEARCH

IDLE = 1000
HELD = 10_000
HELD_SECONDS = 5
_HEALTH = Request("/__admin/health")


def idle_connections(bench: Harness) -> Iterator[Row]:
    """Measure the memory of connections that had a call each and stay open."""
    _allow_descriptors(IDLE + 100)
    grown = []
    for _ in range(bench.runs):
        with servers.mockrevio("--data", bench.new_folder()) as mock, ExitStack() as stack:
            request = SEARCH.encode(mock.port)
            with closing(Connection(mock.port)) as connection:
                for _ in range(2 * IDLE):  # fills the request log
                    connection.time(request)
            before = mock.memory()
            for _ in range(IDLE):
                stack.enter_context(closing(Connection(mock.port))).time(request)
            grown.append(mock.memory() - before)
    yield single_figure(f"memory of {IDLE:,} idle connections", median(grown) / 1e6, "MB", "at most 10")


def held_calls(_: Harness) -> Iterator[Row]:
    """Measure 10,000 calls that are held for five seconds at the same time."""
    _allow_descriptors(HELD + 100)
    with servers.mockrevio("--ephemeral") as mock, closing(Connection(mock.port)) as connection:
        latency = json.dumps({"latency": f"{HELD_SECONDS}s"})
        time_once(mock.port, Request("/__admin/settings", latency, "PATCH"))
        health = _HEALTH.encode(mock.port)
        health_times, memory = [], 0
        command = [sys.executable, "-m", "benchmarks.holding", str(mock.port), str(HELD)]
        with subprocess.Popen(command, cwd=servers.ROOT, stdout=subprocess.PIPE, text=True) as client:
            while client.poll() is None:
                health_times.append(connection.time(health))
                memory = max(memory, mock.memory())
                time.sleep(0.01)
            output = client.communicate()[0]
    if client.returncode:
        raise RuntimeError("the client that makes the held calls failed; see above")
    durations = json.loads(output)
    calls = f"{HELD:,} calls held for {HELD_SECONDS} s"
    # No air: a call that waits for five seconds should get its response then.
    yield single_figure(f"{calls}, earliest response", durations["earliest"], "s", "at least 5", air=0)
    yield single_figure(f"{calls}, latest response", durations["latest"], "s", "at most 6")
    yield single_figure(f"{calls}, slowest health", max(health_times) * 1000, "ms", "at most 50")
    yield single_figure(f"{calls}, memory", memory / 1e6, "MB", "at most 100")


def _allow_descriptors(number: int) -> None:
    """Let this process and those that it starts from now on open this many files and sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        raise RuntimeError(f"{number} open files are needed, {hard} are allowed; raise `ulimit -Hn`")
    if soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))
