"""What is measured. mockrevio and the other servers are measured in turn, and medians are compared."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import servers
from benchmarks.harness import LINKS, Harness, median_seconds, search_request
from benchmarks.load import encode_request, median, send_once
from benchmarks.rows import Row, comparison, single_figure
from benchmarks.servers import Running

STARTS_PER_RUN = 3
"""Starts are short and vary a lot, so they are measured more often."""


class Bench(Harness):
    """The parts of the benchmark; each yields rows of the table."""

    def start_up(self) -> Iterator[Row]:
        """Measure from process start to the first response, after a warm-up start of each server."""
        starters: dict[str, Callable[[], AbstractContextManager[Running]]] = {
            "baseline": lambda: servers.launched("baseline"),
            "Flask on cheroot": lambda: servers.launched("cheroot"),
            "mockrevio": lambda: servers.mockrevio("--data", tempfile.mkdtemp(dir=self.folder)),
        }
        if self.peers:
            starters |= {
                "json-server": lambda: servers.json_server(self.folder, 100),
                "prism": lambda: servers.prism(self.folder),
                "localstripe": servers.localstripe,
                "moto": servers.moto,
            }
        times: dict[str, list[float]] = {name: [] for name in starters}
        for run in range(STARTS_PER_RUN * self.runs + 1):
            for name, start in starters.items():
                with start() as server:
                    if run > 0:
                        times[name].append(server.started_in)
        mockrevio_times = times.pop("mockrevio")
        for name, other_times in times.items():
            target = "at most 1.4" if name == "baseline" else "at most 1.0"
            yield comparison("start to first 200", name, (mockrevio_times, other_times), "s", target)

    def searches(self) -> Iterator[Row]:
        """Measure searches by external id among 100,000 links, and reads by id."""
        with ExitStack() as stack:
            mock = stack.enter_context(self.mockrevio(100_000))
            baseline = stack.enter_context(servers.launched("baseline"))
            cheroot = stack.enter_context(servers.launched("cheroot"))
            rates = self.interleaved(
                {
                    "search": lambda: self.rate(mock, lambda n: search_request(mock, n % 100_000 + 1)),
                    "baseline": lambda: self.rate(
                        baseline, lambda n: search_request(baseline, n % 100_000 + 1)
                    ),
                    "cheroot": lambda: self.rate(cheroot, lambda n: search_request(cheroot, n % 100_000 + 1)),
                    "by id": lambda: self.rate(
                        mock, lambda n: encode_request(f"{LINKS}/{n % 100_000 + 1}", mock.port)
                    ),
                }
            )
        runs = (rates["search"], rates["baseline"])
        yield comparison("GET search by external_id at 100,000", "baseline", runs, "/s", "at least 0.7")
        runs = (rates["search"], rates["cheroot"])
        yield comparison(
            "GET search by external_id at 100,000", "Flask on cheroot", runs, "/s", "at least 2.8"
        )
        yield comparison("GET by id at 100,000", "baseline", (rates["by id"], rates["baseline"]), "/s")

    def creates(self) -> Iterator[Row]:
        """Measure POST requests at 100,000 links, compared with the baseline and with 1,000 links."""
        with ExitStack() as stack:
            large = stack.enter_context(self.mockrevio(100_000))
            small = stack.enter_context(self.mockrevio(1000))
            running = {
                "large": large,
                "small": small,
                "baseline": stack.enter_context(servers.launched("baseline")),
                "cheroot": stack.enter_context(servers.launched("cheroot")),
            }
            rates = self.interleaved({name: self.create_rate(server) for name, server in running.items()})
        runs = (rates["large"], rates["baseline"])
        yield comparison("POST key link at 100,000", "baseline", runs, "/s")
        runs = (rates["large"], rates["cheroot"])
        yield comparison("POST key link at 100,000", "Flask on cheroot", runs, "/s", "at least 1.8")
        times = _times(rates)
        runs = (times["large"], times["small"])
        yield comparison("POST time at 100,000", "at 1,000", runs, "s", "at most 1.2")

    def creates_against_peers(self) -> Iterator[Row]:
        """Measure POST requests and searches at 10,000 links, compared with stock TinyDB and json-server."""
        with ExitStack() as stack:
            running = {"mockrevio": stack.enter_context(self.mockrevio(10_000))}
            running["stock TinyDB"] = stack.enter_context(self.stock_tinydb(10_000))
            if self.peers:
                running["json-server"] = stack.enter_context(servers.json_server(self.folder, 10_000))
            paths = {"json-server": "/links"}
            create_rates = self.interleaved(
                {name: self.create_rate(server, paths.get(name, LINKS)) for name, server in running.items()}
            )
            search_rates = self.interleaved(
                {name: self.search_rate(server, paths.get(name, LINKS)) for name, server in running.items()}
            )
        for name in list(running)[1:]:
            target = "at least 20" if name == "stock TinyDB" else "at least 10"
            runs = (create_rates["mockrevio"], create_rates[name])
            yield comparison("POST key link at 10,000", name, runs, "/s", target)
            runs = (search_rates["mockrevio"], search_rates[name])
            yield comparison("GET search by external_id at 10,000", name, runs, "/s")

    def pages(self) -> Iterator[Row]:
        """Measure a late page compared with the first, and sorting, at 100,000 links."""
        query = f"{LINKS}?page_size=500"
        with self.mockrevio(100_000) as mock:
            times = self.interleaved(
                {
                    "first": lambda: median_seconds(mock, f"{query}&page=1"),
                    "late": lambda: median_seconds(mock, f"{query}&page=200"),
                }
            )
            runs = (times["late"], times["first"])
            yield comparison("page 200 of 100,000", "page 1", runs, "s", "at most 2.0")
            first_sorts = {}
            for name in ("internal_id", "external_id", "created_date", "integration_system_id", "created_by"):
                request = encode_request(f"{query}&sort=-{name}", mock.port)
                first_sorts[name] = send_once(mock.port, request)[0]
            slowest = max(first_sorts.values())
            yield single_figure("first sort by any field at 100,000", slowest, "s", "at most 0.3")
            times = self.interleaved(
                {
                    "unsorted": lambda: median_seconds(mock, query),
                    "sorted": lambda: median_seconds(mock, f"{query}&sort=-created_date&page=100"),
                }
            )
            runs = (times["sorted"], times["unsorted"])
            yield comparison("page 100, sorted", "unsorted", runs, "s", "at most 2.0")

    def whole_worlds(self) -> Iterator[Row]:
        """Measure a reset with 10,000 links, a start with 100,000 on disk, and memory."""
        with self.mockrevio(10_000) as mock:
            times = []
            for _ in range(self.runs):
                put_state = encode_request("/__admin/state", mock.port, self.state(10_000), "PUT")
                if send_once(mock.port, put_state)[1] != 200:
                    raise RuntimeError("PUT /__admin/state failed")
                reset = encode_request("/__admin/reset", mock.port, b"{}", "POST")
                times.append(send_once(mock.port, reset)[0])
        yield single_figure("reset of a world with 10,000 links", median(times) * 1000, "ms", "at most 50")
        data = tempfile.mkdtemp(dir=self.folder)
        with servers.mockrevio("--data", data, *self.fixture_options(100_000)):
            pass
        starts = []
        for _ in range(self.runs):
            with servers.mockrevio("--data", data) as mock:
                starts.append(mock.started_in)
        yield single_figure("start with 100,000 links on disk", median(starts), "s", "at most 2.0")
        with servers.mockrevio("--ephemeral") as idle, self.mockrevio(100_000) as full:
            time.sleep(1)
            idle_memory = idle.memory()
            yield single_figure("memory, idle", idle_memory / 1e6, "MB", "at most 60")
            kilobytes_per_link = (full.memory() - idle_memory) / 100_000 / 1000
            yield single_figure("memory per key link", kilobytes_per_link, "KB", "at most 1.5")

    def faults(self) -> Iterator[Row]:
        """Measure the cost of the fault code: without rules, and with twenty rules that do not match."""
        rules = [{"match": {"path": f"/v1/Other{n}"}, "effect": {"status": 500}} for n in range(20)]
        rates: dict[str, list[float]] = {"off": [], "armed": [], "removed": []}
        for _ in range(self.runs):
            # New processes for each run: two processes can differ by as much as what is measured here.
            with ExitStack() as stack:
                off = stack.enter_context(self.mockrevio(1000))
                armed = stack.enter_context(self.mockrevio(1000))
                removed = stack.enter_context(
                    servers.launched("without-faults", "--ephemeral", *self.fixture_options(1000))
                )
                send_once(
                    armed.port, encode_request("/__admin/faults", armed.port, json.dumps(rules).encode())
                )
                running = (("off", off), ("armed", armed), ("removed", removed))
                run_rates = replace(self, runs=1).interleaved(
                    {name: self.search_rate(server) for name, server in running}
                )
            for name, (rate,) in run_rates.items():
                rates[name].append(rate)
        times = _times(rates)
        runs = (times["off"], times["removed"])
        yield comparison("GET time, faults off", "fault code removed", runs, "s", "at most 1.05")
        runs = (times["armed"], times["off"])
        yield comparison("GET time, 20 rules", "no rules", runs, "s", "at most 1.2")

    def folding(self) -> Iterator[Row]:
        """Measure the slowest write while the log is folded into the data file, at 100,000 links."""
        data = tempfile.mkdtemp(dir=self.folder)
        with servers.mockrevio("--data", data, *self.fixture_options(100_000)) as mock:
            without_fold = [max(self.write_for_a_second(mock).durations) for _ in range(self.runs)]
            log = Path(data) / "default.jsonl"
            during_fold = [self.slowest_write_of_a_fold(mock, log) for _ in range(2)]
        yield single_figure("slowest write in one second, no fold", median(without_fold) * 1000, "ms")
        yield single_figure("slowest write during a fold", max(during_fold) * 1000, "ms")


def _times(rates: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: [1 / rate for rate in server_rates] for name, server_rates in rates.items()}


PARTS = (
    "start_up",
    "searches",
    "creates",
    "creates_against_peers",
    "pages",
    "whole_worlds",
    "faults",
    "folding",
)
