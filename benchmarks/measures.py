"""What is measured. Ours and the others are interleaved, and the middle of the runs counts."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import servers
from benchmarks.load import Outcome, call, load, median, once
from benchmarks.servers import Running

LINKS = "/v1/IntegrationKeyLink"


@dataclass(frozen=True)
class Row:
    """One measure: ours against another's, as a ratio, with what is to be reached (`at most`, `at least`)."""

    measure: str
    against: str
    ours: float
    other: float | None
    unit: str
    ratio: float | None
    target: str = ""
    reached: bool | None = None


def compared(
    measure: str, against: str, sides: tuple[Sequence[float], Sequence[float]], unit: str, target: str = ""
) -> Row:
    """A row from the runs of both sides, ours and the other's.

    The ratio is the middle one of those of each run by itself: machines drift from one run to the next.
    """
    mine, theirs = map(median, sides)
    ratio = median([one / other for one, other in zip(*sides, strict=True)])
    return Row(measure, against, mine, theirs, unit, ratio, target, _reached(ratio, target))


def alone(measure: str, ours: float, unit: str, target: str = "") -> Row:
    """A row with a figure of our own."""
    return Row(measure, "", ours, None, unit, None, target, _reached(ours, target))


def _reached(value: float, target: str) -> bool | None:
    if not target:
        return None
    word, number = target.rsplit(" ", 1)
    return value <= float(number) if word == "at most" else value >= float(number)


STARTS = 3
"""How many starts make a run: they are short, and differ much."""


@dataclass
class Bench:
    """How often and how long to measure, and where to put files."""

    folder: Path
    runs: int = 5
    seconds: float = 2.0
    peers: bool = True

    def start_up(self) -> Iterator[Row]:
        """From the start of the process to its first answer, after a start of each that warms up."""
        kinds: dict[str, Callable[[], AbstractContextManager[Running]]] = {
            "bare floor": lambda: servers.launched("floor"),
            "mockrevio": lambda: servers.mockrevio("--data", tempfile.mkdtemp(dir=self.folder)),
        }
        if self.peers:
            kinds |= {
                "json-server": lambda: servers.json_server(self.folder, 100),
                "prism": lambda: servers.prism(self.folder),
                "localstripe": servers.localstripe,
                "moto": servers.moto,
            }
        taken: dict[str, list[float]] = {name: [] for name in kinds}
        for run in range(STARTS * self.runs + 1):
            for name, make in kinds.items():
                with make() as server:
                    if run > 0:
                        taken[name].append(server.started_in)
        ours = taken.pop("mockrevio")
        for name, others in taken.items():
            target = "at most 1.4" if name == "bare floor" else "at most 1.0"
            yield compared("start to first 200", name, (ours, others), "s", target)

    def searches(self) -> Iterator[Row]:
        """Search by external id among 100,000 links; by id for scale."""
        with ExitStack() as stack:
            ours = stack.enter_context(self._ours(100_000))
            floor = stack.enter_context(servers.launched("floor"))
            found = self._interleaved(
                {
                    "search": lambda: self._rate(ours, lambda n: _search(ours, n % 100_000 + 1)),
                    "floor": lambda: self._rate(floor, lambda n: _search(floor, n % 100_000 + 1)),
                    "by id": lambda: self._rate(
                        ours, lambda n: call(f"{LINKS}/{n % 100_000 + 1}", ours.port)
                    ),
                }
            )
        sides = (found["search"], found["floor"])
        yield compared("GET search by external_id at 100,000", "bare floor", sides, "/s", "at least 0.7")
        yield compared("GET by id at 100,000", "bare floor", (found["by id"], found["floor"]), "/s")

    def creates(self) -> Iterator[Row]:
        """POST of key links at 100,000 against the floor, and against a mock with 1,000."""
        with ExitStack() as stack:
            large = stack.enter_context(self._ours(100_000))
            small = stack.enter_context(self._ours(1000))
            floor = stack.enter_context(servers.launched("floor"))
            found = self._interleaved(
                {
                    name: self._creating(server)
                    for name, server in (("large", large), ("small", small), ("floor", floor))
                }
            )
        yield compared(
            "POST key link at 100,000", "bare floor", (found["large"], found["floor"]), "/s", "at least 0.5"
        )
        times = {name: [1 / rate for rate in rates] for name, rates in found.items()}
        yield compared(
            "time of a POST at 100,000", "at 1,000", (times["large"], times["small"]), "s", "at most 1.2"
        )

    def creates_against_peers(self) -> Iterator[Row]:
        """POST of key links at 10,000 existing, against stock TinyDB and json-server."""
        with ExitStack() as stack:
            kinds = {"mockrevio": stack.enter_context(self._ours(10_000))}
            kinds["stock TinyDB"] = stack.enter_context(self._stock(10_000))
            if self.peers:
                kinds["json-server"] = stack.enter_context(servers.json_server(self.folder, 10_000))
            paths = {"json-server": "/links"}
            found = self._interleaved(
                {name: self._creating(server, paths.get(name, LINKS)) for name, server in kinds.items()}
            )
            reads = self._interleaved(
                {name: self._finding(server, paths.get(name, LINKS)) for name, server in kinds.items()}
            )
        for name in list(kinds)[1:]:
            target = "at least 20" if name == "stock TinyDB" else "at least 10"
            yield compared("POST key link at 10,000", name, (found["mockrevio"], found[name]), "/s", target)
            yield compared(
                "GET search by external_id at 10,000", name, (reads["mockrevio"], reads[name]), "/s"
            )

    def pages(self) -> Iterator[Row]:
        """A late page against the first, and sorting, at 100,000 links."""
        query = f"{LINKS}?page_size=500"
        with self._ours(100_000) as ours:
            found = self._interleaved(
                {
                    "first": lambda: _middle(ours, f"{query}&page=1"),
                    "late": lambda: _middle(ours, f"{query}&page=200"),
                }
            )
            yield compared(
                "page 200 of 100,000", "page 1", (found["late"], found["first"]), "s", "at most 2.0"
            )
            first_time = {}
            for name in ("internal_id", "external_id", "created_date", "integration_system_id", "created_by"):
                first_time[name] = once(ours.port, call(f"{query}&sort=-{name}", ours.port))[0]
            yield alone("first sort by any field at 100,000", max(first_time.values()), "s", "at most 0.3")
            found = self._interleaved(
                {
                    "unsorted": lambda: _middle(ours, query),
                    "sorted": lambda: _middle(ours, f"{query}&sort=-created_date&page=100"),
                }
            )
            yield compared(
                "page 100 sorted", "unsorted", (found["sorted"], found["unsorted"]), "s", "at most 2.0"
            )

    def whole_worlds(self) -> Iterator[Row]:
        """Reset with 10,000 links, start with 100,000 on disk, memory."""
        with self._ours(10_000) as ours:
            times = []
            for _ in range(self.runs):
                put = call("/__admin/state", ours.port, self._state(10_000), "PUT")
                if once(ours.port, put)[1] != 200:
                    raise RuntimeError("the state was refused")
                times.append(once(ours.port, call("/__admin/reset", ours.port, b"{}", "POST"))[0])
        yield alone("reset of a world with 10,000 links", median(times) * 1000, "ms", "at most 50")
        data = tempfile.mkdtemp(dir=self.folder)
        with servers.mockrevio("--data", data, *self._fixture(100_000)):
            pass
        starts = []
        for _ in range(self.runs):
            with servers.mockrevio("--data", data) as ours:
                starts.append(ours.started_in)
        yield alone("start with 100,000 links on disk", median(starts), "s", "at most 2.0")
        with servers.mockrevio("--ephemeral") as idle, self._ours(100_000) as full:
            time.sleep(1)
            used = idle.memory()
            yield alone("memory, idle", used / 1e6, "MB", "at most 60")
            yield alone("memory per key link", (full.memory() - used) / 100_000 / 1000, "KB", "at most 1.5")

    def faults(self) -> Iterator[Row]:
        """What the fault machinery costs: off against removed, and with twenty rules that do not match."""
        rules = [{"match": {"path": f"/v1/Other{n}"}, "effect": {"status": 500}} for n in range(20)]
        found: dict[str, list[float]] = {"off": [], "armed": [], "removed": []}
        for _ in range(self.runs):
            # Other processes in each run: one may be quicker than another by as much as is measured here.
            with ExitStack() as stack:
                off = stack.enter_context(self._ours(1000))
                armed = stack.enter_context(self._ours(1000))
                removed = stack.enter_context(
                    servers.launched("without-faults", "--ephemeral", *self._fixture(1000))
                )
                once(armed.port, call("/__admin/faults", armed.port, json.dumps(rules).encode()))
                kinds = (("off", off), ("armed", armed), ("removed", removed))
                rates = replace(self, runs=1)._interleaved(
                    {name: self._finding(server) for name, server in kinds}
                )
            for name, (rate,) in rates.items():
                found[name].append(rate)
        times = {name: [1 / rate for rate in rates] for name, rates in found.items()}
        yield compared(
            "time of a GET, faults off", "removed", (times["off"], times["removed"]), "s", "at most 1.05"
        )
        yield compared(
            "time of a GET, 20 rules", "no rule", (times["armed"], times["off"]), "s", "at most 1.2"
        )

    def folding(self) -> Iterator[Row]:
        """The longest that a writer waits while the log is folded into the data file, at 100,000 links."""
        data = tempfile.mkdtemp(dir=self.folder)
        with servers.mockrevio("--data", data, *self._fixture(100_000)) as ours:
            quiet = [max(self._write_for(ours).durations) for _ in range(self.runs)]
            folds = [self._pause_of_a_fold(ours, Path(data) / "default.jsonl") for _ in range(2)]
        yield alone("longest of a second's writes, no fold", median(quiet) * 1000, "ms")
        yield alone("longest write while a fold runs", max(folds) * 1000, "ms")

    # How it is done.

    def _pause_of_a_fold(self, ours: Running, log: Path) -> float:
        """Write until the log has been folded, which makes it shorter; the longest write of those seconds."""
        longest: list[float] = []
        largest = 0
        for _ in range(300):
            longest.append(max(self._write_for(ours).durations))
            size = log.stat().st_size
            if size < largest:
                return max(longest[-3:])
            largest = size
        raise RuntimeError("the log was not folded")

    def _write_for(self, ours: Running) -> Outcome:
        return load(ours.port, _new_links(ours, LINKS, longer="x" * 200), 1.0, connections=2)

    def _fixture(self, links: int) -> list[str]:
        return ["--fixture", "default", "--fixture", str(servers.write_fixture(self.folder, links))]

    def _ours(self, links: int) -> AbstractContextManager[Running]:
        """mockrevio with so many links, on disk."""
        return servers.mockrevio("--data", tempfile.mkdtemp(dir=self.folder), *self._fixture(links))

    def _stock(self, links: int) -> AbstractContextManager[Running]:
        path = self.folder / "stock.json"
        table = {str(n): servers.link(n) for n in range(1, links + 1)}
        path.write_text(json.dumps({"key_links": table}), "utf-8")
        return servers.launched("stock", str(path), ready="/")

    def _state(self, links: int) -> bytes:
        default = json.loads((servers.ROOT / "fixtures/default.json").read_text("utf-8"))
        return json.dumps({**default, "key_links": [servers.link(n) for n in range(1, links + 1)]}).encode()

    def _rate(self, server: Running, calls: Callable[[int], bytes]) -> float:
        outcome = load(server.port, calls, self.seconds)
        if outcome.refused:
            raise RuntimeError(f"{outcome.refused} of {len(outcome.durations)} calls were refused")
        return outcome.rate

    def _creating(self, server: Running, path: str = LINKS) -> Callable[[], float]:
        make = _new_links(server, path)
        return lambda: self._rate(server, make)

    def _finding(self, server: Running, path: str = LINKS) -> Callable[[], float]:
        return lambda: self._rate(server, lambda n: _search(server, n % 1000 + 1, path))

    def _interleaved(self, sides: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
        """Each side once to warm up, then all of them in turn, as often as wanted."""
        for run in sides.values():
            run()
        found: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(self.runs):
            # There and back, so that none is always the first.
            for name, run in list(sides.items())[:: -1 if number % 2 else 1]:
                found[name].append(run())
        return found


_serial = iter(range(1_000_000, 2_000_000_000))
_serial_lock = threading.Lock()


def _new_links(server: Running, path: str, longer: str = "") -> Callable[[int], bytes]:
    """Calls that create links which nobody has created yet, with external ids that are so much longer."""

    def make(_: int) -> bytes:
        with _serial_lock:
            number = next(_serial)
        link = servers.link(number)
        link["external_id"] = f"{link['external_id']}{longer}"
        return call(path, server.port, json.dumps(link).encode())

    return make


def _search(server: Running, number: int, path: str = LINKS) -> bytes:
    return call(f"{path}?external_id={servers.link(number)['external_id']}", server.port)


def _middle(server: Running, path: str) -> float:
    """Seconds of a call, the middle of a few."""
    return median([once(server.port, call(path, server.port))[0] for _ in range(15)])


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
