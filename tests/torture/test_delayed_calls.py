"""Thousands of delayed calls at once, from one client process, while another client is served."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import pytest

from tests.contract.raw import head
from tests.support import Process
from tests.torture.common import Scale, Usage, server

if sys.platform != "linux":
    pytest.skip("reads /proc", allow_module_level=True)

import resource

LATENCY = 5.0
REQUEST = head("GET", "/v1/IntegrationSystem/4", "User-Agent: test", "Accept: */*")


class Call(asyncio.Protocol):
    """One connection with one call: when it was sent and answered, and the beginning of the response."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.sent = 0.0
        self.status = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for `send`."""
        self._transport = transport

    def send(self) -> None:
        """Send the call."""
        self.sent = time.monotonic()
        self._transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        """Note when the response comes."""
        if not self.answered.done():
            self.status = data[:12]
            self.answered.set_result(time.monotonic() - self.sent)

    def close(self) -> None:
        """Close the connection."""
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server is not to do that before the response."""
        if not self.answered.done():
            self.answered.set_exception(exc or ConnectionError("closed"))


async def hold(running: Process, count: int) -> tuple[list[float], list[float], Usage]:
    """Hold `count` calls; return how long each took, how long each health check took, and the usage."""
    loop = asyncio.get_running_loop()
    host, _, port = running.client.url.removeprefix("http://").partition(":")
    calls: list[Call] = []
    while len(calls) < count:
        opened = (loop.create_connection(Call, host, int(port)) for _ in range(50))
        calls.extend(protocol for _, protocol in await asyncio.gather(*opened))
    settings = running.client.patch("/__admin/settings", json={"latency": f"{LATENCY}s"})
    assert settings.status_code == 200
    reader, writer = await asyncio.open_connection(host, int(port))
    checks: list[float] = []
    for call in calls:
        call.send()
    began = time.monotonic()
    usage = Usage.of(running.process.pid)
    while not all(call.answered.done() for call in calls):
        sent = time.monotonic()
        writer.write(head("GET", "/__admin/health"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        checks.append(time.monotonic() - sent)
        if time.monotonic() < began + LATENCY - 0.5:
            usage = Usage.of(running.process.pid)
        await reader.read(10_000)
        await asyncio.sleep(0.01)
    for call in calls:
        call.close()
    writer.close()
    await writer.wait_closed()
    assert {call.status for call in calls} == {b"HTTP/1.1 200"}
    return [call.answered.result() for call in calls], checks, usage


def test_thousands_of_delayed_calls_need_no_threads_and_little_memory(how_much: Scale) -> None:
    count = how_much(short=1000, long=10_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 200:
        pytest.skip(f"the limit of open files is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 200), hard))
    try:
        with server("--ephemeral") as running:
            assert running.client.get("/v1/SystemStatus").status_code == 200
            # What is imported when it is first needed does not count.
            assert running.client.patch("/__admin/settings", json={"latency": "1ms"}).status_code == 200
            assert running.client.get("/v1/SystemStatus").status_code == 200
            before = Usage.of(running.process.pid)
            durations, checks, usage = asyncio.run(hold(running, count))
            assert usage.threads <= before.threads + 8
            # 5.5 KiB for each; 10,000 of them in less than 100 MB in all.
            assert usage.memory - before.memory < 2 * 1024 + count * 6
            assert min(durations) >= LATENCY
            # Machines that run tests are slow, and this process is a slow client. What counts is that it is
            # not a matter of the number of calls.
            assert max(durations) < LATENCY + how_much(short=2, long=5)
            assert sorted(checks)[len(checks) // 2] < 0.1
            assert max(checks) < 1
            assert running.stop() == 0
            assert running.errors == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
