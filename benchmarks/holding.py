"""A client that makes many calls at the same time: `python -m benchmarks.holding PORT CALLS`.

Prints after how many seconds the earliest and the latest response arrived, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast

from benchmarks.servers import SEARCH

SENDING_SECONDS = 3.0
"""New connections, with a call each, are spread evenly over this time."""


class Call(asyncio.Protocol):
    """One call on a connection of its own."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.sent = self.answered = 0.0
        self.failure = ""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request."""
        self.sent = time.perf_counter()
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note when the response begins. Only a 2xx is a success."""
        self._finish("" if data.startswith(b"HTTP/1.1 2") else f"a call got {data[:40]!r}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail, if there was no response."""
        self._finish(f"a call got no response: {exc}")

    def _finish(self, failure: str) -> None:
        if not self.done.done():
            self.answered, self.failure = time.perf_counter(), failure
            self.done.set_result(None)


async def hold(port: int, count: int) -> dict[str, float]:
    """Make the calls and wait for their responses.

    Raises RuntimeError if one fails or they are not all held at the same time, OSError if one cannot connect.
    """
    loop = asyncio.get_running_loop()
    request = SEARCH.encode(port)
    started = loop.time()

    async def call(number: int) -> Call:
        await asyncio.sleep(started + number * SENDING_SECONDS / count - loop.time())
        transport, call = await loop.create_connection(lambda: Call(request), "127.0.0.1", port)
        await call.done
        transport.close()
        return call

    calls = await asyncio.gather(*map(call, range(count)))
    failures = [call.failure for call in calls if call.failure]
    if failures:
        raise RuntimeError(f"{len(failures)} calls failed, the first because {failures[0]}")
    if max(call.sent for call in calls) > min(call.answered for call in calls):
        raise RuntimeError("not all calls waited at the same time: a response preceded the last call")
    seconds = [call.answered - call.sent for call in calls]
    return {"earliest": min(seconds), "latest": max(seconds)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(hold(int(sys.argv[1]), int(sys.argv[2])))))
