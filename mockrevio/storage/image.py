"""Tables that a database becomes again and again, encoded for the log and indexed once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mockrevio.storage.datafile import Tables
from mockrevio.storage.indexes import HashIndex
from mockrevio.storage.wal import encode_change


class Image(tuple[Any, ...]):
    """A change `("replace", tables, next_ids)` that is cheap from the second time on.

    Several databases may share one, so its tables must not be changed any more.
    """

    hash_indexes: dict[str, dict[tuple[str, ...], HashIndex]]
    """The indexes of each table over its documents, as far as a database has built them."""

    @classmethod
    def of(cls, tables: Tables, next_ids: Mapping[str, int]) -> Image:
        """The image of these tables."""
        made = cls(("replace", tables, dict(next_ids)))
        made.hash_indexes = {name: {} for name in tables}
        return made

    @cached_property
    def json(self) -> bytes:
        """The change as the log has it."""
        return encode_change(tuple(self))
