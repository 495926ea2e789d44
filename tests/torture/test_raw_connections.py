"""Attacks on the framing of requests, over raw connections: the app sees what an exact reading of the bytes
says, and the client gets one answer for each request."""

from __future__ import annotations

import json
import random
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.support import ROOT, Process
from tests.torture.common import Scale
from tests.torture.reference_parser import Seen, read

HOST = b"Host: localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
MARKER = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
"""What an attacker would like the server to see, or not to see."""

PIECES = [
    *(b"\r\n", b"\n", b"\r", b"\0", b"\t", b" ", b":", b";", b",", b"0", b"1", b"a", b"+", b"-", b"\x80"),
    *(b"Content-Length: 0\r\n", b"Content-Length: 5\r\n", b"Content-Length: 35\r\n", CHUNKED),
    *(b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding: \x0bchunked\r\n"),
    *(b"Transfer-Encoding : chunked\r\n", b"Transfer-Encoding:\r\n chunked\r\n"),
    *(b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Connection: upgrade\r\nUpgrade: h2c\r\n"),
    *(b"Expect: 100-continue\r\n", b"Expect: more\r\n", HOST, b"Host: a/b\r\n", b"X: y\r\n", b" folded\r\n"),
    *(b"0\r\n\r\n", b"5\r\nabcde\r\n", b"3;a=b\r\nabc\r\n", b"0\r\nA: b\r\n\r\n", MARKER, b"abcde"),
    *(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b" HTTP/1.+1\r\n", b" HTTP/2.0\r\n", b"GET /x", b"BREW /x"),
]  # fmt: skip


def valid_request() -> bytes:
    """A request of one of the forms that clients send."""
    method = random.choice([b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS"])
    version = random.choice([b"1.1"] * 5 + [b"1.0"])
    start = b"%b /%d?q=%d HTTP/%b\r\n" % (method, random.randrange(99), random.randrange(99), version)
    fields = [HOST, *random.sample([b"X: y\r\n", b"Accept: */*\r\n", b"A-B:c \r\n"], random.randrange(3))]
    body = random.choice([b"", b"abcde", MARKER, b'{"a": 1}\r\n', b"0\r\n\r\n"])
    framing = random.choice(["none", "length", "chunks"])
    if framing == "length":
        fields.append(b"Content-Length: %d\r\n" % len(body))
    elif framing == "chunks":
        fields.append(CHUNKED)
        cut = random.randrange(len(body) + 1)
        chunks = (b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (body[:cut], body[cut:]) if chunk)
        body = b"".join(chunks) + b"0\r\n" + random.choice([b"", b"", b"T: u\r\n"]) + b"\r\n"
    else:
        body = b""
    random.shuffle(fields)
    return start + b"".join(fields) + b"\r\n" + body


def attack() -> bytes:
    """Some valid requests, most of them with pieces that were inserted, replaced, removed or repeated."""
    stream = bytearray(b"".join(valid_request() for _ in range(random.randint(1, 3))))
    for _ in range(random.choice([0, 1, 1, 1, 2, 3])):
        at = random.choice([random.randrange(len(stream)), *_line_starts(stream)])
        kind = random.randrange(4)
        if kind == 0:
            stream[at : at + random.choice([0, 0, 1, 2])] = random.choice(PIECES)
        elif kind == 1:
            stream[at : at + 1] = bytes((random.randrange(256),))
        elif kind == 2:
            del stream[at : at + random.choice([1, 1, 2, 10])]
        else:
            end = stream.find(b"\n", at) + 1
            stream[at:at] = stream[at:end]
        if not stream:
            return MARKER
    return bytes(stream)


def _line_starts(stream: bytearray) -> list[int]:
    return [at + 1 for at in range(len(stream) - 1) if stream[at] == 10][:20]


def send(url: str, data: bytes) -> bytes:
    """Send these bytes, sometimes in two pieces; return everything that comes back."""
    parts = urlsplit(url)
    received = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=15) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            # What a client sends after a request that says it is the last may reset the connection.
            may_close = re.search(rb"close|HTTP/1\.0", data, re.IGNORECASE)
            cut = 0 if may_close else random.choice([0, 0, random.randrange(len(data))])
            for piece in (data[:cut], data[cut:]):
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                received += piece
        except TimeoutError:
            raise AssertionError(f"the server neither answers nor closes: {data!r}") from None
        except ConnectionError:
            pass  # it closed while more was being sent
    return received


def answers(received: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer; interim ones are none."""
    found = []
    while received:
        head, end, rest = received.partition(b"\r\n\r\n")
        assert end, received
        assert head.startswith(b"HTTP/1.1 "), received
        status = int(head[9:12])
        if status == 100:
            received = rest
            continue
        (length,) = [
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ]
        assert len(rest) >= length, received
        found.append((status, rest[:length]))
        received = rest[length:]
    return found


@contextmanager
def echo() -> Iterator[Process]:
    class Program(Process):
        program = (sys.executable, "-m", "tests.torture.echo")

    server = Program(cwd=ROOT)
    try:
        yield server
    finally:
        server.kill()


def check(url: str, data: bytes, calls: int) -> int:
    """Send these bytes. The app has had so many calls before; return how many it has had afterwards."""
    expected = read(data)
    received = answers(send(url, data))
    seen = [json.loads(body) for _, body in received if body.startswith(b"[")]
    assert [number for number, *_ in seen] == list(range(calls + 1, calls + 1 + len(seen))), (data, seen)
    complete = [Seen(*what) for _, *what in seen if what[-1] is not None]
    rejections = [status for status, _ in received[len(complete) :]]
    if len(complete) == expected.rejectable and rejections:
        assert len(rejections) == 1, (data, received)
    else:
        assert len(rejections) in {"all": (0,), "rejected": (1,), "incomplete": (0, 1)}[expected.end], (
            data,
            received,
            expected,
        )
        assert len(complete) == len(expected.requests), (data, received, expected)
    assert complete == expected.requests[: len(complete)], (data, received, expected)
    assert all(400 <= status < 600 and status != 500 for status in rejections), (data, received)
    return calls + len(seen)


@pytest.mark.parametrize("part", range(2))
def test_the_app_sees_the_requests_that_a_strict_parser_finds(part: int, how_much: Scale) -> None:
    del part  # they run in parallel
    seed = random.randrange(1 << 32)
    random.seed(seed)
    with echo() as server:
        calls = 0
        for _ in range(how_much(short=700, long=175_000)):
            calls = check(server.client.url, attack(), calls)
        assert calls > how_much(short=300, long=80_000), "most attacks begin with valid requests"
        server.kill()
        assert server.errors == [], seed
