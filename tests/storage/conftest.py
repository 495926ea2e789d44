"""Pytest fixtures of the storage tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.storage.wal import WriteAheadLog


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can access. pytest's own temporary folders are private."""
    folder = Path(tempfile.mkdtemp(prefix="mockrevio-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    return tmp_path / "world.jsonl"


@pytest.fixture
def log(log_path: Path) -> Iterator[WriteAheadLog]:
    """A new log, open for appending."""
    log = WriteAheadLog(log_path, fsync=False)
    log.open()
    yield log
    log.close()
