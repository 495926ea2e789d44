"""Responses as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from mockrevio import __version__
from mockrevio.control.clock import Clock

SERVER_NAME = f"mockrevio/{__version__}"

_CLOCK = Clock()
"""Real time, for responses without a Date header."""

_SERVER = f"Server: {SERVER_NAME}\r\n"


def encode_head(
    status: str, headers: Sequence[tuple[str, str]], size: int | None, *, version: str, keep_alive: bool
) -> bytes:
    """Status line and headers, with those that only the server can set. The size of the body may be unknown
    if the response has none, as that to a HEAD."""
    head = f"HTTP/1.1 {status}\r\n" + "".join([f"{name}: {value}\r\n" for name, value in headers])
    present = head.lower()
    if size is not None and "\ncontent-length:" not in present and not status.startswith(("204", "304")):
        head += f"Content-Length: {size}\r\n"
    if not keep_alive:
        head += "Connection: close\r\n"
    elif version == "1.0":
        head += "Connection: Keep-Alive\r\n"
    if "\ndate:" not in present:
        head += f"Date: {_CLOCK.http_date()}\r\n"
    if "\nserver:" not in present:
        head += _SERVER
    return f"{head}\r\n".encode("latin-1")


def encode_chunk(data: bytes) -> bytes:
    """A piece of a body that is sent with `Transfer-Encoding: chunked`; an empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def plain_response(
    status: int, message: str, content: tuple[str, bytes] | None = None, *, is_head: bool = False
) -> bytes:
    """A response of the server's own, after which it closes the connection.

    `content` is a content type and a body that say the same as the message; by default, it is plain text.
    """
    kind, body = content or ("text/plain", f"{message}\n".encode())
    headers = [("Content-Type", kind)]
    line = f"{status} {HTTPStatus(status).phrase}"
    head = encode_head(line, headers, len(body), version="1.1", keep_alive=False)
    return head if is_head else head + body
