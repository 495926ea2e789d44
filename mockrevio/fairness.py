"""Long work in small steps, so that other threads can run, above all the event loop.

Python switches threads between bytecode instructions, never within a call into C. Encoding, decoding or
sorting 100,000 records in a single call would block every request. The functions here do the same work, with
the same results, in calls of about a millisecond.

Reading, encoding and writing can also be cancelled between two calls (`cancellation.raise_if_cancelled`).
Sorting and freeing cannot, because they happen while a change is applied, which must be complete.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, TypeVar

from mockrevio.cancellation import cancellable, raise_if_cancelled

T = TypeVar("T", bound=tuple[Any, ...])

BATCH = 100
"""Records that are encoded in one call, which takes a fraction of a millisecond."""

RUN = 2000
"""Entries that are sorted in one call, which takes about a millisecond."""

CHUNK_SIZE = 1 << 20
"""Bytes that are written in one call."""

_OVERSAMPLING = 8
_LEVELS = 3
"""Lists and objects around the records: in a state, those of a type are in `entities` in the document."""


def yield_to_threads(parsed: dict[str, Any]) -> dict[str, Any]:
    """An `object_hook` for `json.loads`: Python can switch threads here, after each object."""
    raise_if_cancelled()
    return parsed


def encode(value: Any, encode_value: Callable[[Any], str]) -> Iterator[str]:
    """Yield the pieces of `encode_value(value)`, which encodes JSON without sorting names."""
    return _encode(value, encode_value, _LEVELS)


def _encode(value: Any, encode_value: Callable[[Any], str], levels: int) -> Iterator[str]:
    if not _is_long(value, levels):
        yield encode_value(value)
        return
    separator = encode_value([0, 0])[2:-2]
    start, end = "{}" if isinstance(value, dict) else "[]"
    if len(value) > BATCH:
        batches = cancellable(_batches(value))
        members: Iterable[Iterable[str]] = ([encode_value(batch)[1:-1]] for batch in batches)
    elif isinstance(value, dict):
        members = (
            chain([encode_value({name: None})[1:-5]], _encode(member, encode_value, levels - 1))
            for name, member in value.items()  # `{"name":null}` without brace and `null}`
        )
    else:
        members = (_encode(member, encode_value, levels - 1) for member in value)
    for member in members:
        yield start
        yield from member
        start = separator
    yield end


def _is_long(value: Any, levels: int) -> bool:
    """Whether a value, or a list or object around records in it, has more members than one call encodes."""
    if not levels or not isinstance(value, dict | list | tuple):
        return False
    if len(value) > BATCH:
        return True
    return any(
        _is_long(member, levels - 1) for member in (value.values() if isinstance(value, dict) else value)
    )


def _batches(value: Any) -> Iterator[Any]:
    is_object = isinstance(value, dict)
    members = iter(value.items() if is_object else value)
    while batch := list(islice(members, BATCH)):
        yield dict(batch) if is_object else batch


def join(pieces: Iterable[bytes], size: int = CHUNK_SIZE) -> Iterator[bytes]:
    """Join small pieces into chunks of about `size` bytes, to write each with one call.

    A thread that writes small pieces releases the interpreter lock too briefly: it continues before another
    thread has woken up, and that thread then has to wait for a full switch interval again.
    """
    chunk: list[bytes] = []
    length = 0
    for piece in pieces:
        chunk.append(piece)
        length += len(piece)
        if length >= size:
            raise_if_cancelled()
            yield piece if len(chunk) == 1 else b"".join(chunk)
            chunk, length = [], 0
    if chunk:
        yield b"".join(chunk)


def concatenate(pieces: Iterable[bytes]) -> bytearray:
    """Concatenate any number of pieces. A single call that copies them all would take long."""
    data = bytearray()
    for piece in pieces:
        data += piece
    return data


def discard(objects: list[Any]) -> None:
    """Empty a list that may hold the last references to many records: freeing them takes time, too."""
    while objects:
        del objects[-BATCH:]


def sort(entries: Iterable[T]) -> list[T]:
    """Return `sorted(entries)`. Many are divided at samples of them, and what is in between is sorted."""
    unsorted = list(entries)
    if len(unsorted) <= 2 * RUN:
        return sorted(unsorted)
    sample = sort(unsorted[:: RUN // _OVERSAMPLING])
    bounds = sample[_OVERSAMPLING - 1 :: _OVERSAMPLING]
    runs: list[list[T]] = [[] for _ in range(len(bounds) + 1)]
    for entry in unsorted:  # equal entries get into the same run, in their order
        runs[bisect_right(bounds, entry)].append(entry)
    ordered: list[T] = []
    for run in runs:
        ordered += sorted(run)
    return ordered
