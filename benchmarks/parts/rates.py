"""Requests per second, under the load of eight connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

from benchmarks import peers, servers
from benchmarks.client import NUMBER, Request, time_once
from benchmarks.harness import Harness, times
from benchmarks.peers import BASELINE, CHEROOT, OTHERS
from benchmarks.rows import Row, comparison
from benchmarks.servers import LINKS

WRITERS = 32
"""Clients that write at the same time, where it matters that they can share a sync."""


def searches(bench: Harness) -> Iterator[Row]:
    """Measure searches by external id among 100,000 links, and reads by id."""
    flasks = {"baseline": BASELINE, "Flask on cheroot": CHEROOT}
    targets = {"baseline": "at least 0.7", "Flask on cheroot": "at least 2.8"}
    groups = [flasks]
    if bench.peers:  # in a group of their own: some are still busy for a while after a load
        groups.append({name: OTHERS[name] for name in peers.CONSTANT})
    with bench.mockrevio(100_000) as mock:
        for group in groups:
            measurements = {"mockrevio": bench.search_rate(mock)}
            if group is flasks:
                measurements["by id"] = bench.search_rate(mock, Request(f"{LINKS}/{NUMBER}"))
            with ExitStack() as stack:
                for name, peer in group.items():
                    server = stack.enter_context(peer.start(bench.folder))
                    measurements[name] = bench.search_rate(server, peer.search)
                rates = bench.interleaved(measurements)
            for name in group:
                runs = (rates["mockrevio"], rates[name])
                target = targets.get(name, "")
                yield comparison("GET search by external_id at 100,000", name, runs, "/s", target)
            if group is flasks:
                runs = (rates["by id"], rates["baseline"])
                yield comparison("GET by id at 100,000", "baseline", runs, "/s")


def ranges(bench: Harness) -> Iterator[Row]:
    """Measure searches for ten links by the range of dates in which they were created."""
    ten_minutes = "created_date_start=2020-01-01T10:00:00&created_date_end=2020-01-01T10:09:00"
    request = Request(f"{LINKS}?{ten_minutes}")
    with bench.dated_mockrevio(100_000) as large, bench.dated_mockrevio(1000) as small:
        running = {"large": large, "small": small}
        rates = bench.interleaved(
            {name: bench.search_rate(server, request) for name, server in running.items()}
        )
    durations = times(rates)
    runs = (durations["large"], durations["small"])
    yield comparison("GET range of 10 at 100,000", "at 1,000", runs, "s", "at most 1.3")


def creates(bench: Harness) -> Iterator[Row]:
    """Measure POST requests at 100,000 and 1,000 links."""
    with (
        bench.mockrevio(100_000) as large,
        bench.mockrevio(1000) as small,
        BASELINE.start(bench.folder) as baseline,
        CHEROOT.start(bench.folder) as cheroot,
    ):
        running = {"large": large, "small": small, "baseline": baseline, "cheroot": cheroot}
        rates = bench.interleaved({name: bench.create_rate(server) for name, server in running.items()})
    yield comparison("POST key link at 100,000", "baseline", (rates["large"], rates["baseline"]), "/s")
    for size, links in (("large", "100,000"), ("small", "1,000")):
        runs = (rates[size], rates["cheroot"])
        yield comparison(f"POST key link at {links}", "Flask on cheroot", runs, "/s", "at least 1.8")
    durations = times(rates)
    runs = (durations["large"], durations["small"])
    yield comparison("POST time at 100,000", "at 1,000", runs, "s", "at most 1.2")


def creates_against_peers(bench: Harness) -> Iterator[Row]:
    """Measure POST requests and searches at 10,000 links, compared with stock TinyDB and json-server."""
    with ExitStack() as stack:
        running = {
            "mockrevio": stack.enter_context(bench.mockrevio(10_000)),
            "stock TinyDB": stack.enter_context(peers.stock_tinydb(bench.folder, 10_000)),
        }
        if bench.peers:
            running["json-server"] = stack.enter_context(peers.json_server(bench.folder, 10_000))
        requests = {name: OTHERS.get(name, peers.MOCKREVIO) for name in running}
        create_rates = bench.interleaved(
            {name: bench.create_rate(server, requests[name].create) for name, server in running.items()}
        )
        search_rates = bench.interleaved(
            {name: bench.search_rate(server, requests[name].search) for name, server in running.items()}
        )
    for name in list(running)[1:]:
        target = "at least 20" if name == "stock TinyDB" else "at least 10"
        runs = (create_rates["mockrevio"], create_rates[name])
        yield comparison("POST key link at 10,000", name, runs, "/s", target)
        runs = (search_rates["mockrevio"], search_rates[name])
        yield comparison("GET search by external_id at 10,000", name, runs, "/s")


def durability(bench: Harness) -> Iterator[Row]:
    """Measure POST requests of 32 clients that wait for the disk, compared with those that do not."""
    with bench.mockrevio(1000, "--durability", "fsync") as fsync, bench.mockrevio(1000) as flush:
        running = {"fsync": fsync, "flush": flush}
        rates = bench.interleaved(
            {name: bench.create_rate(server, connections=WRITERS) for name, server in running.items()}
        )
    runs = (rates["fsync"], rates["flush"])
    yield comparison(f"POST key link, {WRITERS} clients, fsync", "flush", runs, "/s", "at least 0.8")


def faults(bench: Harness) -> Iterator[Row]:
    """Measure the cost of the fault code: without rules, and with twenty rules that do not match."""
    rules = [{"match": {"path": f"/v1/Other{n}"}, "effect": {"status": 500}} for n in range(20)]
    rates: dict[str, list[float]] = {"off": [], "armed": [], "removed": []}
    for _ in range(bench.runs):
        # New processes for each run: two processes can differ by as much as what is measured here.
        with (
            bench.mockrevio(1000) as off,
            bench.mockrevio(1000) as armed,
            servers.launched("without-faults", "--ephemeral", *bench.fixture_options(1000)) as removed,
        ):
            time_once(armed.port, Request("/__admin/faults", json.dumps(rules)))
            running = {"off": off, "armed": armed, "removed": removed}
            run_rates = replace(bench, runs=1).interleaved(
                {name: bench.search_rate(server) for name, server in running.items()}
            )
        for name, (rate,) in run_rates.items():
            rates[name].append(rate)
    durations = times(rates)
    runs = (durations["off"], durations["removed"])
    yield comparison("GET time, faults off", "fault code removed", runs, "s", "at most 1.05")
    runs = (durations["armed"], durations["off"])
    yield comparison("GET time, 20 rules", "no rules", runs, "s", "at most 1.2")
