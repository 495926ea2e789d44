"""Measure, print a table of ratios, and write it as JSON. `make bench` first installs the other servers."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import programs
from benchmarks.harness import Harness
from benchmarks.parts import PARTS
from benchmarks.peers import OTHERS
from benchmarks.programs import PEERS, ProgramMissing
from benchmarks.rows import Row

_PYTHON = f"Python {platform.python_version()}"
_HEADER = (
    "| measure | compared with | mockrevio | other | ratio | target | met |\n|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Run the requested parts. Exits with status 1 if a target is missed or a part fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which parts to run (default: all): {', '.join(PARTS)}")
    parser.add_argument("--runs", type=int, default=5, help="how many times to measure each (default: 5)")
    parser.add_argument("--seconds", type=int, default=2, help="duration of each load (default: 2)")
    parser.add_argument("--no-peers", action="store_true", help=f"skip {', '.join(OTHERS)}")
    parser.add_argument("--json", type=Path, default=PEERS / "results.json", help="file to write the rows to")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    started = time.monotonic()
    PEERS.mkdir(exist_ok=True)
    try:
        programs.require(peers=not options.no_peers)
        # Not in the system's folder for temporary files, which may be in memory: fsync would cost nothing.
        with tempfile.TemporaryDirectory(prefix="run-", dir=PEERS) as folder:
            harness = Harness(Path(folder), options.runs, options.seconds, not options.no_peers)
            rows, failed = _measure(harness, options.parts or list(PARTS))
    except ProgramMissing as error:
        sys.exit(str(error))
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {_PYTHON}"
    print(f"\n{machine}; medians of {options.runs} runs; took {time.monotonic() - started:.0f} s")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine, "runs": options.runs, "rows": [asdict(row) for row in rows]}
    options.json.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    missed = sum(row.met == "NO" for row in rows)
    if missed or failed:
        failures = f"; failed: {', '.join(failed)}" if failed else ""
        sys.exit(f"{missed} of the targets were missed (NO){failures}")


def _measure(harness: Harness, parts: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Run the parts, printing each row; return all rows, and the names of the parts that failed."""
    rows, failed = [], []
    print(_HEADER)
    for part in parts:
        try:
            for row in PARTS[part](harness):
                rows.append(row)
                print(_format_row(row), flush=True)
        except (RuntimeError, OSError) as error:
            failed.append(part)
            print(f"{part} failed: {error}", file=sys.stderr)
    return rows, failed


def _format_row(row: Row) -> str:
    figures = (_format_figure(row.ours, row.unit), _format_figure(row.other, row.unit))
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return f"| {' | '.join((row.measure, row.against, *figures, ratio, row.target, row.met))} |"


def _format_figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "s" and value < 0.1:
        return f"{value * 1000:.2f} ms"
    return (f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}").rstrip()


if __name__ == "__main__":
    main()
