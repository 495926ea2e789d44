"""A data folder, lock or log that is removed or replaced while it is in use: nothing is lost unnoticed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mockrevio.errors import DataUnwritable
from tests.storage.common import codes, opened, put
from tests.storage.refusals import posix_only
from tests.support import LINK, Client, process

pytestmark = posix_only  # Windows does not let anybody remove a file that is open

Loss = Callable[[Path], None]


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def move_folder(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))


def replace_folder(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("copy"))
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)


def remove_lock(folder: Path) -> None:
    (folder / ".lock").unlink()


def replace_lock(folder: Path) -> None:
    (folder / ".lock").rename(folder / "old")
    (folder / ".lock").touch()


def remove_log(folder: Path) -> None:
    (folder / "default.jsonl").unlink()


def replace_log(folder: Path) -> None:
    shutil.copy(folder / "default.jsonl", folder / "copy")
    (folder / "copy").rename(folder / "default.jsonl")


def replace_data_folder_with_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("mine")


LOSSES = [
    remove_folder,
    move_folder,
    replace_folder,
    replace_data_folder_with_a_file,
    remove_lock,
    replace_lock,
    remove_log,
    replace_log,
]


def refusal(client: Client, **changes: object) -> str:
    """Why a key link is refused."""
    response = client.post("/v1/IntegrationKeyLink", json={**LINK, **changes})
    assert response.status_code == 500, response.text
    return response.headers["X-Mock-Explain"]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("loss", LOSSES)
def test_writes_are_refused_and_nothing_is_overwritten(loss: Loss, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with process("--data", str(folder)) as server:
        client = server.client
        first = client.link()
        client.put("/__admin/snapshots/before").raise_for_status()
        loss(folder)
        before = contents(tmp_path)
        reason = refusal(client, external_id="2")
        assert str(folder) in reason
        assert "while mockrevio was running" in reason
        assert client.get(f"/v1/IntegrationKeyLink/{first}").status_code == 200
        assert client.get("/v1/IntegrationKeyLink").json()["record_count"] == 1
        assert client.post("/__admin/reset").status_code == 500
        if loss not in (remove_log, replace_log):
            assert client.put("/__admin/snapshots/after").status_code == 500
            assert client.delete("/__admin/snapshots/before").status_code in (404, 500)
        assert server.stop() == 1  # what was written before could not be checkpointed
        assert "while mockrevio was running" in server.errors[-1]
    assert contents(tmp_path) == before


def test_writes_resume_once_the_folder_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with process("--data", str(folder)) as server:
        move_folder(folder)
        refusal(server.client)
        folder.with_name("moved").rename(folder)
        assert server.client.link() == 1
        assert server.stop() == 0
    assert '"external_id": "0012D00000dAsFzQAK"' in (folder / "default.json").read_text()


@pytest.mark.parametrize("loss", [remove_folder, remove_lock])
def test_the_data_of_a_second_server_on_the_same_path_survive_the_first(loss: Loss, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with process("--data", str(folder)) as first:
        first.client.link()
        loss(folder)
        with process("--data", str(folder)) as second:
            link = second.client.link(external_id="of the second", internal_id=1016)
            refusal(first.client, external_id="of the first")
            assert first.stop() == 1
            another = second.client.link(external_id="later", internal_id=1017)
            assert second.stop() == 0, second.errors
    with process("--data", str(folder)) as third:
        for number, external_id in ((link, "of the second"), (another, "later")):
            record = third.client.get(f"/v1/IntegrationKeyLink/{number}").json()
            assert record["external_id"] == external_id


def test_no_world_is_created_or_removed_in_a_folder_that_is_another(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with process("--data", str(folder), "--isolate-clients") as server:
        client = server.client
        client.link()
        replace_folder(folder)
        before = contents(folder)
        assert client.post("/__admin/reset?client=new").status_code == 500
        assert client.delete("/__admin/worlds/acme").status_code == 500
        assert client.get("/v1/IntegrationKeyLink/1").status_code == 200
        server.stop()
    assert contents(folder) == before


def test_a_data_file_that_something_else_has_written_is_not_overwritten(tmp_path: Path) -> None:
    data = tmp_path / "world.json"
    with opened(tmp_path) as database:
        put(database, 1, code="a")
    with suppress(DataUnwritable), opened(tmp_path) as database:  # closing makes another checkpoint
        put(database, 2, code="b")
        edited = data.read_text().replace('"a"', '"edited"')
        data.write_text(edited)
        with pytest.raises(DataUnwritable, match=r"world\.json was changed by another program"):
            database.checkpoint()
    assert data.read_text() == edited
    with opened(tmp_path) as database:
        assert codes(database) == {1: "edited", 2: "b"}


def test_a_data_file_that_was_removed_is_written_again(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
    with opened(tmp_path) as database:
        (tmp_path / "world.json").unlink()
        put(database, 2, code="b")
    with opened(tmp_path) as database:
        assert codes(database) == {1: "a", 2: "b"}


def test_a_checkpoint_does_not_replace_a_log_of_another_process(tmp_path: Path) -> None:
    with suppress(DataUnwritable), opened(tmp_path) as database:  # closing makes another checkpoint
        put(database, 1, code="a")
        shutil.copy(tmp_path / "world.jsonl", tmp_path / "copy")
        (tmp_path / "copy").rename(tmp_path / "world.jsonl")
        before = contents(tmp_path)
        with pytest.raises(DataUnwritable, match=r"world\.jsonl was replaced"):
            database.checkpoint()
    assert contents(tmp_path) == before
