"""The rows of the table: whether a target is met."""

from __future__ import annotations

import pytest

from benchmarks.rows import comparison, judge


@pytest.mark.parametrize(
    ("value", "target", "met"),
    [
        (0.89, "at most 1.0", "yes"),
        (0.91, "at most 1.0", "close"),
        (1.00, "at most 1.0", "close"),
        (1.01, "at most 1.0", "NO"),
        (2.2, "at least 2", "yes"),
        (2.1, "at least 2", "close"),
        (2.0, "at least 2", "close"),
        (1.9, "at least 2", "NO"),
        (1.9, "", ""),
    ],
)
def test_a_target_met_with_less_than_a_tenth_of_air_is_close(value: float, target: str, met: str) -> None:
    assert judge(value, target) == met


def test_a_ratio_is_the_median_of_the_ratios_of_each_run() -> None:
    row = comparison("speed", "another", ([10, 100, 30], [5, 100, 10]), "/s", "at least 1.5")
    assert (row.ours, row.other, row.ratio, row.met) == (30, 10, 2, "yes")
