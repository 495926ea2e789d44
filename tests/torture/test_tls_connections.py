"""Attacks on a server that speaks TLS: broken handshakes and records, other versions, clients that stop."""

from __future__ import annotations

import os
import random
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.contract.raw import head
from tests.support import Client, Process
from tests.torture.common import Scale, Usage, eventually, linux_only, server

GET = head("GET", "/v1/SystemStatus")


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server with TLS that is alive at the end, and has reported nothing but the authority that it made."""
    authority = tmp_path_factory.mktemp("tls") / "ca.pem"
    with server("--ephemeral", "--tls", "auto", "--tls-ca-out", str(authority)) as running:
        running.client.verify = str(authority)
        assert responds(running.client)
        yield running
        assert responds(running.client)
        assert running.process.poll() is None
        assert running.stop() == 0
        assert running.errors == []


def responds(client: Client) -> bool:
    return client.get("/v1/SystemStatus").status_code == 200


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=15)


def client_hello() -> bytes:
    """What a client sends first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def mutated(data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 5)):
        at = random.randrange(len(changed))
        changed[at : at + random.choice([0, 1, 1, 4])] = os.urandom(random.choice([0, 1, 1, 4]))
        if not changed:
            return data
    return bytes(changed)


def is_ended(connection: socket.socket) -> bool:
    """Whether the server closes the connection, whatever it says before; a client that waits would hang."""
    connection.shutdown(socket.SHUT_WR)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


def test_broken_handshakes_are_ended(secure: Process, how_much: Scale) -> None:
    hello = client_hello()
    for _ in range(how_much(short=150, long=20_000)):
        data = random.choice([mutated(hello), hello[: random.randrange(len(hello))], os.urandom(60), hello])
        with connect(secure.client.url) as connection, suppress(ConnectionError):
            connection.sendall(data)
            assert is_ended(connection), data
    assert responds(secure.client)


def test_broken_records_after_the_handshake_are_ended(secure: Process, how_much: Scale) -> None:
    """The request before them is answered at most once, and never one that was not sent."""
    context = ssl.create_default_context(cafile=str(secure.client.verify))
    for _ in range(how_much(short=50, long=5000)):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        secured = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with connect(secure.client.url) as connection, suppress(ConnectionError):
            while True:
                try:
                    secured.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(65536))
            secured.write(GET)
            record = outgoing.read()
            connection.sendall(
                random.choice([mutated(record), record[:-1], record + os.urandom(40), record * 2])
            )
            assert is_ended(connection)
    assert responds(secure.client)


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_versions_that_are_no_longer_secure_are_refused(secure: Process, version: str) -> None:
    context = ssl.create_default_context(cafile=str(secure.client.verify))
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with connect(secure.client.url) as connection, pytest.raises(OSError, match=r"(?i)ssl|version|protocol"):
        context.wrap_socket(connection, server_hostname="localhost")


@linux_only
def test_clients_that_stop_in_a_handshake_leave_nothing_behind(secure: Process, how_much: Scale) -> None:
    hello, pid = client_hello(), secure.process.pid
    before = Usage.settled(pid)
    for _ in range(how_much(short=1, long=20)):
        with ExitStack() as stack:
            for number in range(100):
                connection = stack.enter_context(connect(secure.client.url))
                connection.sendall(hello[: random.randrange(len(hello))] if number % 2 else hello)
            assert responds(secure.client)
    assert eventually(lambda: Usage.of(pid).files <= before.files + 1, 20)
    assert Usage.of(pid).memory <= before.memory + 20 * 1024


def test_the_files_of_the_authority_hold_no_key(secure: Process) -> None:
    assert "PRIVATE" not in Path(str(secure.client.verify)).read_text()
