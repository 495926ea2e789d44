"""Lists in the admin API, as sequences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import index as to_int
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

from mockrevio.testing.handle.held import Held, short_repr

__tracebackhide__ = True  # a failure points at the line of the test

ItemT = TypeVar("ItemT", bound=Mapping[str, Any])

MAX_SHOWN = 10
"""How many items the representation of a list shows."""


class Listing(Held, Generic[ItemT]):
    """A list in the admin API. Its length, or one item, is asked for without the others.

    It is equal to a list or tuple of the same items: `mock_revio.links == []`.
    """

    _path: ClassVar[str]
    """The route below `/__admin`."""
    _member: ClassVar[str]
    """Where the items are in the response."""

    def _fetch(self, **query: str) -> dict[str, Any]:
        return dict(self._admin_client.get(self._path, **query))

    def _items(self, **query: str) -> list[ItemT]:
        return list(self._fetch(**query)[self._member])

    def __iter__(self) -> Iterator[ItemT]:
        return iter(self._items())

    def __reversed__(self) -> Iterator[ItemT]:
        return iter(self._items()[::-1])

    def __contains__(self, item: object) -> bool:
        return item in self._items()

    def __len__(self) -> int:
        return int(self._fetch(limit="0")["count"])

    @overload
    def __getitem__(self, index: int) -> ItemT: ...
    @overload
    def __getitem__(self, index: slice) -> list[ItemT]: ...

    def __getitem__(self, index: int | slice) -> ItemT | list[ItemT]:
        if isinstance(index, slice):
            return self._items()[index]
        place = to_int(index)
        listing = self._fetch(offset=str(place), limit="1")
        count = int(listing["count"])
        if not -count <= place < count:
            raise IndexError(f"there is no item {place}; the number of items is {count}")
        return cast("ItemT", listing[self._member][0])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (list, tuple)):
            return self._items() == list(other)
        return super().__eq__(other)

    __hash__ = Held.__hash__

    def _describe(self) -> str:
        listing = self._fetch(limit=str(MAX_SHOWN))  # the latest
        count, items = int(listing["count"]), listing[self._member]
        if not items:
            return "[]" if not count else f"{count}"
        earlier = f"... {count - len(items)} earlier, " if count > len(items) else ""
        return f"[{earlier}{', '.join(map(self._describe_item, items))}]"

    @staticmethod
    def _describe_item(item: ItemT) -> str:
        return short_repr(item)


Sequence.register(Listing)  # so that a failing comparison shows what differs
