"""Measure, print a table of ratios, and write it as JSON. `make bench` first installs the other servers."""

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

from benchmarks.measures import PARTS, Bench
from benchmarks.rows import Row
from benchmarks.servers import PEERS


def main() -> None:
    """Run the requested parts. Exits with status 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which parts to run (default: all): {', '.join(PARTS)}")
    parser.add_argument("--runs", type=int, default=5, help="how many times to measure each (default: 5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="duration of each load (default: 2)")
    parser.add_argument(
        "--no-peers", action="store_true", help="skip json-server, prism, localstripe and moto"
    )
    parser.add_argument("--json", type=Path, default=PEERS / "results.json", help="file to write the rows to")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    rows: list[Row] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mockrevio-bench-") as folder:
        bench = Bench(Path(folder), options.runs, options.seconds, not options.no_peers)
        print(_HEADER)
        for part in options.parts or PARTS:
            for row in getattr(bench, part)():
                rows.append(row)
                print(_format_row(row), flush=True)
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {_PYTHON}"
    print(f"\n{machine}; medians of {options.runs} runs; took {time.monotonic() - started:.0f} s")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine, "runs": options.runs, "rows": [asdict(row) for row in rows]}
    options.json.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    if any(row.reached is False for row in rows):
        missed = sum(row.reached is False for row in rows)
        sys.exit(f"{missed} of the targets were missed; see the rows marked NO")


_PYTHON = f"Python {platform.python_version()}"
_HEADER = (
    "| measure | compared with | mockrevio | other | ratio | target | met |\n|---|---|---|---|---|---|---|"
)


def _format_row(row: Row) -> str:
    met = {True: "yes", False: "NO", None: ""}[row.reached]
    cells = (
        row.measure,
        row.against,
        _format_figure(row.ours, row.unit),
        _format_figure(row.other, row.unit),
    )
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return f"| {' | '.join(cells)} | {ratio} | {row.target} | {met} |"


def _format_figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "s" and value < 0.1:
        return f"{value * 1000:.2f} ms"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


if __name__ == "__main__":
    main()
