"""The parts of the benchmark. Each is a function that measures something and yields rows of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.harness import Harness
from benchmarks.parts import connections, fixtures, installed, rates, starts, worlds
from benchmarks.rows import Row

PARTS: dict[str, Callable[[Harness], Iterator[Row]]] = {
    part.__name__: part
    for part in (
        starts.start_up,
        starts.cold,
        starts.ci_job,
        installed.imports,
        installed.pytest_runs,
        rates.searches,
        rates.ranges,
        rates.creates,
        rates.creates_against_peers,
        rates.durability,
        rates.faults,
        connections.idle_connections,
        connections.held_calls,
        worlds.pages,
        worlds.whole_worlds,
        worlds.other_worlds,
        worlds.checkpoints,
        fixtures.fixtures,
    )
}
