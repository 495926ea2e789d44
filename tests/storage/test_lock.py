"""One process owns a data folder."""

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

CLAIM = """
import sys
from pathlib import Path
from mockrevio.storage import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
print("claimed", flush=True)
sys.stdin.read()
"""


def test_the_folder_is_made_if_need_be(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "some" / "where")
    lock.acquire()
    assert (tmp_path / "some" / "where").is_dir()
    lock.release()


def test_a_second_claim_is_refused_with_the_folder_and_a_way_out_until_the_first_is_released(
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


def test_another_thread_may_release_what_one_claimed(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    claiming = threading.Thread(target=first.acquire)
    claiming.start()
    claiming.join()
    first.release()
    second.acquire()
    second.release()


def test_a_process_that_is_killed_gives_the_folder_back(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIM, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"
        with pytest.raises(DataInUse):
            FolderLock(tmp_path).acquire()
        other.kill()
    lock = FolderLock(tmp_path)
    lock.acquire()
    lock.release()


def test_a_second_server_on_the_same_folder_stops_at_once_and_the_first_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with process("--data", str(folder)) as first:
        first.client.link()
        with process("--data", str(folder)) as second:
            assert second.process.poll() is not None
            assert second.stop() == 1
            assert "".join(second.errors).startswith(f"mockrevio: The data folder {folder} is in use")
        assert first.client.get("/v1/IntegrationKeyLink/1").status_code == 200
        assert first.stop() == 0


def test_a_folder_below_a_file_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DataUnwritable, match=r"data folder .*file.*below cannot be written"):
        FolderLock(tmp_path / "file" / "below").acquire()


@posix_only
def test_a_folder_that_one_may_only_read_is_refused_with_its_name(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with as_ordinary_user():
        assert not os.access(open_folder, os.W_OK, effective_ids=True)
        with pytest.raises(DataUnwritable, match=f"data folder {open_folder} cannot be written: Permission"):
            FolderLock(open_folder).acquire()
    assert list(open_folder.iterdir()) == []


def test_a_server_that_cannot_write_its_folder_says_so_and_stops(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with process("--data", str(tmp_path / "file" / "below")) as started:
        assert started.process.poll() is not None
        assert started.stop() == 1
        said = "".join(started.errors)
    assert said.startswith(f"mockrevio: The data folder {tmp_path / 'file' / 'below'} cannot be written")
    assert "--ephemeral" in said
    assert "Traceback" not in said
