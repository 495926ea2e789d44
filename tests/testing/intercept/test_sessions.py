"""Clients reach the mock during an interception and the real service outside, with the same session."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator

import aiohttp
import httpx
import pytest
import requests
import trio

from mockrevio import MockRevio
from mockrevio.errors import InterceptionError
from tests.testing.intercept import services
from tests.testing.intercept.clients import CLIENTS, HEADERS, POOLED, client
from tests.testing.intercept.services import Running, client_context

each_client = pytest.mark.parametrize("name", CLIENTS)
each_pooled = pytest.mark.parametrize("name", POOLED)


@pytest.fixture(scope="module")
def tls_mock() -> Iterator[MockRevio]:
    """A mock that serves HTTPS with its own temporary authority, which no client trusts."""
    with MockRevio(tls="auto") as revio:
        yield revio


def posts(revio: MockRevio) -> int:
    return revio.requests.count(method="POST", path="/v1/Bills")


@each_client
def test_a_session_changes_sides_with_the_interception(revio: MockRevio, real: Running, name: str) -> None:
    with client(name) as call:
        assert call(f"{real.url}/v1/Bills") == "real"
        for expected in (2, 4):
            seen = real.connections, real.requests
            with revio.intercept("localhost"):
                assert call(f"{real.url}/v1/Bills") != "real"
                assert call(f"{real.url}/v1/Bills") != "real"
            assert (real.connections, real.requests) == seen
            assert posts(revio) == expected
            assert call(f"{real.url}/v1/Bills") == "real"
        assert posts(revio) == 4


@each_client
def test_a_mock_that_serves_https_works_too(tls_mock: MockRevio, real: Running, name: str) -> None:
    tls_mock.reset()
    with client(name) as call:
        assert call(f"{real.url}/v1/Bills") == "real"
        seen = real.connections
        with tls_mock.intercept("localhost"):
            assert call(f"{real.url}/v1/Bills") != "real"
            assert call(f"{real.url}/v1/Bills") != "real"
        assert real.connections == seen
        assert posts(tls_mock) == 2
        assert call(f"{real.url}/v1/Bills") == "real"


@each_pooled
def test_calls_without_tls_are_intercepted(revio: MockRevio, real_http: Running, name: str) -> None:
    with client(name) as call:
        assert call(f"{real_http.url}/v1/Bills") == "real"
        seen = real_http.connections
        with revio.intercept("localhost"):
            assert call(f"{real_http.url}/v1/Bills") != "real"
        assert (real_http.connections, posts(revio)) == (seen, 1)
        assert call(f"{real_http.url}/v1/Bills") == "real"


@each_pooled
def test_the_inner_interception_decides_for_a_session(revio: MockRevio, real: Running, name: str) -> None:
    with MockRevio() as other, client(name) as call:
        with revio.intercept("localhost"):
            call(f"{real.url}/v1/Bills")
            with other.intercept("localhost"):
                call(f"{real.url}/v1/Bills")
                assert (posts(revio), posts(other)) == (1, 1)
            call(f"{real.url}/v1/Bills")
            assert (posts(revio), posts(other)) == (2, 1)
        assert real.connections == 0


def test_a_trio_session_changes_sides(revio: MockRevio, real: Running) -> None:
    async def scenario() -> list[str]:
        url = f"{real.url}/v1/Bills"
        async with httpx.AsyncClient(verify=client_context(), headers=HEADERS) as session:
            texts = [(await session.post(url)).text]
            async with revio.intercept("localhost"):
                texts += [(await session.post(url)).text, (await session.post(url)).text]
            return [*texts, (await session.post(url)).text]

    first, second, third, last = trio.run(scenario)
    assert (first, last) == ("real", "real")
    assert "real" not in (second, third)
    assert (len(real.requests), posts(revio)) == (2, 2)


def test_a_session_changes_sides_while_its_loop_runs(revio: MockRevio, real: Running) -> None:
    async def scenario() -> list[str]:
        connector = aiohttp.TCPConnector(ssl=client_context())
        async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

            async def post() -> str:
                async with session.post(f"{real.url}/v1/Bills") as response:
                    return await response.text()

            texts = [await post()]
            async with revio.intercept("localhost"):
                texts.append(await post())
            return [*texts, await post()]

    first, second, last = asyncio.run(scenario())
    assert (first, last) == ("real", "real")
    assert second != "real"
    assert (len(real.requests), posts(revio)) == (2, 1)


def test_a_session_changes_sides_when_another_thread_stops(revio: MockRevio, real: Running) -> None:
    interception = revio.intercept("localhost")
    with client("requests") as call:
        for work in (interception.start, interception.stop):
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            text = call(f"{real.url}/v1/Bills")
            assert (text == "real") is (work == interception.stop)


def test_a_raw_connection_from_before_sends_nothing_more(revio: MockRevio, real: Running) -> None:
    import socket

    with socket.create_connection(("localhost", real.port)) as plain:
        sock = client_context().wrap_socket(plain, server_hostname="localhost")
        with sock, revio.intercept("localhost"):
            with pytest.raises(InterceptionError, match="opened before intercept"):
                sock.sendall(b"POST /v1/Bills HTTP/1.1\r\n\r\n")
            with pytest.raises(InterceptionError, match="localhost"):
                sock.send(b"POST /v1/Bills HTTP/1.1\r\n\r\n")
    assert real.requests == []


def test_connections_are_held_weakly(revio: MockRevio, real: Running) -> None:
    with revio.intercept("localhost"), client("requests") as call:
        call(f"{real.url}/v1/Bills")
        session = requests.Session()
        response = session.post(f"{real.url}/v1/Bills", headers=HEADERS, timeout=5)
        connection = weakref.ref(response.raw.connection or response.raw)
        session.close()
        del session, response
        gc.collect()
        assert connection() is None


@each_client
def test_only_the_named_port_is_intercepted(revio: MockRevio, real: Running, name: str) -> None:
    with services.service() as other, client(name) as call, revio.intercept(f"localhost:{real.port}"):
        assert call(f"{real.url}/v1/Bills") != "real"
        assert call(f"{other.url}/v1/Bills") == "real"
        assert call(f"{other.url}/v1/Bills") == "real"
    assert real.connections == 0


@pytest.mark.parametrize("name", [each for each in CLIENTS if not each.startswith("start_tls")])
def test_the_mocks_own_address_is_left_alone(revio: MockRevio, name: str) -> None:
    with client(name) as call, revio.intercept("127.0.0.1", "localhost"):
        call(f"{revio.url}/Bills")
    assert posts(revio) == 1


def test_a_stream_that_was_closed_twice_does_not_disturb_the_end(tls_mock: MockRevio) -> None:
    async def close_twice() -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection("localhost", 443, ssl=client_context())
        writer.close()
        writer.close()
        return writer

    with asyncio.Runner() as runner:
        with tls_mock.intercept("localhost"):
            writer = runner.run(close_twice())
        runner.run(writer.wait_closed())
