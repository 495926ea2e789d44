"""How things are measured: servers with data, rates under load, and interleaved runs."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import servers
from benchmarks.load import Outcome, encode_request, load, median, send_once
from benchmarks.servers import Running

LINKS = "/v1/IntegrationKeyLink"


@dataclass
class Harness:
    """How often and how long to measure, where to put files, and whether to include the peers."""

    folder: Path
    runs: int = 5
    seconds: float = 2.0
    peers: bool = True

    def fixture_options(self, links: int) -> list[str]:
        """Options that load this many key links."""
        return ["--fixture", "default", "--fixture", str(servers.write_fixture(self.folder, links))]

    def mockrevio(self, links: int) -> AbstractContextManager[Running]:
        """Run mockrevio with this many key links, on disk."""
        return servers.mockrevio("--data", tempfile.mkdtemp(dir=self.folder), *self.fixture_options(links))

    def stock_tinydb(self, links: int) -> AbstractContextManager[Running]:
        """Run stock TinyDB with this many key links."""
        path = self.folder / "stock.json"
        table = {str(n): servers.link(n) for n in range(1, links + 1)}
        path.write_text(json.dumps({"key_links": table}), "utf-8")
        return servers.launched("stock", str(path), ready="/")

    def state(self, links: int) -> bytes:
        """Return the body of a `PUT /__admin/state` with this many key links."""
        default = json.loads((servers.ROOT / "fixtures/default.json").read_text("utf-8"))
        return json.dumps({**default, "key_links": [servers.link(n) for n in range(1, links + 1)]}).encode()

    def rate(self, server: Running, requests: Callable[[int], bytes]) -> float:
        """Return the requests per second under load. Raises RuntimeError if any of them fails."""
        outcome = load(server.port, requests, self.seconds)
        if outcome.failed:
            raise RuntimeError(f"{outcome.failed} of {len(outcome.durations)} requests failed")
        return outcome.rate

    def create_rate(self, server: Running, path: str = LINKS) -> Callable[[], float]:
        """Return a measurement of POST requests."""
        requests = new_link_requests(server, path)
        return lambda: self.rate(server, requests)

    def search_rate(self, server: Running, path: str = LINKS) -> Callable[[], float]:
        """Return a measurement of searches by external id, among the first thousand links."""
        return lambda: self.rate(server, lambda n: search_request(server, n % 1000 + 1, path))

    def interleaved(self, measurements: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
        """Take each measurement once to warm up, then all of them in turn, `runs` times."""
        for measure in measurements.values():
            measure()
        results: dict[str, list[float]] = {name: [] for name in measurements}
        for number in range(self.runs):
            # Reverse the order each time, so that none is always first.
            for name, measure in list(measurements.items())[:: -1 if number % 2 else 1]:
                results[name].append(measure())
        return results

    def slowest_write_of_a_fold(self, server: Running, log: Path) -> float:
        """Write until a fold makes the log shorter; return the slowest write of the last three seconds."""
        slowest_writes: list[float] = []
        largest_size = 0
        for _ in range(300):
            slowest_writes.append(max(self.write_for_a_second(server).durations))
            size = log.stat().st_size
            if size < largest_size:
                return max(slowest_writes[-3:])
            largest_size = size
        raise RuntimeError("the log was not folded")

    def write_for_a_second(self, server: Running) -> Outcome:
        """Create links for one second, with long external ids so that the log grows fast."""
        return load(server.port, new_link_requests(server, LINKS, suffix="x" * 200), 1.0, connections=2)


_serial = iter(range(1_000_000, 2_000_000_000))
_serial_lock = threading.Lock()


def new_link_requests(server: Running, path: str, suffix: str = "") -> Callable[[int], bytes]:
    """Return a factory of requests that each create a new link, with a suffix on its external id."""

    def encode(_: int) -> bytes:
        with _serial_lock:
            number = next(_serial)
        link = servers.link(number)
        link["external_id"] = f"{link['external_id']}{suffix}"
        return encode_request(path, server.port, json.dumps(link).encode())

    return encode


def search_request(server: Running, number: int, path: str = LINKS) -> bytes:
    """Return a request that searches for the n-th link by external id."""
    return encode_request(f"{path}?external_id={servers.link(number)['external_id']}", server.port)


def median_seconds(server: Running, path: str) -> float:
    """Return the median duration of fifteen GET requests."""
    return median([send_once(server.port, encode_request(path, server.port))[0] for _ in range(15)])
