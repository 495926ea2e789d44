"""Reading request bodies from a connection."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio.errors import ApiError
from mockrevio.server.transfer import LARGEST_DRAIN, Body, ChunkedBody, SizedBody

NEXT_REQUEST = b"GET /next"


def in_chunks(*chunks: bytes, trailers: bytes = b"") -> bytes:
    return (
        b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks if chunk)
        + b"0\r\n"
        + trailers
        + b"\r\n"
    )


def both_encodings(data: bytes) -> list[tuple[io.BytesIO, Body]]:
    """The same body with a Content-Length and in chunks, followed by the next request; with its source."""
    sized, chunked = io.BytesIO(data + NEXT_REQUEST), io.BytesIO(in_chunks(data[:3], data[3:]) + NEXT_REQUEST)
    return [(sized, SizedBody(sized, len(data))), (chunked, ChunkedBody(chunked))]


@given(st.binary(max_size=50), st.lists(st.integers(0, 20), max_size=8))
def test_a_body_can_be_read_in_any_pieces_and_never_beyond_its_end(data: bytes, sizes: list[int]) -> None:
    for source, body in both_encodings(data):
        received = b"".join(body.read(size) for size in sizes) + body.read()
        assert received == data
        assert body.read() == b""
        assert body.read(5) == b""
        assert body.drain()
        assert source.read() == NEXT_REQUEST


def test_read_returns_the_requested_number_of_bytes() -> None:
    for _, body in both_encodings(b"0123456789"):
        assert [body.read(size) for size in (0, 4, 4, 4)] == [b"", b"0123", b"4567", b"89"]
    for _, body in both_encodings(b"0123456789"):
        assert body.read(-1) == b"0123456789"


@pytest.mark.parametrize("size", [0, 1, 5])
def test_draining_discards_the_unread_part_of_the_body(size: int) -> None:
    for source, body in both_encodings(b"0123456789"):
        body.read(size)
        assert body.drain()
        assert source.read() == NEXT_REQUEST


def test_trailers_and_chunk_extensions_are_discarded() -> None:
    source = io.BytesIO(b"3 ; a=b\r\nabc\r\n" + in_chunks(trailers=b"A: 1\r\nB: 2\r\n") + NEXT_REQUEST)
    assert ChunkedBody(source).read() == b"abc"
    assert source.read() == NEXT_REQUEST


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
def test_broken_chunks_raise_an_error_and_cannot_be_drained(data: bytes) -> None:
    body = ChunkedBody(io.BytesIO(data))
    with pytest.raises(ApiError) as caught:
        body.read()
    assert caught.value.problems[0].code == "malformed_body"
    assert caught.value.problems[0].explain
    assert not body.drain()


def test_a_body_shorter_than_its_length_raises_an_error_and_cannot_be_drained() -> None:
    body = SizedBody(io.BytesIO(b"abc"), 5)
    with pytest.raises(ApiError):
        body.read()
    assert not body.drain()
    assert not SizedBody(io.BytesIO(b"abc"), 5).drain()


class SilentClient(io.BytesIO):
    """A client that sends nothing more."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise TimeoutError(size)

    readline = read


@pytest.mark.parametrize("body", [SizedBody(SilentClient(), 5), ChunkedBody(SilentClient())])
def test_a_body_from_a_client_that_stops_sending_raises_an_error(body: Body) -> None:
    with pytest.raises(ApiError):
        body.read()
    assert not body.drain()


class EndlessClient:
    """A client that never stops sending; counts the requested bytes."""

    def __init__(self) -> None:
        self.sent = 0
        self.largest = 0

    def read(self, size: int, /) -> bytes:
        self.sent += size
        self.largest = max(self.largest, size)
        return b" " * size

    def readline(self, size: int, /) -> bytes:
        return b"fffffffff\r\n"[:size]


def test_draining_stops_at_its_limit_and_reads_in_small_pieces() -> None:
    source = EndlessClient()
    assert not ChunkedBody(source).drain()
    assert LARGEST_DRAIN < source.sent < LARGEST_DRAIN * 1.1
    assert source.largest <= 65536


def test_a_body_longer_than_the_limit_is_not_drained_at_all() -> None:
    source = EndlessClient()
    assert not SizedBody(source, LARGEST_DRAIN + 1).drain()
    assert source.sent == 0
    assert SizedBody(source, LARGEST_DRAIN).drain()
