"""Responses as bytes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from email.utils import formatdate

from mockrevio import __version__

SERVER_NAME = f"mockrevio/{__version__}"


class _Date:
    """The Date header, formatted once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._text = ""

    def __call__(self) -> str:
        second = int(time.time())
        if second != self._second:
            self._second, self._text = second, formatdate(second, usegmt=True)
        return self._text


_date = _Date()


def encode_head(
    status: str, headers: Sequence[tuple[str, str]], size: int, *, version: str, keep_alive: bool
) -> bytes:
    """Status line and headers, with those that only the server can set."""
    lines = [f"HTTP/1.1 {status}"]
    has_length = has_date = has_server = False
    for name, value in headers:
        lines.append(f"{name}: {value}")
        lower = name.lower()
        if lower == "content-length":
            has_length = True
        elif lower == "date":
            has_date = True
        elif lower == "server":
            has_server = True
    if not has_length and not status.startswith(("204", "304")):
        lines.append(f"Content-Length: {size}")
    if not keep_alive:
        lines.append("Connection: close")
    elif version == "1.0":
        lines.append("Connection: Keep-Alive")
    if not has_date:
        lines.append(f"Date: {_date()}")
    if not has_server:
        lines.append(f"Server: {SERVER_NAME}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1")


def plain_response(status: str, message: str) -> bytes:
    """A response of the server's own, after which it closes the connection."""
    body = f"{message}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    return encode_head(status, headers, len(body), version="1.1", keep_alive=False) + body
