"""Measure, print a table of ratios, and write it as JSON. `make bench` installs the peers before."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.measures import PARTS, Bench, Row
from benchmarks.servers import PEERS


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all unless given")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each load lasts (2)")
    parser.add_argument(
        "--no-peers", action="store_true", help="leave out json-server, prism, localstripe, moto"
    )
    parser.add_argument("--json", type=Path, default=PEERS / "results.json", help="where to write the rows")
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    rows: list[Row] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mockrevio-bench-") as folder:
        bench = Bench(Path(folder), given.runs, given.seconds, not given.no_peers)
        print(_HEAD)
        for part in given.parts or PARTS:
            for row in getattr(bench, part)():
                rows.append(row)
                print(_line(row), flush=True)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {_PYTHON}"
    print(f"\n{machine}; the middle of {given.runs} runs; {time.monotonic() - began:.0f} s in all")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine, "runs": given.runs, "rows": [asdict(row) for row in rows]}
    given.json.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    if any(row.reached is False for row in rows):
        sys.exit("not everything was reached")


_PYTHON = f"Python {platform.python_version()}"
_HEAD = "| measure | against | ours | theirs | ratio | to reach | |\n|---|---|---|---|---|---|---|"


def _line(row: Row) -> str:
    mark = {True: "yes", False: "NO", None: ""}[row.reached]
    cells = (row.measure, row.against, _figure(row.ours, row.unit), _figure(row.other, row.unit))
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return f"| {' | '.join(cells)} | {ratio} | {row.target} | {mark} |"


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "s" and value < 0.1:
        return f"{value * 1000:.2f} ms"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


if __name__ == "__main__":
    main()
