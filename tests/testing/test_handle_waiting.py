"""`await mock_revio.wait_for_call(...)` in the event loop of asyncio; test_waiting_on_trio.py has trio's."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest

from mockrevio import MockRevio
from mockrevio.errors import CheckFailed, MockrevioError
from tests.testing.common import get, post


def later(seconds: float, revio: MockRevio, path: str = "SystemStatus") -> threading.Timer:
    timer = threading.Timer(seconds, get, args=(revio, path))
    timer.start()
    return timer


def test_it_returns_the_call_that_it_waited_for(revio: MockRevio) -> None:
    async def wait() -> tuple[str, int]:
        later(0.2, revio, "Agents")
        call = await revio.wait_for_call(path="/v1/Agents", status="any")
        return call["path"], call["response"]["status"]

    assert asyncio.run(wait()) == ("/v1/Agents", 200)


def test_calls_that_were_made_before_count(revio: MockRevio) -> None:
    get(revio, "Agents")
    get(revio, "Bills")
    post(revio)

    async def wait() -> list[str]:
        calls = [await revio.wait_for_call(times=times, method="GET") for times in (1, 2)]
        return [call["path"] for call in calls]

    assert asyncio.run(wait()) == ["/v1/Agents", "/v1/Bills"]


def test_the_loop_goes_on_meanwhile(revio: MockRevio) -> None:
    async def client() -> int:
        """Code under test in the same loop as the test."""
        turns = 0
        for _ in range(20):
            await asyncio.sleep(0.01)
            turns += 1
        await asyncio.to_thread(get, revio)
        return turns

    async def test() -> int:
        task = asyncio.create_task(client())
        await revio.wait_for_call(path="/v1/SystemStatus", timeout=timedelta(seconds=30))
        return await task

    assert asyncio.run(test()) == 20


def test_a_timeout_fails_with_the_nearest_misses(revio: MockRevio) -> None:
    get(revio)
    with pytest.raises(CheckFailed) as caught:
        asyncio.run(revio.wait_for_call(path="/v1/Agents", times=2, timeout="300ms"))
    message = str(caught.value)
    assert message.startswith('expected at least 2 requests matching {"path": "/v1/Agents"}, but 0 matched')
    assert "nearest miss: GET /v1/SystemStatus" in message


def test_it_can_be_cancelled(revio: MockRevio) -> None:
    async def cancel() -> float:
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await revio.wait_for_call(path="/v1/Agents", timeout="50s")
        return time.monotonic() - started

    assert asyncio.run(cancel()) < 25  # far less than the wait
    get(revio, "Agents")
    asyncio.run(revio.wait_for_call(path="/v1/Agents"))


def test_arguments_that_cannot_be_are_named(revio: MockRevio) -> None:
    with pytest.raises(MockrevioError, match=r"timeout: must be a duration such as 200ms, .*, not 'soon'"):
        asyncio.run(revio.wait_for_call(timeout="soon"))
    with pytest.raises(MockrevioError, match="times: must be a whole number from 1, not 0"):
        asyncio.run(revio.wait_for_call(times=0))
