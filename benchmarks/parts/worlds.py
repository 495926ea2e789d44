"""Large worlds: pages, work on all records of a world, and what others notice of it."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles

from benchmarks import servers, wrk
from benchmarks.client import NUMBER, Connection, Request, time_once
from benchmarks.harness import Harness
from benchmarks.rows import Row, comparison, single_figure
from benchmarks.servers import CREATE, LINKS, SEARCH, Running

CHECKPOINT_TIMEOUT = 60.0
_LONG_CREATE = CREATE._replace(body=CREATE.body.replace(NUMBER, NUMBER + "x" * 200))


def pages(bench: Harness) -> Iterator[Row]:
    """Measure a late page compared with the first, and sorting, at 100,000 links."""
    query = f"{LINKS}?page_size=500"
    with bench.mockrevio(100_000) as mock:

        def page_time(query: str) -> float:
            return median([time_once(mock.port, Request(query)) for _ in range(15)])

        times = bench.interleaved(
            {"first": lambda: page_time(f"{query}&page=1"), "late": lambda: page_time(f"{query}&page=200")}
        )
        runs = (times["late"], times["first"])
        yield comparison("page 200 of 100,000", "page 1", runs, "s", "at most 2.0")
        names = ("internal_id", "external_id", "created_date", "integration_system_id", "created_by")
        slowest = max(time_once(mock.port, Request(f"{query}&sort=-{name}")) for name in names)
        yield single_figure("first sort by any field at 100,000", slowest, "s", "at most 0.3")
        times = bench.interleaved(
            {
                "unsorted": lambda: page_time(query),
                "sorted": lambda: page_time(f"{query}&sort=-created_date&page=100"),
            }
        )
        runs = (times["sorted"], times["unsorted"])
        yield comparison("page 100, sorted", "unsorted", runs, "s", "at most 2.0")


def whole_worlds(bench: Harness) -> Iterator[Row]:
    """Measure a reset with 10,000 links, a start with 100,000 on disk, and memory."""
    with bench.mockrevio(10_000) as mock:
        put_state, reset = (
            Request("/__admin/state", bench.state(10_000), "PUT"),
            Request("/__admin/reset", "{}"),
        )
        resets = []
        for _ in range(bench.runs):
            time_once(mock.port, put_state)
            resets.append(time_once(mock.port, reset))
    yield single_figure("reset of a world with 10,000 links", median(resets) * 1000, "ms", "at most 50")
    data = bench.new_folder()
    with bench.mockrevio(100_000, data=data):
        pass
    starts = []
    for _ in range(bench.runs):
        with servers.mockrevio("--data", data) as mock:
            starts.append(mock.started_in)
    yield single_figure("start with 100,000 links on disk", median(starts), "s", "at most 2.0")
    with servers.mockrevio("--ephemeral") as idle, bench.mockrevio(100_000) as full:
        time.sleep(1)
        idle_memory = idle.memory()
        yield single_figure("memory, idle", idle_memory / 1e6, "MB", "at most 38")
        kilobytes_per_link = (full.memory() - idle_memory) / 100_000 / 1000
        yield single_figure("memory per key link", kilobytes_per_link, "KB", "at most 1.5")


def other_worlds(bench: Harness) -> Iterator[Row]:
    """Measure GET requests in one world while work is done on all 100,000 links of another."""
    data, state = bench.new_folder(), bench.state(100_000)
    with bench.mockrevio(100_000, "--isolate-clients", data=data) as mock:
        search = SEARCH._replace(user="tester@other").encode(mock.port, 500)

        def send(request: Request) -> Callable[[], object]:
            return lambda: time_once(mock.port, request)

        # Each prepares the next: a reset and a replaced state are in the log, so that a checkpoint is due.
        works = {
            "reset": send(Request("/__admin/reset?client=acme", "{}")),
            "saved": send(Request("/__admin/state?client=acme")),
            "replaced": send(Request("/__admin/state?client=acme", state, "PUT")),
            "first sorted by a field": send(Request(f"{LINKS}?sort=-created_by")),
            "checkpointed": lambda: checkpoint(mock, _log(data, "acme")),
        }
        times: dict[str, list[float]] = {name: [] for name in works}
        with closing(Connection(mock.port)) as connection:
            connection.time(search)
            time_once(mock.port, SEARCH)  # creates the world acme
            for _ in range(bench.runs):
                for name, work in works.items():
                    times[name] += _times_during(work, connection, search)
    for name, durations in times.items():
        measure = f"GET while another world is {name}"
        yield single_figure(f"{measure}, p95", quantiles(durations, n=20)[-1] * 1000, "ms", "at most 10")
        yield single_figure(f"{measure}, slowest", max(durations) * 1000, "ms", "at most 100")


def _times_during(work: Callable[[], object], connection: Connection, request: bytes) -> list[float]:
    """Return the seconds that each request takes while a process of its own does some work."""
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    times = []
    while process.is_alive():
        times.append(connection.time(request))
    if process.exitcode:
        raise RuntimeError("the work that requests are measured against failed; see above")
    return times


def checkpoints(bench: Harness) -> Iterator[Row]:
    """Measure the slowest write during a checkpoint of the log, at 100,000 links."""
    data = bench.new_folder()
    with bench.mockrevio(100_000, data=data) as mock:
        without_checkpoint = [max(_write(mock, lambda: True, seconds=1)) for _ in range(bench.runs)]
        during_checkpoint = []
        for _ in range(2):
            log = _log(data, "default")
            for _ in range(2):  # the log now has all links twice, and is larger than the data file
                time_once(mock.port, Request("/__admin/reset", "{}"))
            during_checkpoint.append(max(checkpoint(mock, log)))
    yield single_figure("slowest write in one second, no checkpoint", median(without_checkpoint) * 1000, "ms")
    yield single_figure("slowest write during a checkpoint", max(during_checkpoint) * 1000, "ms")


def checkpoint(server: Running, log: Path) -> list[float]:
    """Write until a log that is due for a checkpoint has become shorter; return the seconds of each write."""
    size = log.stat().st_size
    times = _write(server, lambda: log.stat().st_size >= size, CHECKPOINT_TIMEOUT)
    if log.stat().st_size >= size:
        raise RuntimeError("the log was not checkpointed")
    return times


def _write(server: Running, go_on: Callable[[], bool], seconds: float) -> list[float]:
    """Create links one after another; return the seconds of each write."""
    numbers = iter(wrk.new_numbers())
    deadline = time.perf_counter() + seconds
    times = []
    with closing(Connection(server.port)) as connection:
        while go_on() and time.perf_counter() < deadline:
            times.append(connection.time(_LONG_CREATE.encode(server.port, next(numbers))))
    return times


def _log(data: str, world: str) -> Path:
    (path,) = Path(data).rglob(f"{world}*.jsonl")
    return path
