"""Copies of stored documents for callers that must not modify the originals, made on access."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

from mockrevio.storage.indexes import Document

Record = dict[str, Any]


def deep_copy(document: Document) -> Record:
    """Copy a document, including the lists and objects in it, so that the caller may modify it."""
    return {name: _deep_copy_value(value) for name, value in document.items()}


def _deep_copy_value(value: Any) -> Any:
    if isinstance(value, dict):
        return deep_copy(value)
    if isinstance(value, list):
        return [_deep_copy_value(item) for item in value]
    return value


class StringKeyView(Mapping[str, Document]):
    """Documents keyed by their ids as strings, the form that TinyDB's own read methods expect."""

    def __init__(self, documents: Mapping[int, Document]) -> None:
        self._documents = documents

    def __getitem__(self, key: str) -> Document:
        return deep_copy(self._documents[int(key)])

    def __iter__(self) -> Iterator[str]:
        return map(str, list(self._documents))

    def __len__(self) -> int:
        return len(self._documents)

    def items(self) -> ItemsView[str, Document]:
        """All documents as of now; writes during the iteration do not affect it."""
        return ItemsView(StringKeyView(dict(self._documents)))


class CopyOnReadTable(dict[int, Record]):
    """A table as passed to TinyDB's updaters: each stored document is copied when it is read."""

    def __getitem__(self, key: int) -> Record:
        document = deep_copy(super().__getitem__(key))
        self[key] = document
        return document
