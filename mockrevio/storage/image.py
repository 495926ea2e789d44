"""A set of tables that databases are reset to repeatedly, encoded for the log and indexed only once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from mockrevio.storage.datafile import Tables
from mockrevio.storage.indexes import HashIndex
from mockrevio.storage.log_lines import encode_change


class Image(tuple[Any, ...]):
    """A change `("replace", tables, next_ids)` that is cheap to commit again.

    Databases may share an image, so do not modify its tables.
    """

    hash_indexes: dict[str, dict[tuple[str, ...], HashIndex]]
    """The indexes over each table, by table name. Each database adds the ones it needs that are missing."""

    @classmethod
    def of(cls, tables: Tables, next_ids: Mapping[str, int]) -> Image:
        """Create the image of these tables."""
        image = cls(("replace", tables, dict(next_ids)))
        image.hash_indexes = {name: {} for name in tables}
        return image

    @cached_property
    def json(self) -> list[bytes]:
        """The change as JSON, as written to the log, in chunks."""
        return [*encode_change(tuple(self))]
