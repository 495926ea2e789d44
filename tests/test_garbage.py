"""No garbage collection visits the records of large worlds while requests wait."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio import garbage
from mockrevio.garbage import LARGE, MAX_FREEZES, MAX_UNCOLLECTED, _Job


class Collector:
    """Stands in for the module `gc`: notes what is called."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.new_objects = 0

    def get_count(self) -> tuple[int, int, int]:
        return self.new_objects, 0, 0

    def get_threshold(self) -> tuple[int, int, int]:
        return 700, 10, 10

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: int) -> None:
            self.calls.append(" ".join(map(str, (name, *arguments))))

        return call

    def taken(self) -> list[str]:
        calls, self.calls = self.calls, []
        return calls


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Collector:
    fake = Collector()
    monkeypatch.setattr(garbage, "gc", fake)
    return fake


@pytest.fixture
def job(collector: Collector) -> _Job:
    job = _Job()
    job.take_over()
    assert collector.taken() == ["set_threshold 700 10 50", "freeze", "enable"]
    return job


def test_in_a_process_that_is_not_ours_nothing_is_done(collector: Collector) -> None:
    job = _Job()
    with job:
        job.keep(LARGE)
    job.collect_all()
    assert collector.taken() == []


def test_during_a_job_nothing_is_collected(job: _Job, collector: Collector) -> None:
    with job:
        with job:
            pass
        assert collector.taken() == ["disable", "disable"]
    assert collector.taken() == ["enable"]


def test_a_job_that_fails_has_ended(job: _Job, collector: Collector) -> None:
    with pytest.raises(ValueError, match="x"), job:
        raise ValueError("x")
    assert collector.taken() == ["disable", "enable"]


def test_what_a_large_job_leaves_is_frozen(job: _Job, collector: Collector) -> None:
    with job:
        job.keep(LARGE)
    assert collector.taken() == ["disable", "freeze", "enable"]
    with job:
        job.keep(LARGE - 1)
    assert collector.taken() == ["disable", "enable"]
    collector.new_objects = LARGE + 1
    with job:
        pass
    assert collector.taken() == ["disable", "freeze", "enable"]


def test_frozen_garbage_is_collected_from_time_to_time(job: _Job, collector: Collector) -> None:
    for _ in range(2 * MAX_FREEZES):
        with job:
            job.keep(LARGE)
    assert collector.taken().count("collect") == 2


def test_jobs_without_end_do_not_prevent_collections(job: _Job, collector: Collector) -> None:
    with job:
        collector.new_objects = MAX_UNCOLLECTED + 1
        with job:
            pass
        assert collector.taken() == ["disable", "disable", "collect 0"]


def test_the_garbage_of_a_removed_world_is_collected(job: _Job, collector: Collector) -> None:
    job.collect_all()
    assert collector.taken() == []
    with job:
        job.keep(LARGE)
    collector.taken()
    job.collect_all()
    assert collector.taken() == ["unfreeze", "collect", "freeze"]
