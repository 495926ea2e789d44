"""A library that cannot be redirected is rejected by name and version when it calls an intercepted host."""

from __future__ import annotations

import asyncio
import sys
from importlib import metadata
from types import ModuleType
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from mockrevio import MockRevio
from mockrevio.errors import InterceptionError
from tests.testing.intercept.clients import CLIENTS, client
from tests.testing.intercept.services import Running

UNKNOWN = {
    "urllib3": ("urllib3.connectionpool.is_connection_dropped", ["requests", "urllib3"]),
    "httpcore": ("httpcore.AsyncConnectionInterface", ["httpx", "httpx-asyncio", "httpx-uvloop"]),
    "aiohttp": ("aiohttp.TCPConnector._resolve_host", ["aiohttp", "aiohttp-uvloop"]),
    "uvloop": ("uvloop.Loop", ["httpx-uvloop", "aiohttp-uvloop", "streams-uvloop"]),
}
"""By library: something that a release may lack, and the clients that depend on the library."""


@pytest.mark.parametrize("library", ["urllib3", "httpcore", "aiohttp"])
def test_only_the_library_that_is_not_understood_is_rejected(
    revio: MockRevio, real: Running, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    from mockrevio.testing.intercept import installed

    def of_another_shape(_module: Any, _patches: Any) -> None:
        raise AttributeError("no attribute 'connect'")

    hooks = tuple(
        each._replace(install=of_another_shape) if each.library == library else each
        for each in installed.HOOKS
    )
    monkeypatch.setattr(installed, "HOOKS", hooks)
    for name in CLIENTS:
        seen = real.connections
        with client(name) as call, revio.intercept("localhost"):
            if name in UNKNOWN[library][1]:
                with pytest.raises(
                    InterceptionError, match=rf"localhost by {library} \d+\.\d+.*no attribute"
                ):
                    call(f"{real.url}/v1/Bills")
            else:
                assert call(f"{real.url}/v1/Bills") != "real"
        assert real.connections == seen


def test_a_release_without_a_method_is_rejected(revio: MockRevio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(aiohttp.TCPConnector, "_resolve_host")

    async def get() -> None:
        async with aiohttp.ClientSession() as session:
            await session.get("https://restapi.rev.io/v1/SystemStatus")

    with revio.intercept():
        with pytest.raises(InterceptionError, match=f"aiohttp {aiohttp.__version__}.*_resolve_host"):
            asyncio.run(get())
        with httpx.Client() as session:
            url = "https://restapi.rev.io/v1/SystemStatus"
            assert session.get(url, auth=revio.credentials).status_code == 200


def test_a_rejected_library_may_still_call_other_hosts(
    revio: MockRevio, real: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(urllib3.connectionpool, "is_connection_dropped")
    with client("http.client") as call, revio.intercept():
        assert call(f"{real.url}/v1/Bills") == "real"


def test_pooled_connections_of_a_rejected_library_send_nothing(
    revio: MockRevio, real: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client("aiohttp") as call:
        assert call(f"{real.url}/v1/Bills") == "real"
        monkeypatch.delattr(aiohttp.TCPConnector, "_resolve_host")
        with revio.intercept("localhost"), pytest.raises(InterceptionError, match="aiohttp"):
            call(f"{real.url}/v1/Bills")
    assert len(real.requests) == 1


@pytest.fixture
def pycurl(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module like pycurl."""

    class Curl:
        def setopt(self, option: int, value: Any) -> None:
            """Accepts everything."""

    module = ModuleType("pycurl")
    vars(module).update(Curl=Curl, URL=10002, VERBOSE=41, __version__="7.45.3")
    monkeypatch.setitem(sys.modules, "pycurl", module)
    return module


def test_pycurl_is_rejected(revio: MockRevio, pycurl: Any) -> None:
    original = pycurl.Curl
    with revio.intercept():
        curl = pycurl.Curl()
        curl.setopt(pycurl.VERBOSE, 1)
        curl.setopt(pycurl.URL, "https://example.org/")
        with pytest.raises(
            InterceptionError, match=r"restapi.rev.io by pycurl 7\.45\.3: it has its own network code"
        ):
            curl.setopt(pycurl.URL, "https://restapi.rev.io/v1/Bills")
    assert pycurl.Curl is original


def test_a_connection_that_bypasses_the_hooks_is_stopped(revio: MockRevio, real: Running) -> None:
    """It is opened by address, as with a DNS client of its own; only TLS tells that it is for the host."""
    import socket

    from tests.testing.intercept.services import client_context

    sock = socket.create_connection(("127.0.0.1", real.port))
    with revio.intercept("localhost"), pytest.raises(InterceptionError, match=r"localhost.*unknown"):
        client_context().wrap_socket(sock, server_hostname="localhost")
    assert real.requests == []


def test_an_http2_only_client_is_rejected(revio: MockRevio) -> None:
    import httpcore

    with (
        revio.intercept(),
        httpcore.ConnectionPool(http1=False, http2=True) as pool,
        pytest.raises(InterceptionError, match="only HTTP/2"),
    ):
        pool.request("GET", "https://restapi.rev.io/v1/Bills")


LATE = """
import sys
from importlib import metadata
from mockrevio import MockRevio
with MockRevio() as revio:
    url = "https://restapi.rev.io/v1/SystemStatus"
    assert not {"requests", "httpx", "aiohttp", "urllib3"} & set(sys.modules)
    with revio.intercept():
        import asyncio, requests, httpx, aiohttp, urllib3.connection
        assert requests.get(url, auth=revio.credentials, proxies={"https": "http://127.0.0.1:9"}).ok
        assert httpx.get(url, auth=revio.credentials, proxy="http://127.0.0.1:9").is_success
        async def get():
            async with aiohttp.ClientSession() as session:
                return (await session.get(url, proxy="http://127.0.0.1:9")).status
        assert asyncio.run(get()) == 401
        from importlib.machinery import SourceFileLoader
        for module in (requests, httpx, aiohttp, urllib3):
            assert type(module.__spec__.loader) is type(module.__loader__) is SourceFileLoader
    assert "connect" not in vars(urllib3.connection.HTTPConnection) or (
        urllib3.connection.HTTPConnection.connect.__module__ == "urllib3.connection"
    )
    assert aiohttp.TCPConnector._resolve_host.__module__ == "aiohttp.connector"
print("done")
"""


def test_libraries_that_are_imported_later_are_intercepted() -> None:
    from tests.testing.intercept.test_interception import run_program

    assert run_program(LATE) == "done"


def test_requests_raises_the_rejection_itself(revio: MockRevio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(urllib3.connectionpool, "is_connection_dropped")
    with revio.intercept(), pytest.raises(InterceptionError, match=rf"urllib3 {metadata.version('urllib3')}"):
        requests.get("https://restapi.rev.io/v1/SystemStatus", timeout=5)
