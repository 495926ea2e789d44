"""Folders that survive a power loss right after their creation."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.storage import files


def test_the_parent_of_each_new_folder_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(files, "fsync_folder", synced.append)
    files.create_folder(tmp_path / "data" / "snapshots" / "default")
    assert sorted(synced) == [tmp_path, tmp_path / "data", tmp_path / "data" / "snapshots"]
    synced.clear()
    files.create_folder(tmp_path / "data" / "snapshots" / "default")
    assert synced == []
