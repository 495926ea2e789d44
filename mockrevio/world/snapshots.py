"""Named states of a world, kept as readable fixture documents, and what has changed since."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mockrevio.documents import dump_document, format_value, parse_document
from mockrevio.errors import (
    DataClosed,
    DataDamaged,
    DataUnwritable,
    DocumentError,
    FixtureError,
    Mistake,
    UnknownSnapshot,
)
from mockrevio.revio.resources import Record
from mockrevio.seeding.fixtures import LINKS, SYSTEMS, TYPES, WorldState, parse_state
from mockrevio.storage.files import create_folder, write_atomically

NAME_FORM = (
    "1 to 64 lower-case letters, digits, dots, dashes or underscores, begin with no dot, and be no name "
    "that Windows keeps for itself, such as con"
)
_NAME = re.compile(r"(?!(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$))[a-z0-9_-][a-z0-9._-]{0,63}", re.ASCII)


class Snapshots:
    """The snapshots of one world: files in a folder, or in memory where nothing is kept (no folder)."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._in_memory: dict[str, str] = {}
        self._write_lock = threading.Lock()
        self._closed = False

    def names(self) -> list[str]:
        """The names of all snapshots."""
        if self._folder is None:
            return sorted(self._in_memory)
        return sorted(path.stem for path in self._folder.glob("*.json") if _NAME.fullmatch(path.stem))

    def save(self, name: str, take: Callable[[], Mapping[str, Any]]) -> None:
        """Keep the document that `take` gives under a name, in place of one that is there.

        Raises DocumentError for what is no name, and DataUnwritable, with the old one kept, from the disk.
        """
        if not _NAME.fullmatch(name):
            raise DocumentError([Mistake("name", f"must be {NAME_FORM}, not {format_value(name)}")])
        with self._write_lock:  # in one go, or an older state could come after a newer one
            if self._closed:
                raise DataClosed("the world of this snapshot is closed: it was removed, or the server stops")
            self._write(name, dump_document(take(), sort_keys=True))

    def _write(self, name: str, text: str) -> None:
        if self._folder is None:
            self._in_memory[name] = text
            return
        try:
            create_folder(self._folder)
        except OSError as error:
            raise DataUnwritable(f"{self._folder} cannot be made: {error.strerror or error}") from None
        write_atomically(self._folder / f"{name}.json", [text])

    def load(self, name: str) -> dict[str, Any]:
        """A snapshot's document; UnknownSnapshot if there is none, DataDamaged if its file is spoilt."""
        try:
            found = parse_document(self._read(name), f"snapshot {name}")
        except DocumentError as error:
            raise _damage_error(name, error) from None
        if not isinstance(found, dict):
            raise _damage_error(name, "it is no object")
        return found

    def parse_state(self, name: str) -> WorldState:
        """What a snapshot describes; UnknownSnapshot if there is none, DataDamaged if its file is spoilt."""
        try:
            return parse_state(self.load(name))
        except FixtureError as error:
            raise _damage_error(name, error) from None

    def _read(self, name: str) -> bytes:
        self._require_name(name)
        try:
            return self._path(name).read_bytes() if self._folder else self._in_memory[name].encode()
        except (FileNotFoundError, KeyError):  # it was thrown away just now
            raise self._unknown_error(name) from None
        except OSError as error:
            raise _damage_error(name, f"it cannot be read: {error.strerror or error}") from None

    def remove(self, name: str) -> None:
        """Throw a snapshot away; UnknownSnapshot if there is none, DataUnwritable if the disk refuses."""
        self._require_name(name)
        try:
            if self._folder is None:
                del self._in_memory[name]
            else:
                self._path(name).unlink()
        except (FileNotFoundError, KeyError):
            raise self._unknown_error(name) from None
        except OSError as error:
            raise DataUnwritable(f"the snapshot {name} cannot be removed: {error.strerror}") from None

    def close(self) -> None:
        """Take no more of them."""
        with self._write_lock:
            self._closed = True

    def _path(self, name: str) -> Path:
        if self._folder is None:
            raise RuntimeError("these snapshots are in memory")
        return self._folder / f"{name}.json"

    def _require_name(self, name: str) -> None:
        if name not in self.names():
            raise self._unknown_error(name)

    def _unknown_error(self, name: str) -> UnknownSnapshot:
        known = ", ".join(self.names()) or "none"
        return UnknownSnapshot(f"no snapshot is called {format_value(name)}; there are {known}")


def _damage_error(name: str, why: object) -> DataDamaged:
    return DataDamaged(f"the snapshot {name} is damaged: {why}")


def diff_states(before: WorldState, after: WorldState) -> dict[str, Any]:
    """What changed from one state to another: records `added`, `changed` field by field, and `removed`.

    Each names its table as a fixture does (`key_links`, `entities.CUSTOMER`) and its id. Settings that
    differ stand under `settings`.
    """
    added, changed, removed = [], [], []
    for place, old, new in _tables(before, after):
        for record_id in sorted(old.keys() | new.keys()):
            at = {"table": place, "id": record_id}
            if record_id not in old:
                added.append({**at, "record": new[record_id]})
            elif record_id not in new:
                removed.append({**at, "record": old[record_id]})
            elif old[record_id] != new[record_id]:
                changed.append({**at, "fields": _changed_fields(old[record_id], new[record_id])})
    return {
        "added": added,
        "changed": changed,
        "removed": removed,
        "settings": _changed_fields(before.settings, after.settings),
    }


def _tables(
    before: WorldState, after: WorldState
) -> Iterator[tuple[str, Mapping[int, Record], Mapping[int, Record]]]:
    for table in sorted(before.tables.keys() | after.tables.keys()):
        place = table if table in (SYSTEMS, TYPES, LINKS) else f"entities.{table}"
        yield place, before.tables.get(table, {}), after.tables.get(table, {})


def _changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that differ, as they were and as they are; null for a field that is not there."""
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }
