"""Stored documents as those get them who must not change them: copies, made when they are asked for."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

from mockrevio.storage.indexes import Document

Record = dict[str, Any]


def deep_copy(document: Document) -> Record:
    """A copy that its holder may change, lists and objects within it included."""
    return {name: _deep_copy_value(value) for name, value in document.items()}


def _deep_copy_value(value: Any) -> Any:
    if isinstance(value, dict):
        return deep_copy(value)
    if isinstance(value, list):
        return [_deep_copy_value(item) for item in value]
    return value


class StringKeyView(Mapping[str, Document]):
    """Documents as TinyDB's own reading methods expect them: by the text of their ids."""

    def __init__(self, documents: Mapping[int, Document]) -> None:
        self._documents = documents

    def __getitem__(self, key: str) -> Document:
        return deep_copy(self._documents[int(key)])

    def __iter__(self) -> Iterator[str]:
        return map(str, list(self._documents))

    def __len__(self) -> int:
        return len(self._documents)

    def items(self) -> ItemsView[str, Document]:
        """All of them as they are now, whatever is written while they are looked at."""
        return ItemsView(StringKeyView(dict(self._documents)))


class CopyOnReadTable(dict[int, Record]):
    """A table as TinyDB's updaters get it: stored documents, each copied when it is asked for."""

    def __getitem__(self, key: int) -> Record:
        document = deep_copy(super().__getitem__(key))
        self[key] = document
        return document
