"""Only their owner may read the files that mockrevio creates."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockrevio.storage.files import write_atomically
from tests.storage.common import THINGS, opened
from tests.support import serving

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")


@pytest.fixture(autouse=True)
def no_umask() -> Iterator[None]:
    """Files get exactly the permissions that the code asks for."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """The permissions of everything in a folder, and of the folder itself."""
    paths = [folder, *folder.rglob("*")]
    return {
        path.relative_to(folder.parent).as_posix(): oct(stat.S_IMODE(path.stat().st_mode)) for path in paths
    }


def test_every_file_and_folder_is_private_while_the_server_runs_and_after_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data=data) as client:
        client.link()
        client.put("/__admin/snapshots/before").raise_for_status()
        running = modes(data)
    assert {running["data/default.jsonl"], running["data/snapshots/default/before.json"]} == {"0o600"}
    for name, mode in {**running, **modes(data)}.items():
        assert mode == ("0o700" if (tmp_path / name).is_dir() else "0o600"), name


def test_a_file_stays_private_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "before.json"
    path.write_text("{}")
    path.chmod(0o644)
    write_atomically(path, ["[]"])
    assert modes(tmp_path)[f"{tmp_path.name}/before.json"] == "0o600"


def test_a_log_that_is_cut_off_while_it_is_written_to_stays_private(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        for number in (1, 2):
            database.commit([("put", THINGS, number, {"id": number})])
            database.checkpoint()
        assert modes(tmp_path)[f"{tmp_path.name}/world.jsonl"] == "0o600"
        assert modes(tmp_path)[f"{tmp_path.name}/world.json"] == "0o600"


def test_a_log_of_other_permissions_becomes_private_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "world.jsonl").touch(0o644)
    with opened(tmp_path):
        assert modes(tmp_path)[f"{tmp_path.name}/world.jsonl"] == "0o600"


def test_a_folder_that_exists_keeps_its_permissions(tmp_path: Path) -> None:
    data = tmp_path / "shared"
    data.mkdir(0o755)
    with serving(data=data):
        assert modes(data)["shared"] == "0o755"
