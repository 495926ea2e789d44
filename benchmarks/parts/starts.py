"""New processes: how soon they respond, how fast they are at first, and how long a short job takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

from benchmarks import servers, wrk
from benchmarks.client import Connection
from benchmarks.harness import Harness
from benchmarks.peers import BASELINE, CHEROOT, MOCKREVIO, OTHERS, Peer, wiremock
from benchmarks.rows import Row, comparison
from benchmarks.servers import SEARCH

STARTS_PER_RUN = 2
"""Starts are short and vary a lot, so they are measured more often."""

COLD_SECONDS = 10
CALLS_PER_JOB = 1000


def start_up(bench: Harness) -> Iterator[Row]:
    """Measure from process start to the first response, after a warm-up start of each server."""

    def start(peer: Peer) -> float:
        with peer.start(bench.folder) as server:
            return server.started_in

    compared = {"baseline": BASELINE, "Flask on cheroot": CHEROOT} | (OTHERS if bench.peers else {})
    peers = {"mockrevio": MOCKREVIO, **compared}
    starts = {name: partial(start, peer) for name, peer in peers.items()}
    times = bench.interleaved(starts, runs=bench.runs * STARTS_PER_RUN)
    for name in compared:
        target = "at most 1.4" if name == "baseline" else "at most 1.0"
        yield comparison("start to first 200", name, (times["mockrevio"], times[name]), "s", target)


def cold(bench: Harness) -> Iterator[Row]:
    """Count the GET requests that get a response in the first ten seconds of a process, at 100,000 links."""
    if not bench.peers:
        return
    data = bench.new_folder()
    with bench.mockrevio(100_000, data=data):
        pass  # the measured processes find the links on disk
    starters = {
        "mockrevio": lambda: servers.mockrevio("--data", data),
        "wiremock": lambda: wiremock(bench.folder),
    }

    def count(name: str) -> float:
        with starters[name]() as server:
            return wrk.drive(server.port, SEARCH, range(1, 1001), COLD_SECONDS).requests

    counts = bench.interleaved({name: partial(count, name) for name in starters}, warm_up=False)
    runs = (counts["mockrevio"], counts["wiremock"])
    yield comparison("GETs in the first 10 s, 100,000 links", "wiremock", runs, "", "at least 1.0")


def ci_job(bench: Harness) -> Iterator[Row]:
    """Measure start, a thousand calls one after another, and stop: what a short job in CI pays in total."""

    def job(peer: Peer) -> float:
        started = time.perf_counter()
        with peer.start(bench.folder) as server, closing(Connection(server.port)) as connection:
            if peer.first:
                connection.time(peer.first.encode(server.port))
            for number in range(1_000_001, 1_000_001 + CALLS_PER_JOB // 2):
                connection.time(peer.create.encode(server.port, number))
                connection.time(peer.search.encode(server.port, number))
        return time.perf_counter() - started

    compared = {"Flask on cheroot": CHEROOT} | (OTHERS if bench.peers else {})
    peers = {"mockrevio": MOCKREVIO, **compared}
    times = bench.interleaved({name: partial(job, peer) for name, peer in peers.items()}, warm_up=False)
    for name in compared:
        target = "at most 1.0" if name in OTHERS else ""
        yield comparison("start, 1,000 calls, stop", name, (times["mockrevio"], times[name]), "s", target)
