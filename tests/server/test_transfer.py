"""Taking bodies off a connection."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio.errors import ApiError
from mockrevio.server.transfer import LARGEST_DRAIN, Body, ChunkedBody, SizedBody

NEXT = b"GET /next"


def in_chunks(*chunks: bytes, trailers: bytes = b"") -> bytes:
    return (
        b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in chunks if each)
        + b"0\r\n"
        + trailers
        + b"\r\n"
    )


def both(data: bytes) -> list[tuple[io.BytesIO, Body]]:
    """The same body with a known length and in chunks, each followed by the next request."""
    sized, chunked = io.BytesIO(data + NEXT), io.BytesIO(in_chunks(data[:3], data[3:]) + NEXT)
    return [(sized, SizedBody(sized, len(data))), (chunked, ChunkedBody(chunked))]


@given(st.binary(max_size=50), st.lists(st.integers(0, 20), max_size=8))
def test_a_body_is_read_whole_in_whatever_pieces_and_never_beyond_its_end(
    data: bytes, sizes: list[int]
) -> None:
    for source, body in both(data):
        read = b"".join(body.read(size) for size in sizes) + body.read()
        assert read == data
        assert body.read() == b""
        assert body.read(5) == b""
        assert body.drain()
        assert source.read() == NEXT


def test_a_read_gives_as_much_as_was_asked_for() -> None:
    for _, body in both(b"0123456789"):
        assert [body.read(size) for size in (0, 4, 4, 4)] == [b"", b"0123", b"4567", b"89"]
    for _, body in both(b"0123456789"):
        assert body.read(-1) == b"0123456789"


@pytest.mark.parametrize("read", [0, 1, 5])
def test_what_nobody_read_is_drained_to_the_end_of_the_body(read: int) -> None:
    for source, body in both(b"0123456789"):
        body.read(read)
        assert body.drain()
        assert source.read() == NEXT


def test_trailers_and_extensions_are_read_and_forgotten() -> None:
    source = io.BytesIO(b"3 ; a=b\r\nabc\r\n" + in_chunks(trailers=b"A: 1\r\nB: 2\r\n") + NEXT)
    assert ChunkedBody(source).read() == b"abc"
    assert source.read() == NEXT


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"3",
        b"3\r\nab",
        b"3\r\nabc",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"x\r\n",
        b"-1\r\n",
        b"0x1\r\na\r\n",
        b"1_0\r\n",
        b"\r\n",
        b"0\r\n",
        b"0\r\nA: 1",
        b"f" * 16 + b"\r\n",
        b"0\r\n" + b"A: 1\r\n" * 1000,
        b"1" * 10_000,
    ],
)
def test_broken_chunks_are_refused_for_good(data: bytes) -> None:
    body = ChunkedBody(io.BytesIO(data))
    with pytest.raises(ApiError) as caught:
        body.read()
    assert caught.value.problems[0].code == "malformed_body"
    assert caught.value.problems[0].explain
    assert not body.drain()


def test_a_body_shorter_than_its_length_is_refused_for_good() -> None:
    body = SizedBody(io.BytesIO(b"abc"), 5)
    with pytest.raises(ApiError):
        body.read()
    assert not body.drain()
    assert not SizedBody(io.BytesIO(b"abc"), 5).drain()


class Silent(io.BytesIO):
    """A client that says nothing more."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise TimeoutError(size)

    readline = read


@pytest.mark.parametrize("body", [SizedBody(Silent(), 5), ChunkedBody(Silent())])
def test_a_client_that_falls_silent_breaks_its_body(body: Body) -> None:
    with pytest.raises(ApiError):
        body.read()
    assert not body.drain()


class Endless:
    """A client that sends for ever; counts what it was asked for."""

    def __init__(self) -> None:
        self.sent = 0
        self.largest = 0

    def read(self, size: int, /) -> bytes:
        self.sent += size
        self.largest = max(self.largest, size)
        return b" " * size

    def readline(self, size: int, /) -> bytes:
        return b"fffffffff\r\n"[:size]


def test_draining_ends_at_its_limit_and_holds_little_at_once() -> None:
    source = Endless()
    assert not ChunkedBody(source).drain()
    assert LARGEST_DRAIN < source.sent < LARGEST_DRAIN * 1.1
    assert source.largest <= 65536


def test_a_length_beyond_the_limit_is_not_drained_at_all() -> None:
    source = Endless()
    assert not SizedBody(source, LARGEST_DRAIN + 1).drain()
    assert source.sent == 0
    assert SizedBody(source, LARGEST_DRAIN).drain()
