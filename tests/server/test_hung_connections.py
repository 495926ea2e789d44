"""Hung connections: their limit, and the thread that watches them."""

from __future__ import annotations

import socket
import time

from mockrevio.server.hung_connections import HungConnections


class Connection:
    """The part of a server connection that HungConnections uses: a real socket, and a way to close it."""

    def __init__(self) -> None:
        self.socket, self.client = socket.socketpair()
        self.held = False

    def let_go(self) -> None:
        self.socket.close()


def test_one_connection_beyond_the_limit_closes_the_oldest() -> None:
    hung_connections = HungConnections(most=2)
    connections = [Connection() for _ in range(3)]
    for connection in connections:
        hung_connections.hold(connection)

    assert hung_connections.count == 2
    assert connections[0].client.recv(1) == b""
    hung_connections.close()
    assert [connection.client.recv(1) for connection in connections[1:]] == [b"", b""]
    for connection in connections:
        connection.client.close()


def test_the_thread_ends_with_the_last_connection_and_restarts_with_the_next() -> None:
    hung_connections = HungConnections()
    for _ in range(2):
        connection = Connection()
        hung_connections.hold(connection)
        connection.client.close()
        deadline = time.monotonic() + 10
        while hung_connections.count or hung_connections.running:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    hung_connections.close()
