"""A file in a writable data folder that cannot be used is named, with the way out."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from pathlib import Path

import pytest
import requests

from mockrevio.errors import DataUnwritable
from mockrevio.settings import Settings
from mockrevio.world.worlds import Worlds
from tests.storage.refusals import as_ordinary_user, posix_only
from tests.support import process


def start(folder: Path) -> None:
    worlds = Worlds(Settings(data=folder), warn=print)
    try:
        worlds.open()
    finally:
        worlds.close()


@posix_only
@pytest.mark.parametrize(
    ("name", "mode", "message"),
    [
        ("default.json", 0, "default.json cannot be read: Permission denied"),
        ("default.jsonl", 0o444, "default.jsonl cannot be opened: Permission denied"),
        ("default.jsonl", 0, "default.jsonl cannot be read: Permission denied"),
        (".lock", 0o444, ".lock cannot be opened: Permission denied"),
    ],
)
def test_a_file_without_permission_is_named(name: str, mode: int, message: str, open_folder: Path) -> None:
    start(open_folder)
    open_folder.chmod(0o777)
    for path in open_folder.iterdir():
        path.chmod(0o666)
    (open_folder / name).touch()
    (open_folder / name).chmod(mode)
    with as_ordinary_user(), pytest.raises(DataUnwritable) as caught:
        start(open_folder)
    assert str(caught.value) == (
        f"{open_folder}/{message}. Give the user that runs mockrevio access to it, or choose another folder"
    )


@pytest.mark.parametrize(
    ("name", "verb"), [("default.json", "read"), ("default.jsonl", "read"), (".lock", "opened")]
)
@posix_only
def test_a_folder_in_place_of_a_file_stops_the_start(name: str, verb: str, tmp_path: Path) -> None:
    with process("--data", "data", cwd=tmp_path) as server:
        assert server.stop() == 0
    path = tmp_path / "data" / name
    path.unlink(missing_ok=True)
    path.mkdir()
    with process("--data", "data", cwd=tmp_path) as server:
        assert server.start_line == ""
        assert server.process.wait(30) == 1
    problem = f"data/{name} cannot be {verb}: Is a directory"
    assert server.errors == [f"mockrevio: {problem}. Move it out of the way, or choose another folder\n"]


@posix_only
@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
@pytest.mark.parametrize("name", ["default.json", "default.jsonl"])
def test_a_special_file_does_not_hang_the_start(name: str, kind: str, tmp_path: Path) -> None:
    with process("--data", "data", cwd=tmp_path) as server:
        assert server.stop() == 0
    put_in_place(tmp_path / "data" / name, kind)
    with process("--data", "data", cwd=tmp_path) as server:
        assert server.start_line == ""
        assert server.process.wait(30) == 1
    (error,) = server.errors
    reason = "No such device or address" if kind == "socket" else "Not a regular file"
    assert error.startswith(f"mockrevio: data/{name} cannot be read: {reason}")


@posix_only
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_lock_that_is_no_file_does_not_hang_the_start(kind: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    put_in_place(tmp_path / "data" / ".lock", kind)
    with process("--data", "data", cwd=tmp_path) as server:
        # Whether it can be locked is up to the operating system.
        assert server.start_line or server.process.wait(30) == 1


@posix_only
@pytest.mark.parametrize(
    ("kind", "reason"),
    [("pipe", "Not a regular file"), ("device", "Not a regular file"), ("folder", "Is a directory")],
)
def test_a_fixture_that_is_not_a_regular_file_is_refused(kind: str, reason: str, tmp_path: Path) -> None:
    put_in_place(tmp_path / "mine.json", kind)
    with process("--ephemeral", "--fixture", "mine.json", cwd=tmp_path) as server:
        assert server.start_line == ""
        assert server.process.wait(30) == 1
    assert f"mine.json: cannot be read: {reason}; pass a file" in "".join(server.errors)


@posix_only
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_snapshot_that_is_not_a_regular_file_is_refused(kind: str, tmp_path: Path) -> None:
    snapshots = tmp_path / "data" / "snapshots" / "default"
    snapshots.mkdir(parents=True)
    put_in_place(snapshots / "odd.json", kind)
    with process("--data", "data", cwd=tmp_path) as server:
        response = server.client.post("/__admin/snapshots/odd/restore")
        assert message(response).startswith("snapshot odd is damaged: it cannot be read")


@posix_only
def test_what_is_no_file_is_no_world(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    put_in_place(tmp_path / "data" / "acme.json", "pipe")
    with process("--data", "data", "--isolate-clients", cwd=tmp_path) as server:
        assert server.client.get("/__admin/worlds", timeout=5).json()["worlds"] == []
        response = server.client.get("/v1/Customers", timeout=5)
        assert response.headers["X-Mock-Explain"].startswith("data/acme.json cannot be read: Not a regular")


def put_in_place(path: Path, kind: str) -> None:
    """Put something that is no file in the place of one."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)  # its whole path may be too long


@posix_only
def test_what_is_in_the_way_of_a_snapshot_is_named(tmp_path: Path) -> None:
    with process("--data", "data", cwd=tmp_path) as server:
        temporary = tmp_path / "data" / "snapshots" / "default" / "a.json.tmp"
        temporary.mkdir(parents=True)
        response = server.client.put("/__admin/snapshots/a")
        assert message(response).startswith("data/snapshots/default/a.json.tmp cannot be written: Is a dir")
        shutil.rmtree(tmp_path / "data" / "snapshots")
        (tmp_path / "data" / "snapshots").touch()
        response = server.client.put("/__admin/snapshots/a")
        assert message(response).startswith("data/snapshots/default cannot be created: Not a directory")


def message(response: requests.Response) -> str:
    assert response.status_code == 500
    return str(response.json()["message"])
