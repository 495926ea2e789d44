"""Readers of JSON documents report every mistake with its place."""

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


def test_every_mistake_is_reported_with_its_place() -> None:
    messages = mistakes(
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

    assert set(messages) == {
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
    assert messages["doc.x"] == "unknown; expected one of name, count, on, share, kind, items, any"
    assert messages["doc.count"] == "must be a whole number from 1 to 9, not 10"
    assert messages["doc.kind"] == "must be one of a, b, not 'c'"


@pytest.mark.parametrize("value", [None, [], "text", 5, True])
def test_a_value_that_is_not_an_object_is_rejected(value: Any) -> None:
    assert "must be an object" in mistakes(value)["doc"]


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_an_integer_field_rejects_other_types(value: Any) -> None:
    assert list(mistakes({"count": value})) == ["doc.count"]


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (None, "null"), ("x", "'x'")])
def test_a_message_shows_the_value(value: Any, text: str) -> None:
    assert mistakes({"count": value})["doc.count"] == f"must be a whole number from 1 to 9, not {text}"


def test_a_message_truncates_a_long_value() -> None:
    assert len(mistakes({"count": "x" * 5000})["doc.count"]) < 150
