"""Documents that people write are read whole, and every mistake in them is named with its place."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio import documents
from mockrevio.errors import DocumentError

READERS = {
    "name": documents.read_text,
    "count": documents.integer(1, 9),
    "on": documents.read_bool,
    "share": documents.read_probability,
    "kind": documents.one_of(("a", "b")),
    "items": documents.list_of(documents.integer(1)),
    "any": documents.mapping_of(documents.read_text),
}


def mistakes(value: Any) -> dict[str, str]:
    with pytest.raises(DocumentError) as caught:
        documents.read_object(value, "doc", READERS)
    return {mistake.place: mistake.message for mistake in caught.value.mistakes}


def test_a_document_without_mistakes_is_read() -> None:
    value = {"name": "x", "count": 9, "on": True, "share": 0, "kind": "b", "items": [1, 2], "any": {"k": "v"}}

    assert documents.read_object(value, "doc", READERS) == value


def test_every_mistake_is_named_with_its_place() -> None:
    found = mistakes(
        {
            "name": " ",
            "count": 10,
            "on": 1,
            "share": 1.5,
            "kind": "c",
            "items": [1, "2", 0],
            "any": {"k": 1},
            "x": 1,
        }
    )

    assert set(found) == {
        "doc.name",
        "doc.count",
        "doc.on",
        "doc.share",
        "doc.kind",
        "doc.items[1]",
        "doc.items[2]",
        "doc.any.k",
        "doc.x",
    }
    assert found["doc.x"] == "unknown; there are name, count, on, share, kind, items, any"
    assert found["doc.count"] == "must be a whole number from 1 to 9, not 10"
    assert found["doc.kind"] == "must be one of a, b, not 'c'"


@pytest.mark.parametrize("value", [None, [], "text", 5, True])
def test_what_is_no_object_is_refused(value: Any) -> None:
    assert "must be an object" in mistakes(value)["doc"]


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_a_whole_number_is_nothing_else(value: Any) -> None:
    assert list(mistakes({"count": value})) == ["doc.count"]


@pytest.mark.parametrize(("value", "said"), [(True, "true"), (None, "null"), ("x", "'x'")])
def test_a_value_is_said_as_json_has_it(value: Any, said: str) -> None:
    assert mistakes({"count": value})["doc.count"] == f"must be a whole number from 1 to 9, not {said}"


def test_a_long_value_is_cut_in_its_message() -> None:
    assert len(mistakes({"count": "x" * 5000})["doc.count"]) < 150
