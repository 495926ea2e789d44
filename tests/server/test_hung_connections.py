"""The keeper holds connections up to a limit, in one thread that ends when it has nothing to hold."""

from __future__ import annotations

import socket
import time

from mockrevio.server.hung_connections import HungConnections


class Connection:
    """What the keeper knows of a connection: a real socket, and a way to close it."""

    def __init__(self) -> None:
        self.socket, self.client = socket.socketpair()
        self.held = False

    def let_go(self) -> None:
        self.socket.close()


def test_beyond_its_limit_a_new_connection_takes_the_place_of_the_oldest() -> None:
    keeper = HungConnections(most=2)
    connections = [Connection() for _ in range(3)]
    for connection in connections:
        keeper.hold(connection)

    assert keeper.count == 2
    assert connections[0].client.recv(1) == b""
    keeper.close()
    assert [connection.client.recv(1) for connection in connections[1:]] == [b"", b""]
    for connection in connections:
        connection.client.close()


def test_its_thread_ends_with_the_last_connection_and_starts_again_with_the_next() -> None:
    keeper = HungConnections()
    for _ in range(2):
        connection = Connection()
        keeper.hold(connection)
        connection.client.close()
        end = time.monotonic() + 10
        while keeper.count or keeper.running:
            assert time.monotonic() < end
            time.sleep(0.01)
    keeper.close()
