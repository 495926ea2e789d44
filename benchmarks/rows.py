"""The rows of the printed table: figures for mockrevio and what it is compared with, and their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

AIR = 0.1
"""A figure within this share of its limit is close: the next run may miss the target."""


@dataclass(frozen=True)
class Row:
    """One row. The fields are also the field names in results.json.

    `ours` is mockrevio's figure. `target` is a limit for the ratio, or for `ours` if there is no ratio.
    `met` is `yes`, `close`, `NO`, or empty if there is no target.
    """

    measure: str
    against: str
    ours: float
    other: float | None
    unit: str
    ratio: float | None
    target: str = ""
    met: str = ""


def comparison(
    measure: str, against: str, runs: tuple[Sequence[float], Sequence[float]], unit: str, target: str = ""
) -> Row:
    """Return a row that compares mockrevio's runs (first) with those of another server.

    The ratio is the median of the ratios of each run, since a machine's speed drifts from run to run.
    """
    ours, other = map(median, runs)
    ratio = median([mockrevio / other for mockrevio, other in zip(*runs, strict=True)])
    return Row(measure, against, ours, other, unit, ratio, target, judge(ratio, target))


def single_figure(measure: str, value: float, unit: str, target: str = "", air: float = AIR) -> Row:
    """Return a row that has a figure for mockrevio only."""
    return Row(measure, "", value, None, unit, None, target, judge(value, target, air))


def judge(value: float, target: str, air: float = AIR) -> str:
    """Return whether a figure meets a target such as `at most 1.2`: `yes`, `close` or `NO`."""
    if not target:
        return ""
    relation, limit = target.rsplit(" ", 1)
    bound = float(limit)
    room = bound - value if relation == "at most" else value - bound
    if room < 0:
        return "NO"
    return "yes" if room >= air * bound else "close"
