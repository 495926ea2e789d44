"""With asyncio on uvloop: a mock in the same process, called and intercepted through a stream of asyncio."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import uvloop

from mockrevio import MockRevio
from tests.user.common import REVIO, basic, request, send


async def _status(revio: MockRevio) -> bytes:
    parts = urlsplit(revio.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = [f"GET {parts.path}/SystemStatus HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    head += [f"{name}: {value}" for name, value in basic(revio).items()]
    writer.write("\r\n".join([*head, "", ""]).encode())
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line


def test_a_stream_on_uvloop_calls_the_mock(mock_revio: MockRevio) -> None:
    assert uvloop.run(_status(mock_revio)).startswith(b"HTTP/1.1 200 ")


def test_urllib_in_threads_of_uvloop_is_intercepted(mock_revio: MockRevio) -> None:
    async def main() -> list[int]:
        calls = (asyncio.to_thread(send, f"{REVIO}/SystemStatus", basic(mock_revio)) for _ in range(5))
        return [status for status, _ in await asyncio.gather(*calls)]

    with mock_revio.intercept():
        assert uvloop.run(main()) == [200] * 5
    mock_revio.assert_called(path="/v1/SystemStatus", times=5)


def test_a_mock_that_is_started_on_uvloop_works() -> None:
    async def main() -> int:
        with MockRevio() as revio:
            return (await asyncio.to_thread(request, revio, "SystemStatus"))[0]

    assert uvloop.run(main()) == 200
