"""HTTP clients that keep their connections, by library: `with client("httpx") as call: call(url)`."""

from __future__ import annotations

import asyncio
import base64
import http.client
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import requests
import urllib3
import uvloop

from tests.testing.intercept.services import AUTHORITY, client_context

AUTH = ("tester@acme", "secret")
BASIC = {"Authorization": "Basic " + base64.b64encode(":".join(AUTH).encode()).decode()}
HEADERS = {**BASIC, "Content-Type": "application/json"}

Call = Callable[[str], str]
"""Posts to a URL and returns the body of the response."""


@contextmanager
def _requests(proxy: str | None) -> Iterator[Call]:
    with requests.Session() as session, AUTHORITY.cert_pem.tempfile() as authority:
        if proxy:
            session.proxies = {"http": proxy, "https": proxy}
        yield lambda url: session.post(url, headers=HEADERS, data="{}", timeout=10, verify=authority).text


@contextmanager
def _urllib3(proxy: str | None) -> Iterator[Call]:
    options: dict[str, Any] = {
        "headers": HEADERS,
        "timeout": 10,
        "retries": False,
        "ssl_context": client_context(),
    }
    pool = urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)
    with pool:
        yield lambda url: pool.request("POST", url, body="{}").data.decode()


@contextmanager
def _http_client(proxy: str | None) -> Iterator[Call]:
    connections: dict[str, http.client.HTTPConnection] = {}

    def open_connection(url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        near = urlsplit(proxy) if proxy else parts
        if parts.scheme == "http":
            return http.client.HTTPConnection(near.hostname or "", near.port, timeout=10)
        connection = http.client.HTTPSConnection(
            near.hostname or "", near.port, timeout=10, context=client_context()
        )
        if proxy:
            connection.set_tunnel(parts.hostname or "", parts.port)
        return connection

    def call(url: str) -> str:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        connection = connections.get(origin) or connections.setdefault(origin, open_connection(url))
        path = url if proxy and parts.scheme == "http" else parts.path
        connection.request("POST", path, "{}", HEADERS)
        return connection.getresponse().read().decode()

    try:
        yield call
    finally:
        for connection in connections.values():
            connection.close()


@contextmanager
def _urllib(proxy: str | None) -> Iterator[Call]:
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=client_context()),
        *([urllib.request.ProxyHandler({"http": proxy, "https": proxy})] if proxy else ()),
    )

    def call(url: str) -> str:
        request = urllib.request.Request(url, b"{}", HEADERS)  # noqa: S310 (http and https)
        with opener.open(request, timeout=10) as response:
            return str(response.read().decode())

    yield call


@contextmanager
def _httpx(proxy: str | None) -> Iterator[Call]:
    with httpx.Client(verify=client_context(), proxy=proxy, headers=HEADERS, timeout=10) as session:
        yield lambda url: session.post(url, content="{}").text


def _in_loop(loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> Any:
    """A decorator for async client factories: `call` runs in one event loop for all calls."""

    def decorate(factory: Any) -> Callable[[str | None], AbstractContextManager[Call]]:
        @contextmanager
        def client_in_loop(proxy: str | None) -> Iterator[Call]:
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                session, post = runner.run(factory(proxy))
                try:
                    yield lambda url: runner.run(post(url))
                finally:
                    runner.run(session.__aexit__(None, None, None))

        return client_in_loop

    return decorate


async def _httpx_async(proxy: str | None) -> Any:
    session = httpx.AsyncClient(verify=client_context(), proxy=proxy, headers=HEADERS, timeout=10)

    async def post(url: str) -> str:
        return (await session.post(url, content="{}")).text

    return await session.__aenter__(), post


async def _aiohttp(proxy: str | None) -> Any:
    connector = aiohttp.TCPConnector(ssl=client_context())
    session = aiohttp.ClientSession(connector=connector, headers=HEADERS)

    async def post(url: str) -> str:
        async with session.post(url, data="{}", proxy=proxy) as response:
            return await response.text()

    return session, post


def _head(url: str) -> bytes:
    parts = urlsplit(url)
    fields = {"Host": parts.netloc, "Content-Length": "2", "Connection": "close", **HEADERS}
    lines = [f"POST {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n{}").encode()


@contextmanager
def _raw_socket(_proxy: str | None) -> Iterator[Call]:
    def call(url: str) -> str:
        parts = urlsplit(url)
        sock = socket.create_connection((parts.hostname, parts.port or 443), timeout=10)
        if parts.scheme == "https":
            sock = client_context().wrap_socket(sock, server_hostname=parts.hostname)
            assert isinstance(sock, ssl.SSLSocket)
        with closing(sock):
            sock.sendall(_head(url))
            with sock.makefile("rb") as stream:
                return stream.read().partition(b"\r\n\r\n")[2].decode()

    yield call


class _Nothing:
    async def __aexit__(self, *_: object) -> None:
        """There is no session."""


async def _streams(_proxy: str | None) -> Any:
    async def post(url: str) -> str:
        parts = urlsplit(url)
        context = client_context() if parts.scheme == "https" else None
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=context)
        writer.write(_head(url))
        answer = await reader.read()
        writer.close()
        return answer.partition(b"\r\n\r\n")[2].decode()

    return _Nothing(), post


async def _streams_start_tls(_proxy: str | None) -> Any:
    async def post(url: str) -> str:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 443)
        await writer.start_tls(client_context(), server_hostname=parts.hostname)
        writer.write(_head(url))
        answer = await reader.read()
        writer.close()
        return answer.partition(b"\r\n\r\n")[2].decode()

    return _Nothing(), post


_on_asyncio, _on_uvloop = _in_loop(asyncio.new_event_loop), _in_loop(uvloop.new_event_loop)

CLIENTS: dict[str, Callable[[str | None], AbstractContextManager[Call]]] = {
    "requests": _requests,
    "urllib3": _urllib3,
    "http.client": _http_client,
    "urllib": _urllib,
    "httpx": _httpx,
    "httpx-asyncio": _on_asyncio(_httpx_async),
    "httpx-uvloop": _on_uvloop(_httpx_async),
    "aiohttp": _on_asyncio(_aiohttp),
    "aiohttp-uvloop": _on_uvloop(_aiohttp),
    "socket": _raw_socket,
    "streams": _on_asyncio(_streams),
    "streams-uvloop": _on_uvloop(_streams),
    "start_tls": _on_asyncio(_streams_start_tls),
    "start_tls-uvloop": _on_uvloop(_streams_start_tls),
}

POOLED = [
    "requests",
    "urllib3",
    "http.client",
    "httpx",
    "httpx-asyncio",
    "httpx-uvloop",
    "aiohttp",
    "aiohttp-uvloop",
]
"""Those that keep connections."""

PROXIED = [*POOLED, "urllib"]
"""Those that know proxies."""


def client(name: str, proxy: str | None = None) -> AbstractContextManager[Call]:
    """A client of the library, which may send everything through a proxy."""
    return CLIENTS[name](proxy)
