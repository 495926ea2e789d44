"""A service that answers as a test says, one response for each request, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """A response. `broken` closes the connection instead, after the request has been read."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    broken: bool = False


@dataclass
class Received:
    """A request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Scripted:
    """The service: its address, what it answers next, what it has received."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.received: list[Received] = []
        self.url = ""


@contextmanager
def scripted(*replies: Reply) -> Iterator[Scripted]:
    """Serve these replies in turn; the last one again and again."""
    service = Scripted()
    service.replies = list(replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): text for name, text in self.headers.items()}
            service.received.append(Received(self.command, self.path, headers, body))
            reply = service.replies.pop(0) if len(service.replies) > 1 else service.replies[0]
            if reply.broken:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            data = json.dumps(reply.body).encode() if reply.body is not None else b""
            self.send_response(reply.status)
            for name, text in reply.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 (http.server's names)

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

        def finish(self) -> None:
            if not self.connection._closed:
                super().finish()

    with listening(Handler) as service.url:
        yield service


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve with a handler on a free port; the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
