"""Clients that hang up at any moment of slow, dripping, hung and faulted calls cost the server nothing."""

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
from tests.torture.common import LINKS, HowMuch, Usage, eventually, linux_only, server

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
def started() -> Iterator[Process]:
    """A server with a fault of each kind, picked by a header."""
    with server("--ephemeral") as running:
        running.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        for number, effect in enumerate(FAULTS):
            for phase in ("before_commit", "after_commit"):
                rule = {
                    "match": {"headers": {"X-Kind": f"{number} {phase}"}},
                    "phase": phase,
                    "effect": effect,
                }
                running.client.post("/__admin/faults", json=rule).raise_for_status()
        yield running
        assert running.stop() == 0
        assert running.errors == []


def call(number: int) -> bytes:
    """A call of some kind, under some fault or none."""
    kind = f"X-Kind: {random.randrange(len(FAULTS) + 2)} {random.choice(['before', 'after'])}_commit"
    return random.choice(
        [
            head("GET", f"{LINKS}?page_size=500", kind),
            with_length("POST", LINKS, BODY % number, kind),
            with_length("PUT", f"{LINKS}/1", BODY % number, kind),
            with_length("POST", "/v1/Nowhere", b"x" * 200_000, kind),
            in_chunks("POST", LINKS, BODY % number) + head("GET", LINKS, kind),
            head("POST", LINKS, kind, "Expect: 100-continue", "Content-Length: 100"),
        ]
    )


def misbehave(url: str, until: float, seed: int, trouble: list[BaseException]) -> None:
    """Call, and hang up at some moment: amid the call, amid the answer, with FIN or with RST."""
    parts = urlsplit(url)
    number = seed * 1_000_000
    try:
        while time.monotonic() < until:
            number += 1
            connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
            with connection:
                data = call(number)
                end = random.choice([len(data), len(data), random.randrange(len(data))])
                try:
                    connection.sendall(data[:end])
                    connection.settimeout(random.choice([0.001, 0.02, 0.1, 0.4]))
                    connection.recv(random.choice([1, 100, 65536]))
                except OSError:
                    pass  # whoever hangs up on whom
                if random.random() < 0.5:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    except BaseException as error:  # reported by the thread that can fail the test
        trouble.append(error)


def storm(started: Process, seconds: float) -> float:
    """Many misbehaving clients at once; how long the slowest ordinary call beside them took."""
    until = time.monotonic() + seconds
    trouble: list[BaseException] = []
    threads = [
        threading.Thread(target=misbehave, args=(started.client.url, until, seed, trouble))
        for seed in range(24)
    ]
    for thread in threads:
        thread.start()
    slowest = 0.0
    while time.monotonic() < until:
        began = time.monotonic()
        assert started.client.get("/v1/IntegrationSystem/4").status_code == 200
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert trouble == []
    return slowest


@linux_only
def test_threads_sockets_and_memory_come_back_to_where_they_were(started: Process, how_much: HowMuch) -> None:
    pid = started.process.pid
    quiet = Usage.of(pid).files
    seconds = how_much(short=0.8, long=40)
    assert storm(started, seconds) < 5
    assert eventually(lambda: Usage.of(pid).files <= quiet + 2, 20), "sockets stay open"
    started.client.delete("/__admin/requests").raise_for_status()
    before = Usage.of(pid)
    assert storm(started, seconds) < 5
    assert eventually(lambda: Usage.of(pid).files <= quiet + 2, 20), "sockets stay open"
    started.client.delete("/__admin/requests").raise_for_status()
    after = Usage.of(pid)
    # Threads that are idle are kept for the next call; a second storm finds them there.
    assert after.threads <= before.threads + 16
    assert after.memory <= before.memory + 20 * 1024
    whole = {**LINK, "external_id": "all is well"}
    assert started.client.post(LINKS, json=whole).status_code == 201


@linux_only
def test_hundreds_of_hung_and_slow_calls_are_let_go_when_their_clients_are_gone(started: Process) -> None:
    pid = started.process.pid
    quiet = Usage.of(pid).files
    parts = urlsplit(started.client.url)
    for kind in (0, 5, 6):
        calls = head("GET", f"{LINKS}?page_size=500", f"X-Kind: {kind} after_commit")
        connections = [socket.create_connection((parts.hostname, parts.port)) for _ in range(200)]
        for connection in connections:
            connection.sendall(calls)
        assert started.client.get("/v1/IntegrationSystem/4").status_code == 200
        for connection in connections:
            connection.close()
    assert eventually(lambda: Usage.of(pid).files <= quiet + 2, 20)
    assert started.client.get("/v1/IntegrationSystem/4").status_code == 200
