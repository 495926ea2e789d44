"""The rows of the printed table: figures for mockrevio and what it is compared with, and their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import median


@dataclass(frozen=True)
class Row:
    """One row. The fields are also the field names in results.json.

    `ours` is mockrevio's figure. `target` is a limit for the ratio, or for `ours` if there is no ratio.
    """

    measure: str
    against: str
    ours: float
    other: float | None
    unit: str
    ratio: float | None
    target: str = ""
    reached: bool | None = None


def comparison(
    measure: str, against: str, runs: tuple[Sequence[float], Sequence[float]], unit: str, target: str = ""
) -> Row:
    """Return a row that compares mockrevio's runs (first) with those of another server.

    The ratio is the median of the ratios of each run, since a machine's speed drifts from run to run.
    """
    mockrevio_median, other_median = map(median, runs)
    ratio = median([mockrevio / other for mockrevio, other in zip(*runs, strict=True)])
    is_met = _meets(ratio, target)
    return Row(measure, against, mockrevio_median, other_median, unit, ratio, target, is_met)


def single_figure(measure: str, value: float, unit: str, target: str = "") -> Row:
    """Return a row that has a figure for mockrevio only."""
    return Row(measure, "", value, None, unit, None, target, _meets(value, target))


def _meets(value: float, target: str) -> bool | None:
    if not target:
        return None
    relation, limit = target.rsplit(" ", 1)
    return value <= float(limit) if relation == "at most" else value >= float(limit)
