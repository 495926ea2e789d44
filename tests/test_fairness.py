"""Long work has the results of a single call, and lets other threads run meanwhile."""

from __future__ import annotations

import gc
import json
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio import documents, fairness
from mockrevio.documents import load_strict_json

COMPACT = json.JSONEncoder(separators=(",", ":")).encode
SPACED = json.JSONEncoder().encode

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda values: (
        st.lists(values, max_size=5)
        | st.lists(values, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), values, max_size=5)
    ),
    max_leaves=30,
)


@contextmanager
def small_steps(**sizes: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, size in sizes.items():
            patch.setattr(fairness, name, size)
        yield


@given(VALUES, st.sampled_from([COMPACT, SPACED]), st.integers(1, 4))
def test_pieces_of_json_are_the_whole(value: Any, encode: Callable[[Any], str], batch: int) -> None:
    with small_steps(BATCH=batch):
        assert "".join(fairness.encode(value, encode)) == encode(value)


@pytest.mark.parametrize("value", [{"a": object()}, [[1], object()], {(1, 2): [1, 2, 3]}])
def test_what_json_cannot_encode_is_the_same_error(value: Any) -> None:
    with small_steps(BATCH=1), pytest.raises(TypeError) as ours:
        list(fairness.encode(value, COMPACT))
    with pytest.raises(TypeError) as plain:
        COMPACT(value)
    assert str(ours.value) == str(plain.value)


RECORD = {"id": 1, "name": "x", "tags": ["a"]}


@pytest.mark.parametrize(
    "document",
    [
        {"schema": 1, "key_links": [RECORD] * 1000},
        {"entities": {"CUSTOMER": [RECORD] * 1000, "SERVICE": []}},
        ("replace", {"key_links": dict.fromkeys(range(1000), RECORD)}, {}),
        [RECORD] * 1000,
    ],
)
def test_no_call_encodes_more_records_than_a_batch(document: Any) -> None:
    def encode(value: Any) -> str:
        text = COMPACT(value)
        assert text.count('"id"') <= fairness.BATCH
        return text

    assert "".join(fairness.encode(document, encode)) == COMPACT(document)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers()), max_size=200), st.integers(2, 20))
def test_entries_are_sorted_as_ever(entries: list[tuple[int, int]], run: int) -> None:
    with small_steps(RUN=run, _OVERSAMPLING=1):
        assert fairness.sort(entries) == sorted(entries)


def test_many_entries_are_sorted_as_ever() -> None:
    generator = random.Random(1)
    entries = [((2, generator.choice("abc") * 3), number) for number in range(30_000)]
    for many in (entries, sorted(entries), sorted(entries, reverse=True), [entries[0]] * 9000):
        assert fairness.sort(many) == sorted(many)


@given(st.lists(st.binary(max_size=5)), st.integers(1, 8))
def test_chunks_are_the_whole(pieces: list[bytes], size: int) -> None:
    chunks = list(fairness.join(pieces, size))
    assert b"".join(chunks) == b"".join(pieces)
    assert all(len(chunk) >= size for chunk in chunks[:-1])


def test_discarding_empties_the_list() -> None:
    objects: list[dict[str, int]] = [{} for _ in range(1001)]
    fairness.discard(objects)
    assert objects == []


@given(VALUES, st.integers(0, 40), st.sampled_from(["", "}", ",", "]", '"', "NaN", "1e999", "x"]))
def test_documents_are_decoded_as_ever(value: Any, cut: int, damage: str) -> None:
    text = SPACED(value)
    for candidate in (text, text[:cut] + damage + text[cut:], text[:cut]):
        assert outcome(load_strict_json, candidate) == outcome(plain_strict_json, candidate)


def plain_strict_json(text: str) -> Any:
    return json.loads(text, parse_constant=documents._reject_constant, parse_float=documents._finite_float)


def outcome(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        return type(error), str(error)


@pytest.fixture
def quick_switches() -> Iterator[None]:
    """The interval of `mockrevio serve`. No collections: Hypothesis has them call Python code."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    gc.disable()
    yield
    gc.enable()
    sys.setswitchinterval(interval)


RECORDS = [{"id": number, "name": f"{number * 7919 % 30011}", "a": 1, "b": None} for number in range(30_000)]
ENTRIES = [((2, record["name"]), record["id"]) for record in RECORDS]
TEXT = COMPACT(RECORDS)


@pytest.mark.parametrize(
    ("long_call", "work"),
    [
        (lambda: COMPACT(RECORDS), lambda: "".join(fairness.encode(RECORDS, COMPACT))),
        (lambda: sorted(ENTRIES), lambda: fairness.sort(ENTRIES)),
        (lambda: json.loads(TEXT), lambda: load_strict_json(TEXT)),
    ],
    ids=["encode", "sort", "decode"],
)
@pytest.mark.usefixtures("quick_switches")
def test_another_thread_runs_meanwhile(long_call: Callable[[], Any], work: Callable[[], Any]) -> None:
    """The best of several attempts counts: other processes may stop this one at any time."""
    blocked = min(longest_pause(long_call) for _ in range(5))
    paused = min(longest_pause(work) for _ in range(5))
    assert paused < blocked / 2


def longest_pause(work: Callable[[], Any]) -> float:
    """The longest time for which another thread, which does next to nothing, did not get to run."""
    done = threading.Event()

    def run() -> None:
        work()
        done.set()

    worker = threading.Thread(target=run)
    longest, last, finished = 0.0, time.perf_counter(), False
    worker.start()
    while not finished:
        finished = done.is_set()  # before the measurement: all the work may be done before the first one
        time.sleep(0.0002)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    worker.join()
    return longest


def test_pieces_are_concatenated() -> None:
    assert fairness.concatenate(iter([b"a", b"", b"bc"])) == b"abc"
    assert fairness.concatenate([]) == b""
