"""No garbage collection visits the records of large worlds while requests wait."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio import gc_control
from mockrevio.gc_control import LARGE, MAX_FREEZES, MAX_UNCOLLECTED, _CollectionPause


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
    monkeypatch.setattr(gc_control, "gc", fake)
    return fake


@pytest.fixture
def pause(collector: Collector) -> _CollectionPause:
    pause = _CollectionPause()
    pause.enable()
    assert collector.taken() == ["set_threshold 700 10 50", "freeze", "enable"]
    return pause


def test_in_a_process_that_is_not_ours_nothing_is_done(collector: Collector) -> None:
    pause = _CollectionPause()
    with pause:
        pause.add_table(LARGE)
    pause.collect_all()
    assert collector.taken() == []


def test_during_a_job_nothing_is_collected(pause: _CollectionPause, collector: Collector) -> None:
    with pause:
        with pause:
            pass
        assert collector.taken() == ["disable", "disable"]
    assert collector.taken() == ["enable"]


def test_a_job_that_fails_has_ended(pause: _CollectionPause, collector: Collector) -> None:
    with pytest.raises(ValueError, match="x"), pause:
        raise ValueError("x")
    assert collector.taken() == ["disable", "enable"]


def test_what_a_large_job_leaves_is_frozen(pause: _CollectionPause, collector: Collector) -> None:
    with pause:
        pause.add_table(LARGE)
    assert collector.taken() == ["disable", "freeze", "enable"]
    with pause:
        pause.add_table(LARGE - 1)
    assert collector.taken() == ["disable", "enable"]
    collector.new_objects = LARGE + 1
    with pause:
        pass
    assert collector.taken() == ["disable", "freeze", "enable"]


def test_frozen_garbage_is_collected_from_time_to_time(pause: _CollectionPause, collector: Collector) -> None:
    for _ in range(2 * MAX_FREEZES):
        with pause:
            pause.add_table(LARGE)
    assert collector.taken().count("collect") == 2


def test_jobs_without_end_do_not_prevent_collections(pause: _CollectionPause, collector: Collector) -> None:
    with pause:
        collector.new_objects = MAX_UNCOLLECTED + 1
        with pause:
            pass
        assert collector.taken() == ["disable", "disable", "collect 0"]


def test_the_garbage_of_a_removed_world_is_collected(pause: _CollectionPause, collector: Collector) -> None:
    pause.collect_all()
    assert collector.taken() == []
    with pause:
        pause.add_table(LARGE)
    collector.taken()
    pause.collect_all()
    assert collector.taken() == ["unfreeze", "collect", "freeze"]
