"""Clients that hang up during slow, dripping, hung and broken responses leave nothing behind."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.raw import head, in_chunks, with_length
from tests.support import LINK, Process
from tests.torture.common import LINKS, Scale, Usage, eventually, linux_only, server

RST = struct.pack("ii", 1, 0)
BODY = b'{"integration_system_id":4,"integration_entity_type_id":2,"internal_id":1015,"external_id":"%d"}'
FAULTS: list[dict[str, Any]] = [
    {"latency": "300ms"},
    {"latency": "20ms", "connection": "reset"},
    {"latency": "20ms", "connection": "empty"},
    {"latency": "20ms", "connection": "truncate"},
    {"latency": "20ms", "connection": "garbage"},
    {"connection": "hang"},
    {"drip": {"chunks": 20, "over": "400ms"}},
    {"status": 503, "latency": "100ms"},
]


@pytest.fixture
def faulty_server() -> Iterator[Process]:
    """A server with a rule for each fault and phase, which match on a header."""
    with server("--ephemeral") as running:
        running.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        for number, effect in enumerate(FAULTS):
            for phase in ("before_commit", "after_commit"):
                rule = {
                    "match": {"headers": {"X-Fault": f"{number} {phase}"}},
                    "phase": phase,
                    "effect": effect,
                }
                running.client.post("/__admin/faults", json=rule).raise_for_status()
        yield running
        assert running.stop() == 0
        assert running.errors == []


def random_request(number: int) -> bytes:
    """Return a request of a random kind, with a random fault or none."""
    fault = f"X-Fault: {random.randrange(len(FAULTS) + 2)} {random.choice(['before', 'after'])}_commit"
    return random.choice(
        [
            head("GET", f"{LINKS}?page_size=500", fault),
            with_length("POST", LINKS, BODY % number, fault),
            with_length("PUT", f"{LINKS}/1", BODY % number, fault),
            with_length("POST", "/v1/Nowhere", b"x" * 200_000, fault),
            in_chunks("POST", LINKS, BODY % number) + head("GET", LINKS, fault),
            head("POST", LINKS, fault, "Expect: 100-continue", "Content-Length: 100"),
        ]
    )


def misbehave(url: str, deadline: float, seed: int, failures: list[BaseException]) -> None:
    """Send requests, and hang up during the request or the response, with FIN or RST."""
    parts = urlsplit(url)
    number = seed * 1_000_000
    try:
        while time.monotonic() < deadline:
            number += 1
            connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
            with connection:
                data = random_request(number)
                end = random.choice([len(data), len(data), random.randrange(len(data))])
                try:
                    connection.sendall(data[:end])
                    connection.settimeout(random.choice([0.001, 0.02, 0.1, 0.4]))
                    connection.recv(random.choice([1, 100, 65536]))
                except OSError:
                    pass  # timed out, or the server hung up first
                if random.random() < 0.5:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    except BaseException as error:  # asserted in the main thread, where it fails the test
        failures.append(error)


def run_misbehaving_clients(server: Process, seconds: float) -> float:
    """Run many misbehaving clients at once; return how long the slowest ordinary request meanwhile took."""
    deadline = time.monotonic() + seconds
    failures: list[BaseException] = []
    threads = [
        threading.Thread(target=misbehave, args=(server.client.url, deadline, seed, failures))
        for seed in range(24)
    ]
    for thread in threads:
        thread.start()
    slowest = 0.0
    while time.monotonic() < deadline:
        sent = time.monotonic()
        assert server.client.get("/v1/IntegrationSystem/4").status_code == 200
        slowest = max(slowest, time.monotonic() - sent)
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert failures == []
    return slowest


@linux_only
def test_clients_that_disconnect_leave_no_threads_sockets_or_memory_behind(
    faulty_server: Process, how_much: Scale
) -> None:
    client, pid = faulty_server.client, faulty_server.process.pid
    idle_files = Usage.of(pid).files
    seconds = how_much(short=0.8, long=40)
    assert run_misbehaving_clients(faulty_server, seconds) < 5
    assert eventually(lambda: Usage.of(pid).files <= idle_files + 2, 20), "sockets stay open"
    client.delete("/__admin/requests").raise_for_status()
    before = Usage.of(pid)
    assert run_misbehaving_clients(faulty_server, seconds) < 5
    assert eventually(lambda: Usage.of(pid).files <= idle_files + 2, 20), "sockets stay open"
    client.delete("/__admin/requests").raise_for_status()
    after = Usage.of(pid)
    # Idle threads are kept, so the second run needs few new ones.
    assert after.threads <= before.threads + 16
    assert after.memory <= before.memory + 20 * 1024
    link = {**LINK, "external_id": "still working"}
    assert client.post(LINKS, json=link).status_code == 201


@linux_only
def test_hundreds_of_hung_and_slow_connections_close_when_their_clients_disconnect(
    faulty_server: Process,
) -> None:
    client, pid = faulty_server.client, faulty_server.process.pid
    idle_files = Usage.of(pid).files
    parts = urlsplit(client.url)
    for fault in (0, 5, 6):
        request = head("GET", f"{LINKS}?page_size=500", f"X-Fault: {fault} after_commit")
        connections = [socket.create_connection((parts.hostname, parts.port)) for _ in range(200)]
        for connection in connections:
            connection.sendall(request)
        assert client.get("/v1/IntegrationSystem/4").status_code == 200
        for connection in connections:
            connection.close()
    assert eventually(lambda: Usage.of(pid).files <= idle_files + 2, 20)
    assert client.get("/v1/IntegrationSystem/4").status_code == 200
