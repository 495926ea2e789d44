"""The lock that gives one process exclusive use of a data folder."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mockrevio.errors import DataInUse, DataUnwritable
from mockrevio.storage import FolderLock
from tests.storage.refusals import as_ordinary_user, posix_only
from tests.support import process

LOCK_FOLDER = """
import sys
from pathlib import Path
from mockrevio.storage import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_missing_folder_is_created(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "new" / "folder")
    lock.acquire()
    assert (tmp_path / "new" / "folder").is_dir()
    lock.release()


def test_a_second_lock_is_refused_with_a_fix_until_the_first_is_released(
    tmp_path: Path,
) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.acquire()
    with pytest.raises(DataInUse) as caught:
        second.acquire()
    assert str(tmp_path) in str(caught.value)
    assert "--data" in str(caught.value)
    second.release()
    with pytest.raises(DataInUse):
        second.acquire()
    first.release()
    first.release()
    second.acquire()
    second.release()


def test_a_lock_can_be_released_by_another_thread(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    acquiring = threading.Thread(target=first.acquire)
    acquiring.start()
    acquiring.join()
    first.release()
    second.acquire()
    second.release()


def test_killing_a_process_releases_its_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOCK_FOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(DataInUse):
            FolderLock(tmp_path).acquire()
        other.kill()
    lock = FolderLock(tmp_path)
    lock.acquire()
    lock.release()


def test_a_second_server_on_the_same_folder_exits_and_the_first_keeps_running(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with process("--data", str(folder)) as first:
        first.client.link()
        with process("--data", str(folder)) as second:
            assert second.process.poll() is not None
            assert second.stop() == 1
            assert "".join(second.errors).startswith(f"mockrevio: The data folder {folder} is in use")
        assert first.client.get("/v1/IntegrationKeyLink/1").status_code == 200
        assert first.stop() == 0


def test_a_folder_inside_a_file_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DataUnwritable, match=r"data folder .*file.*folder cannot be written"):
        FolderLock(tmp_path / "file" / "folder").acquire()


@posix_only
def test_a_read_only_folder_is_refused_with_its_name(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with as_ordinary_user():
        assert not os.access(open_folder, os.W_OK, effective_ids=True)
        with pytest.raises(DataUnwritable, match=f"data folder {open_folder} cannot be written: Permission"):
            FolderLock(open_folder).acquire()
    assert list(open_folder.iterdir()) == []


def test_a_server_that_cannot_write_its_folder_reports_it_and_exits(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with process("--data", str(tmp_path / "file" / "folder")) as server:
        assert server.process.poll() is not None
        assert server.stop() == 1
        output = "".join(server.errors)
    assert output.startswith(f"mockrevio: The data folder {tmp_path / 'file' / 'folder'} cannot be written")
    assert "--ephemeral" in output
    assert "Traceback" not in output
