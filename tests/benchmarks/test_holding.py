"""The client that makes many calls at the same time."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks import holding
from tests.support import serving


@pytest.fixture(autouse=True)
def _send_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "SENDING_SECONDS", 0.1)


def hold(**settings: str) -> dict[str, float]:
    with serving() as client:
        assert client.patch("/__admin/settings", json=settings).status_code == 200
        return asyncio.run(holding.hold(int(client.url.rsplit(":", 1)[1]), 20))


def test_delayed_calls_are_timed_from_when_each_was_sent() -> None:
    seconds = hold(latency="500ms")
    assert 0.5 <= seconds["earliest"] <= seconds["latest"] < 1.5


def test_calls_that_are_not_all_delayed_at_the_same_time_are_an_error() -> None:
    with pytest.raises(RuntimeError, match="not all calls waited at the same time"):
        hold()


def test_a_call_that_fails_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="503"):
        hold(latency="500ms", error_rate="1:503")
