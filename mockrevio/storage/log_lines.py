"""The lines of the write-ahead log, as bytes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from mockrevio.fairness import encode, join

_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def encode_change(change: Sequence[Any]) -> Iterator[bytes]:
    """Encode a change as JSON, in the form used in the log. Yields chunks, most of them of `CHUNK_SIZE`."""
    return join(piece.encode("ascii") for piece in encode(change, _ENCODE))


def encode_line(seq: int, changes: Sequence[Sequence[Any]]) -> list[bytes]:
    """Encode a log line in one or more chunks. A change with an attribute `json` is not encoded again."""
    if len(changes) == 1 and changes[0][0] != "replace":  # most lines: a single record
        chunks = [b'{"seq":%d,"changes":%b' % (seq, _ENCODE(changes).encode("ascii"))]
    else:
        chunks = [*join(_line_pieces(seq, changes))]
    crc = 0
    for chunk in chunks:
        crc = zlib.crc32(chunk, crc)
    chunks[-1] += b',"crc":%d}\n' % crc
    return chunks


def _line_pieces(seq: int, changes: Sequence[Sequence[Any]]) -> Iterator[bytes]:
    yield b'{"seq":%d,"changes":[' % seq
    for number, change in enumerate(changes):
        if number:
            yield b","
        if change[0] != "replace":
            yield _ENCODE(change).encode("ascii")
        else:
            yield from getattr(change, "json", None) or encode_change(change)
    yield b"]"
