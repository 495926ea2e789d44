"""Decodes bodies with a Content-Encoding, within a limit that counts decoded bytes."""

from __future__ import annotations

import io
import zlib
from typing import Protocol

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour

ACCEPTED_CODINGS = "gzip, deflate"
"""The codings, as the header Accept-Encoding of a 415 lists them."""

MAX_CODINGS = 5
"""Of one body, one around the other."""

MAX_MEMBERS = 10_000
"""Of a gzip file: each takes some time, even if it is empty."""

_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS


class UnsupportedCoding(ApiError):
    """A body has a coding that is not `ACCEPTED_CODINGS`."""


class ReadableStream(Protocol):
    """The body of a request, as the server provides it."""

    def read(self, size: int, /) -> bytes:
        """Read `size` bytes; fewer only at the end."""


def read_decoded(stream: ReadableStream, content_encoding: str, limit: int) -> bytes:
    """Read a body and decode it, up to one byte more than `limit`, encoded or decoded.

    A: Rev.io decodes gzip and deflate. Raises UnsupportedCoding, or ApiError with `malformed_body` for
    damaged data. Nothing is decoded beyond the limit, so a small body cannot take much memory or time.
    """
    data = stream.read(limit + 1)
    if not content_encoding:
        return data
    codings = [coding for each in content_encoding.split(",") if (coding := each.strip().lower())]
    if not codings or not data:
        return data
    record_behaviour("body.encoding")
    _check_codings(codings)
    for coding in reversed(codings):
        if len(data) > limit:
            return data
        if coding in ("gzip", "x-gzip"):
            data = _decode(data, coding, limit, _GZIP)
        elif coding == "deflate":
            data = _decode(data, coding, limit, zlib.MAX_WBITS if _has_zlib_header(data) else _RAW)
    return data


def _check_codings(codings: list[str]) -> None:
    if len(codings) > MAX_CODINGS:
        raise _unsupported_error(f"More than {MAX_CODINGS} content encodings are not supported.")
    for coding in codings:
        if coding not in ("gzip", "x-gzip", "deflate", "identity"):
            raise _unsupported_error(f"The content encoding '{coding}' is not supported.")


def _unsupported_error(message: str) -> UnsupportedCoding:
    explain = "send the body uncompressed, or with the Content-Encoding gzip or deflate"
    return UnsupportedCoding(Problem("unsupported_media_type", message, explain=explain))


def _has_zlib_header(data: bytes) -> bool:
    """Whether `deflate` means what RFC 9110 says: some clients omit the header of the format zlib."""
    return data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2]) % 31 == 0


def _decode(data: bytes, coding: str, limit: int, window: int) -> bytes:
    decoded, size = io.BytesIO(), 0
    decoder = zlib.decompressobj(window)
    members, position = 1, 0
    try:
        while position < len(data):
            if decoder.eof:  # of a gzip file, another one may follow
                members += 1
                if window != _GZIP or members > MAX_MEMBERS:
                    raise _damaged_error(coding, "more data follows its end")
                decoder = zlib.decompressobj(window)
            piece = data[position : position + _PIECE]
            size += decoded.write(decoder.decompress(piece, limit + 1 - size))
            if size > limit:
                return decoded.getvalue()
            position += len(piece) - len(decoder.unused_data)
    except zlib.error as error:
        raise _damaged_error(coding, str(error)) from None
    if not decoder.eof:
        raise _damaged_error(coding, "it ends early")
    return decoded.getvalue()


def _damaged_error(coding: str, reason: str) -> ApiError:
    explain = f"the Content-Encoding is {coding}, but decoding failed: {reason}"
    return ApiError(Problem("malformed_body", f"The body is not valid {coding} data.", explain=explain))
