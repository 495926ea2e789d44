"""Many requests and many connections at once."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import requests

from mockrevio.server.workers import MOST_WAITING
from tests.server.common import get, running_server, sleepy_app


def test_more_keep_alive_clients_than_waiting_threads_all_get_responses() -> None:
    with running_server(sleepy_app()) as server, ExitStack() as stack:
        sessions = [stack.enter_context(requests.Session()) for _ in range(4 * MOST_WAITING)]
        for _ in range(3):
            assert {session.get(server.url, timeout=20).text for session in sessions} == {"quick"}


def test_two_hundred_slow_requests_run_at_once_without_delaying_others() -> None:
    with running_server(sleepy_app()) as server, ThreadPoolExecutor(200) as pool:
        started = time.monotonic()
        slow = [pool.submit(get, f"{server.url}/sleep/2.0") for _ in range(200)]
        time.sleep(1)
        for _ in range(10):
            sent = time.monotonic()
            assert get(server.url).text == "quick"
            assert time.monotonic() - sent < 0.5
        assert all(response.result().text == "slept" for response in slow)
        assert time.monotonic() - started < 4


def test_silent_connections_need_no_threads() -> None:
    with running_server(sleepy_app()) as server:
        address = ("127.0.0.1", server.port)
        connections = [socket.create_connection(address) for _ in range(300)]
        threads_before = threading.active_count()
        assert get(server.url).text == "quick"
        assert threading.active_count() == threads_before
        for connection in connections:
            connection.close()
