"""The mock waits and dates by the real time, even where a test has replaced Python's clocks."""

from __future__ import annotations

import ast
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mockrevio import MockRevio, real_time
from mockrevio.errors import CheckFailed
from tests.support import ROOT
from tests.testing.common import get

CLOCKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
MODULES = [path for path in sorted((ROOT / "mockrevio").rglob("*.py")) if path.name != "real_time.py"]


@pytest.fixture
def stopped_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clocks of `time` stand still, as with freezegun."""
    for name in ("time", "monotonic", "perf_counter"):
        monkeypatch.setattr(time, name, lambda: 1.5e9)
    monkeypatch.setattr(time, "time_ns", lambda: 1_500_000_000_000_000_000)


@pytest.mark.usefixtures("stopped_clocks")
def test_the_real_time_goes_on_where_the_clocks_stand_still() -> None:
    before, date = real_time.monotonic(), real_time.utc_now()
    time.sleep(0.02)
    assert real_time.monotonic() - before >= 0.02
    assert (real_time.utc_now() - date).total_seconds() >= 0.01
    assert date > datetime(2026, 1, 1, tzinfo=UTC) > datetime.fromtimestamp(1.5e9, UTC)


@pytest.mark.usefixtures("stopped_clocks")
def test_calls_and_checks_that_wait_end_where_the_clocks_stand_still() -> None:
    with MockRevio() as revio:
        revio.slow("50ms", times=1)
        assert get(revio).status_code == 200
        revio.assert_called(times=1, timeout="5s")
        with pytest.raises(CheckFailed, match="expected 2 requests"):
            revio.assert_called(times=2, timeout="100ms")
        assert revio.clock.now.year >= 2026
        assert revio.requests[0]["duration_ms"] >= 50


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_else_reads_a_clock_that_a_test_may_replace(path: Path) -> None:
    used = [
        f"line {node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in CLOCKS.get(node.value.id, ())
    ]
    assert not used, f"{path.name} uses {used}; use mockrevio/real_time.py"
