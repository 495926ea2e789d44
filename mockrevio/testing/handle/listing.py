"""Lists in the admin API, as sequences."""

from __future__ import annotations

from collections.abc import Iterator
from operator import index as to_int
from typing import Any, ClassVar, overload

from mockrevio.testing.handle.admin_client import AdminClient, Record

__tracebackhide__ = True  # a failure points at the line of the test


class Listing:
    """A list in the admin API. Its length, or one item, is asked for without the others."""

    _path: ClassVar[str]
    """The route below `/__admin`."""
    _member: ClassVar[str]
    """Where the items are in the response."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    def _fetch(self, **query: str) -> dict[str, Any]:
        return dict(self._admin_client.get(self._path, **query))

    def _items(self, **query: str) -> list[Record]:
        return list(self._fetch(**query)[self._member])

    def __iter__(self) -> Iterator[Record]:
        return iter(self._items())

    def __len__(self) -> int:
        return int(self._fetch(limit="0")["count"])

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...

    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return self._items()[index]
        place = to_int(index)
        listing = self._fetch(offset=str(place), limit="1")
        count = int(listing["count"])
        if not -count <= place < count:
            raise IndexError(f"there is no item {place}; the number of items is {count}")
        return dict(listing[self._member][0])
