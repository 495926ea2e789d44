"""Clients that send slowly, stop halfway or send nothing at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.contract.raw import Raw, head, with_length
from tests.support import Client, Process, serving
from tests.torture.bad_input import OPEN_HEAD, responds_promptly
from tests.torture.common import LINKS, Scale, Usage, eventually, linux_only


@contextmanager
def dripping_clients(url: str, count: int) -> Iterator[None]:
    """Clients that send a request byte by byte and never finish it."""
    end = threading.Event()
    request = with_length("POST", LINKS, b'{"a": ' + b" " * 100_000)

    def drip(connection: Raw, start: int) -> None:
        position = start
        connection.send(request[:position])
        while not end.wait(0.05):
            connection.send(request[position : position + 1])
            position += 1

    with ExitStack() as stack:
        connections = [stack.enter_context(Raw(url)) for _ in range(count)]
        threads = [
            threading.Thread(target=drip, args=(connection, number % 200))
            for number, connection in enumerate(connections)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            end.set()
            for thread in threads:
                thread.join()


def test_slow_and_silent_clients_do_not_delay_others(shared_server: Process) -> None:
    url = shared_server.client.url
    with ExitStack() as stack:
        stack.enter_context(dripping_clients(url, 60))
        for request_start in (b"", b"G", OPEN_HEAD, head("POST", LINKS, "Content-Length: 5")):
            for _ in range(50):
                stack.enter_context(Raw(url)).send(request_start)
        for _ in range(20):
            assert responds_promptly(shared_server.client)
            new_client = Client(url)
            assert responds_promptly(new_client)
            new_client.close()
    assert responds_promptly(shared_server.client)


def test_dripped_heads_time_out_while_others_are_served(
    monkeypatch: pytest.MonkeyPatch, how_much: Scale
) -> None:
    monkeypatch.setattr("mockrevio.server.limits.HEAD_TIMEOUT", 2.0)
    with serving() as client, ExitStack() as stack:
        dripping = [stack.enter_context(Raw(client.url)) for _ in range(how_much(short=200, long=1100))]
        for connection in dripping:
            connection.send(b"GET / HTTP/1.1\r\nX: ")
        deadline = time.monotonic() + 20
        while dripping:
            assert time.monotonic() < deadline, f"{len(dripping)} are still connected"
            assert responds_promptly(client)
            dripping = [connection for connection in dripping if goes_on(connection)]


def goes_on(connection: Raw) -> bool:
    """Send one more byte of a head; False once the server has given it up."""
    try:
        connection.send(b"x")
        connection.socket.settimeout(0.001)
        return b"408" not in connection.socket.recv(1000)
    except TimeoutError:
        return True
    except ConnectionError:
        return False


@linux_only
def test_five_hundred_idle_connections_need_no_threads_and_little_memory(shared_server: Process) -> None:
    pid = shared_server.process.pid
    assert responds_promptly(shared_server.client)
    before = Usage.settled(pid)  # connections of earlier tests may still be closing
    with ExitStack() as stack:
        connections = [stack.enter_context(Raw(shared_server.client.url)) for _ in range(500)]
        assert eventually(lambda: Usage.of(pid).files >= before.files + 500)
        for connection in connections[::2]:
            assert connection.call(head("GET", "/v1/SystemStatus")).status == 200
        during = Usage.of(pid)
        assert all(responds_promptly(shared_server.client) for _ in range(20))
        assert during.threads <= before.threads + 20
        assert during.memory <= before.memory + 30 * 1024
    assert eventually(lambda: Usage.of(pid).files <= before.files + 2)
