"""What the bad-input tests share: sending raw bytes, and checking that the server still responds."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

from tests.contract.raw import head
from tests.support import Client
from tests.torture.common import LINKS

MAX_RESPONSE_SECONDS = 5.0
"""How long an ordinary request may take during bad input. Generous, since test machines are busy."""

OPEN_HEAD = head("POST", LINKS)[:-2]
"""A request head without the empty line that ends it."""


def statuses(url: str, data: bytes, seconds: float = 8) -> list[int]:
    """Send these bytes and nothing more; return the status of each response.

    Fails the test if the server neither responds nor closes the connection in time.
    """
    parts = urlsplit(url)
    received = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=seconds) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                received += piece
        except TimeoutError:
            raise AssertionError(f"the server neither responds nor closes: {data[:500]!r}") from None
        except OSError:
            pass  # the server has closed the connection early
    lines = [b"HTTP/1.1 " + line for line in (b"\n" + received).split(b"\nHTTP/1.1 ")[1:]]
    return [int(line[9:12]) for line in lines]


def responds_promptly(client: Client) -> bool:
    """Whether an ordinary request gets a prompt response."""
    started = time.monotonic()
    succeeded = client.get("/v1/IntegrationSystem/4").status_code == 200
    return succeeded and time.monotonic() - started < MAX_RESPONSE_SECONDS
