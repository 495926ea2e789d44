"""Responses that an app streams: how they are framed, what ends them, and clients that read slowly."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from mockrevio.cancellation import CancelScope
from mockrevio.scheduling import STREAM, STREAM_INTERVAL
from mockrevio.server import Server, limits
from tests.contract.raw import Raw, head
from tests.events import EVENTS
from tests.server.stopping import stop
from tests.support import Process, process, running


class Pieces:
    """A stream of prepared pieces; None ends it. Without one, it goes on."""

    def __init__(self, *pieces: bytes | None) -> None:
        self.pieces = deque(pieces)
        self.scope = CancelScope()
        self.taken = self.endings = 0
        self.idle = threading.Event()
        """Set once everything was taken."""

    def take(self) -> bytes | None:
        self.taken += 1
        if not self.pieces:
            self.idle.set()
        return self.pieces.popleft() if self.pieces else b""

    def ended(self) -> None:
        self.endings += 1


@pytest.fixture
def server() -> Iterator[Process]:
    with process("--ephemeral") as started:
        yield started


def app_of(stream: Any) -> Any:
    """An app that streams at `/`, and answers anything else at once."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        if environ["PATH_INFO"] == "/":
            environ[STREAM] = stream
            return []
        return [b"plain"]

    return app


def read_head(raw: Raw) -> str:
    """The head of a response, in lowercase."""
    lines = iter(raw._reader.readline, b"\r\n")
    return b"".join(lines).decode().lower()


def chunks(raw: Raw) -> Iterator[bytes]:
    """The chunks of a body, until the last one."""
    while size := int(raw._reader.readline(), 16):
        yield raw._reader.read(size + 2)[:-2]
    assert raw._reader.readline() == b"\r\n"


def test_pieces_are_chunks_and_the_connection_is_kept() -> None:
    stream = Pieces(b"one", b"", b"two", None)
    with running(app_of(stream)) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/"))
        started = read_head(raw)
        assert "transfer-encoding: chunked" in started
        assert "content-length" not in started
        assert [*chunks(raw)] == [b"one", b"two"]
        raw.send(head("GET", "/plain"))
        assert raw.read().body == b"plain"
    assert stream.taken == 4


def test_a_request_that_was_sent_meanwhile_gets_its_response_afterwards() -> None:
    with running(app_of(Pieces(b"one", None))) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/") + head("GET", "/plain"))
        read_head(raw)
        assert [*chunks(raw)] == [b"one"]
        assert raw.read().body == b"plain"


@pytest.mark.parametrize("header", ["", "Connection: keep-alive"])
def test_to_http_1_0_the_body_ends_with_the_connection(header: str) -> None:
    with running(app_of(Pieces(b"one", b"two", None))) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/", *filter(None, [header]), version="1.0"))
        started = read_head(raw)
        assert "connection: close" in started
        assert "transfer-encoding" not in started
        assert raw._reader.read() == b"onetwo"


def test_a_client_that_asks_for_it_gets_its_connection_closed() -> None:
    with running(app_of(Pieces(b"one", None))) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/", "Connection: close"))
        assert "connection: close" in read_head(raw)
        assert raw._reader.read() == b"3\r\none\r\n0\r\n\r\n"


def test_head_gets_the_head_alone() -> None:
    stream = Pieces(b"one")
    with running(app_of(stream)) as client, Raw(client.url) as raw:
        raw.send(head("HEAD", "/") + head("GET", "/plain"))
        assert "transfer-encoding: chunked" in read_head(raw)
        assert raw.read().body == b"plain"
    assert stream.taken == 0


def test_it_ends_when_its_scope_is_cancelled_and_does_not_begin_afterwards() -> None:
    stream = Pieces(b"one")
    with running(app_of(stream)) as client:
        for expected in ([b"one"], []):
            with Raw(client.url) as raw:
                raw.send(head("GET", "/"))
                read_head(raw)
                received = chunks(raw)
                if expected:
                    assert next(received) == b"one"
                    stream.scope.cancel()
                assert [*received] == []
                raw.send(head("GET", "/plain"))
                assert raw.read().body == b"plain"


@pytest.mark.parametrize("how", [socket.SHUT_WR, socket.SHUT_RDWR])
def test_a_client_that_leaves_or_only_stops_sending_ends_it(how: int) -> None:
    stream = Pieces(b"one")
    with running(app_of(stream)) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/"))
        read_head(raw)
        received = chunks(raw)
        assert next(received) == b"one"
        raw.socket.shutdown(how)
        if how == socket.SHUT_WR:
            assert [*received] == []
            assert raw._reader.read() == b""
        wait_for_no_stream(stream)


def wait_for_no_stream(stream: Pieces) -> None:
    """Wait until the server has left the stream's scope."""
    ended = threading.Event()
    for _ in range(1000):
        if not stream.scope._waiting:
            return
        ended.wait(0.01)
    pytest.fail("the stream goes on")


def wait_for_stall(stream: Pieces) -> None:
    """Wait until the server takes nothing more for a while."""
    taken = -1
    while taken != stream.taken:
        taken = stream.taken
        threading.Event().wait(4 * STREAM_INTERVAL)


def test_a_slow_client_is_not_sent_more_than_it_takes_and_loses_nothing() -> None:
    piece = bytes(1024 * 1024)
    stream = Pieces(*[piece] * 20, None)
    with running(app_of(stream)) as client, Raw(client.url) as raw:
        raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        raw.send(head("GET", "/"))
        read_head(raw)
        wait_for_stall(stream)
        assert stream.pieces
        assert sum(map(len, chunks(raw))) == 20 * len(piece)


def test_a_client_that_reads_nothing_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRITE_TIMEOUT", 1.0)
    stream = Pieces(*[bytes(1024 * 1024)] * 40)
    with running(app_of(stream)) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/"))
        wait_for_no_stream(stream)
        assert stream.pieces


def test_a_slow_client_that_catches_up_and_leaves_is_noticed() -> None:
    stream = Pieces(*[bytes(1024 * 1024)] * 20)
    with running(app_of(stream)) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/"))
        read_head(raw)
        wait_for_stall(stream)
        assert stream.pieces
        received = chunks(raw)
        for _ in range(20):
            next(received)
        assert stream.idle.wait(10)
        raw.socket.shutdown(socket.SHUT_WR)
        assert [*received] == []


def test_an_app_that_fails_breaks_the_response(capfd: pytest.CaptureFixture[str]) -> None:
    class Failing(Pieces):
        def take(self) -> bytes | None:
            if not self.pieces:
                raise ValueError("no more pieces")
            return super().take()

    stream = Failing(b"one")
    with running(app_of(stream)) as client, Raw(client.url) as raw:
        raw.send(head("GET", "/"))
        read_head(raw)
        assert raw._reader.readline() == b"3\r\n"
        assert raw._reader.read() == b"one\r\n"
        wait_for_no_stream(stream)
    assert "no more pieces" in capfd.readouterr().err


def test_the_idle_timeout_does_not_end_it() -> None:
    stream = Pieces(b"one")
    server = Server(app_of(stream), "127.0.0.1", 0, idle_timeout=0.3)
    server.start()
    with Raw(server.url) as raw, Raw(server.url) as idle:
        raw.send(head("GET", "/"))
        read_head(raw)
        received = chunks(raw)
        assert next(received) == b"one"
        assert idle._reader.read() == b""  # the server has closed this one
        stream.pieces.append(b"two")
        assert next(received) == b"two"
    server.stop()


def test_the_server_stops_with_open_streams(server: Process) -> None:
    """Promptly, with streams that nobody reads among them, and each of the others ends in good order."""
    readers = [Raw(server.client.url) for _ in range(50)]
    for number, raw in enumerate(readers):
        raw.send(head("GET", EVENTS, version="1.0" if number % 2 else "1.1"))
    for raw in readers[:40]:
        read_head(raw)
    stop(server)
    for number, raw in enumerate(readers[:40]):
        rest = raw._reader.read()
        assert b"event: hello" in rest
        assert number % 2 or rest.endswith(b"\r\n0\r\n\r\n")
    for raw in readers:
        raw.__exit__(None, None, None)
