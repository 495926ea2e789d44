"""Files and folders that are made for good: a power cut right afterwards does not take them away."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.storage import files


def test_the_folder_above_each_folder_that_is_new_is_brought_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(files, "fsync_folder", synced.append)
    files.create_folder(tmp_path / "data" / "snapshots" / "default")
    assert sorted(synced) == [tmp_path, tmp_path / "data", tmp_path / "data" / "snapshots"]
    synced.clear()
    files.create_folder(tmp_path / "data" / "snapshots" / "default")
    assert synced == []
