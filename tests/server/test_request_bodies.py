"""Request bodies as they come over a socket: in pieces, in chunks, too long, broken off."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from mockrevio.errors import ApiError
from mockrevio.server import Server
from mockrevio.server.limits import MAX_DRAIN
from mockrevio.server.request import ReceivedBody
from tests.contract.raw import Raw

LIMIT = 1000
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


class Echo:
    """Responds with the body that it received, of which it wants at most LIMIT bytes."""

    cooperative = True

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            body = environ["wsgi.input"].read()
        except ApiError as error:
            start_response("400 Bad Request", [])
            return [str(error.problems[0].explain).encode()]
        start_response("200 OK" if len(body) <= LIMIT else "413 Request Entity Too Large", [])
        return [body[:LIMIT]]

    def body_limit(self, path: str) -> int:
        """How many bytes of a body are wanted at this path."""
        del path
        return LIMIT


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = Server(Echo(), "127.0.0.1", 0)
    server.start()
    yield server.url
    server.stop()


def sized(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def chunked(*chunks: bytes, trailers: bytes = b"") -> bytes:
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return CHUNKED + pieces + b"0\r\n" + trailers + b"\r\n"


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("request_", [sized(b"0123456789"), chunked(b"012", b"3456789")])
def test_a_body_may_come_in_pieces_of_any_size_and_the_next_request_follows(
    url: str, request_: bytes, size: int
) -> None:
    both = request_ + sized(b"next")
    with Raw(url) as raw:
        for start in range(0, len(both), size):
            raw.send(both[start : start + size])
        assert [raw.read().body, raw.read().body] == [b"0123456789", b"next"]


def test_trailers_and_chunk_extensions_are_discarded(url: str) -> None:
    request = CHUNKED + b"3;a=b\r\nabc\r\n0\r\nA: 1\r\nB: 2\r\n\r\n"
    with Raw(url) as raw:
        raw.send(request + sized(b"next"))
        assert [raw.read().body, raw.read().body] == [b"abc", b"next"]


@pytest.mark.parametrize(
    "broken",
    [
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"x\r\n",
        b"-1\r\n",
        b"0x1\r\na\r\n",
        b"1_0\r\n",
        b"\r\n",
        b"f" * 17 + b"\r\n",
        b"3\nabc\r\n0\r\n\r\n",
        b"3\r\nabc\n0\r\n\r\n",
        b"3\r\nabc\r\n0\n\r\n",
        b"3\r\nabc\r\n0\r\n\n",
        b"3\r\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabc\r\r\n0\r\n\r\n",
        b"3\r\nabc\r\n0\r\r\n\r\n",
        b"3\r\nabc\r\n0\r\n\r\r\n",
        b"3\rabc\r\n0\r\n\r\n",
        b"3 \r\nabc\r\n0\r\n\r\n",
        b" 3\r\nabc\r\n0\r\n\r\n",
        b"3;a\nabc\r\n0\r\n\r\n",
        b"3;a\rb\r\nabc\r\n0\r\n\r\n",
        b"3;a\0b\r\nabc\r\n0\r\n\r\n",
        b"0\r\nno colon\r\n\r\n",
        b"0\r\nA: b\n\r\n",
        b"0\r\nA: b\r\r\n\r\n",
        b"0\r\nA: b\r\n folded\r\n\r\n",
        b"0\r\n A: b\r\n\r\n",
        b"0\r\nA : b\r\n\r\n",
        b"0\r\n: b\r\n\r\n",
        b"0\r\nA: \0\r\n\r\n",
        b"0\r\nContent-Length: 5\r\n\r\n",
        b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_broken_chunks_are_rejected_and_later_bytes_are_not_a_request(url: str, broken: bytes) -> None:
    with Raw(url) as raw:
        raw.send(CHUNKED + broken + sized(b"next"))
        assert raw.read().status == 400
        assert raw.is_closed()


@pytest.mark.parametrize("incomplete", [sized(b"abc" * 10)[:-5], CHUNKED, CHUNKED + b"3\r\nab"])
def test_a_request_whose_client_closes_in_the_middle_of_the_body_is_dropped(
    url: str, incomplete: bytes
) -> None:
    with Raw(url) as raw:
        raw.send(incomplete)
        raw.socket.shutdown(1)
        assert raw.is_closed()


@pytest.mark.parametrize("encode", [sized, chunked], ids=["sized", "chunked"])
def test_complete_requests_of_a_pipeline_that_ends_in_a_body_get_responses(
    url: str, encode: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mockrevio.server.limits.LINGER_TIMEOUT", 0.1)
    with Raw(url) as raw:
        raw.send(b"".join(encode(b"%d" % number) for number in range(5)) + sized(b"abc" * 10)[:-5])
        raw.socket.shutdown(1)
        assert [raw.read().body for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]
        assert raw.is_closed()
        time.sleep(0.5)  # beyond the timeout
    assert caplog.records == [], "asyncio logs what fails in its callbacks"


def test_a_body_from_a_client_that_stops_sending_is_an_error(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockrevio.server.limits.BODY_TIMEOUT", 0.3)
    with Raw(url) as raw:
        raw.send(sized(b"abc")[:-1])
        response = raw.read()
        assert (response.status, response.body) == (400, b"nothing came for too long")
        assert raw.is_closed()


@pytest.mark.parametrize("encode", [sized, chunked])
def test_of_a_body_above_the_limit_the_app_gets_one_byte_too_many_and_the_client_its_response(
    url: str, encode: Any
) -> None:
    with Raw(url) as raw:
        raw.send(encode(b"x" * (5 * 1024 * 1024)))
        assert raw.read().status == 413
        assert raw.is_closed()


def test_a_body_beyond_what_is_even_discarded_gets_its_response_before_it_is_sent(url: str) -> None:
    with Raw(url) as raw:
        raw.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (MAX_DRAIN + 1))
        started = time.monotonic()
        assert raw.read().status == 413
        assert time.monotonic() - started < 5


class Odd:
    """Responds with the status in the path, and a body whatever the status."""

    cooperative = True

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(f"{environ['PATH_INFO'][1:]} Odd", [])
        return [b"a body"]


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none_so_that_the_next_response_is_found(status: int) -> None:
    server = Server(Odd(), "127.0.0.1", 0)
    server.start()
    with Raw(server.url) as raw:
        response = raw.call(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % status)
        assert (response.status, response.body) == (status, b"")
        assert raw.call(b"GET /200 HTTP/1.1\r\nHost: x\r\n\r\n").body == b"a body"
    server.stop()


def test_an_app_that_does_not_handle_rejections_is_not_called_for_them(url: str) -> None:
    for method in ("GET", "HEAD"):
        with Raw(url) as raw:
            raw.send(method.encode() + b" http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n")
            response = raw.read(bodiless=method == "HEAD")
            assert (response.status, response.headers["content-type"]) == (400, "text/plain")
            assert (b"user name" in response.body) == (method == "GET")
            assert raw.is_closed()


def test_a_body_can_be_read_in_pieces_and_by_line() -> None:
    body = ReceivedBody(bytearray(b"one\ntwo\nthree"))
    assert (body.read(2), body.readline(), body.read(0)) == (b"on", b"e\n", b"")
    assert (body.readlines(), body.read(), body.read(5)) == ([b"two\n", b"three"], b"", b"")
    assert ReceivedBody(bytearray(b"all")).readall() == b"all"
