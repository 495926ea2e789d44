"""Controls when a checkpoint of the test database runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mockrevio.storage import LiveDatabase, datafile, stores
from tests.storage.common import put, wait_until


def wait_for_checkpoint(database: LiveDatabase) -> None:
    wait_until(lambda: database._checkpoint_thread is None)


class CheckpointGate:
    """Blocks the writing of the data file until `free` is set, like a slow disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached = threading.Event()
        self.free = threading.Event()
        self._write = datafile.write_tables
        monkeypatch.setattr(stores, "write_tables", self)

    def fill(self, database: LiveDatabase) -> int:
        """Put things until a checkpoint starts and blocks at the gate. Returns the number of things."""
        number = 0
        while database._checkpoint_thread is None:
            number += 1
            put(database, number, code=str(number))
        assert self.reached.wait(20)
        return number

    def __call__(self, path: Path, tables: Mapping[str, Any]) -> None:
        self.reached.set()
        assert self.free.wait(20)
        self._write(path, tables)
