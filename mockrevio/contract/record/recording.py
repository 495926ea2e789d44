"""A recording: what was seen, kept in memory, and written to a folder again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mockrevio.contract.personal_data import PersonalData
from mockrevio.contract.record.cases import Cases
from mockrevio.contract.record.exchange import Exchange
from mockrevio.contract.record.headers import Headers
from mockrevio.contract.record.observed_world import ObservedWorld
from mockrevio.documents import dump_chunks
from mockrevio.storage.files import write_atomically
from mockrevio.world.file_names import world_name

CASES = "cases.json"


class Recording:
    """Records exchanges as a fixture and as contract cases."""

    status = 0

    def __init__(self, folder: Path, personal_data: PersonalData) -> None:
        self._folder = folder
        self._personal_data = personal_data
        self._lock = threading.Lock()
        self._cases = Cases(personal_data)
        self._worlds: dict[str | None, ObservedWorld] = {}
        """By client code; None if a request had no valid one."""
        self._changed: set[str | None] = set()
        self._cases_changed = False
        self._files: dict[str | None, Path] = {}
        """The fixtures that were written."""

    def __call__(self, exchange: Exchange) -> Headers:
        """Record an exchange. Adds no header to its response."""
        client = exchange.client
        _ = exchange.response_json  # parsed here, not while others wait for the lock
        with self._lock:
            self._cases_changed |= self._cases.observe(exchange)
            world = self._worlds.get(client) or ObservedWorld(self._personal_data.record)
            if world.observe(exchange):
                self._worlds[client] = world
                self._changed.add(client)
        return ()

    def save(self) -> None:
        """Write what has changed since the last time. Raises DataUnwritable."""
        with self._lock:
            fixtures = [(client, self._worlds[client].document()) for client in self._to_write()]
            cases = self._cases.document() if self._cases_changed else None
            self._changed.clear()
            self._cases_changed = False
        try:
            for client, document in fixtures:
                self._write_fixture(client, document)
            if cases is not None:
                write_atomically(self._folder / CASES, dump_chunks(cases))
        except BaseException:
            with self._lock:
                self._changed.update(client for client, _ in fixtures)
                self._cases_changed |= cases is not None
            raise

    def _to_write(self) -> Iterable[str | None]:
        """The worlds whose files are not as they should be: of another state, or of another name."""
        return [
            client
            for client in self._worlds
            if client in self._changed or self._files.get(client) != self._file(client)
        ]

    def _file(self, client: str | None) -> Path:
        """`fixture.json`; if there are several client codes, `fixture.acme.json` for acme."""
        if len(self._worlds) == 1:
            return self._folder / "fixture.json"
        return self._folder / f"fixture.{'default' if client is None else world_name(client)}.json"

    def _write_fixture(self, client: str | None, document: dict[str, Any]) -> None:
        file, earlier = self._file(client), self._files.get(client)
        write_atomically(file, dump_chunks(document))
        self._files[client] = file
        if earlier not in (None, file):
            earlier.unlink(missing_ok=True)

    def summary(self) -> Iterator[str]:
        """Lines that say what was written where."""
        for client, file in sorted(self._files.items(), key=lambda item: item[1]):
            counts = ", ".join(f"{count} {table}" for table, count in self._worlds[client].counts())
            yield f"{file}: {counts or 'no records'}"
        left_out = sum(world.left_out for world in self._worlds.values())
        if left_out:
            yield f"left out of the fixture: {left_out} values or records that it cannot have"
        if self._cases.count:
            count = self._cases.count
            yield f"{self._folder / CASES}: {count} case{'s' if count > 1 else ''}"
        if self._cases.ignored:
            yield f"not recorded: {self._cases.ignored} calls that would be further cases"
