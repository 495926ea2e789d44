"""`await mock_revio.wait_for_call(...)`: waiting in an event loop, which goes on meanwhile."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from mockrevio import real_time
from mockrevio.errors import MockrevioError
from mockrevio.quantities import DURATION_FORMAT, parse_duration
from mockrevio.testing.handle.admin_client import AdminClient
from mockrevio.testing.handle.checks import assert_requests_made, requests_made

if TYPE_CHECKING:
    from mockrevio.types.calls import LoggedCall

__tracebackhide__ = True  # a failure points at the line of the test

T = TypeVar("T")

STEP = 0.25
"""Seconds that a thread waits at a time: so long it may outlive a wait that is cancelled."""


async def wait_for_call(
    admin_client: AdminClient, match: Mapping[str, Any], times: int, timeout: str | float | timedelta
) -> LoggedCall:
    """Wait until `times` requests match, and return the last of them. Raises CheckFailed at the timeout."""
    if times < 1:
        raise MockrevioError(f"times: must be a whole number from 1, not {times!r}")
    deadline = real_time.monotonic() + _seconds(timeout)
    while True:
        left = deadline - real_time.monotonic()
        found = await _in_thread(lambda: requests_made(admin_client, match, times, min(max(left, 0), STEP)))  # noqa: B023
        if found is not None:
            return found
        if left <= STEP:
            await _in_thread(lambda: assert_requests_made(admin_client, match, {"min": times}, None))


def _seconds(timeout: str | float | timedelta) -> float:
    if isinstance(timeout, timedelta):
        return timeout.total_seconds()
    if isinstance(timeout, str):
        try:
            return parse_duration(timeout)
        except ValueError:
            raise MockrevioError(f"timeout: must be {DURATION_FORMAT}, not {timeout!r}") from None
    return timeout


def _in_thread(work: Callable[[], T]) -> Awaitable[T]:
    """Do something that blocks in a thread of the event loop's. A cancelled wait does not wait for it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None:
            raise MockrevioError("wait_for_call needs a running event loop of asyncio or trio") from None
        awaitable: Awaitable[T] = trio.to_thread.run_sync(work, abandon_on_cancel=True)
        return awaitable
    return asyncio.to_thread(work)
