"""How things are measured: servers with data, rates under load, and interleaved runs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import servers, wrk
from benchmarks.client import Request
from benchmarks.servers import CREATE, SEARCH, Running

Measurement = Callable[[], float]


@dataclass
class Harness:
    """How often and how long to measure, where to put files, and whether to include the peers."""

    folder: Path
    runs: int = 5
    seconds: int = 2
    peers: bool = True

    def new_folder(self) -> str:
        """Create an empty folder and return its path."""
        return tempfile.mkdtemp(dir=self.folder)

    def fixture_options(self, links: int, *, dated: bool = False) -> list[str]:
        """Options that load this many key links; `dated` ones have been created one per minute."""
        path = self.folder / f"links-{links}-{dated}.json"
        if not path.exists():
            make = servers.dated_link if dated else servers.link
            records = [make(n) for n in range(1, links + 1)]
            path.write_text(json.dumps({"key_links": records}), "utf-8")
        return ["--fixture", "default", "--fixture", str(path)]

    def mockrevio(
        self, links: int, *options: str, data: str | None = None
    ) -> AbstractContextManager[Running]:
        """Run mockrevio with this many key links, on disk."""
        return servers.mockrevio("--data", data or self.new_folder(), *self.fixture_options(links), *options)

    def dated_mockrevio(self, links: int) -> AbstractContextManager[Running]:
        """Run mockrevio with this many key links, created one per minute."""
        return servers.mockrevio("--data", self.new_folder(), *self.fixture_options(links, dated=True))

    def state(self, links: int) -> str:
        """Return the body of a `PUT /__admin/state` with this many key links."""
        default = json.loads((servers.ROOT / "fixtures/default.json").read_text("utf-8"))
        return json.dumps({**default, "key_links": [servers.link(n) for n in range(1, links + 1)]})

    def search_rate(self, server: Running, request: Request = SEARCH) -> Measurement:
        """Return a measurement of searches per second, each for one of the first thousand links."""
        return lambda: wrk.drive(server.port, request, range(1, 1001), self.seconds).rate

    def create_rate(
        self, server: Running, request: Request = CREATE, connections: int = wrk.CONNECTIONS
    ) -> Measurement:
        """Return a measurement of creates per second."""
        return lambda: wrk.drive(server.port, request, wrk.new_numbers(), self.seconds, connections).rate

    def interleaved(
        self, measurements: Mapping[str, Measurement], runs: int = 0, *, warm_up: bool = True
    ) -> dict[str, list[float]]:
        """Take each measurement once to warm up, then all of them in turn, `runs` times."""
        if warm_up:
            for measure in measurements.values():
                measure()
        results: dict[str, list[float]] = {name: [] for name in measurements}
        for number in range(runs or self.runs):
            # Reverse the order each time, so that none is always first.
            for name, measure in list(measurements.items())[:: -1 if number % 2 else 1]:
                results[name].append(measure())
        return results


def times(rates: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Return seconds per request for requests per second."""
    return {name: [1 / rate for rate in server_rates] for name, server_rates in rates.items()}
