"""The worlds of a process, and its lock on the folder."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import DataDamaged, DataInUse, FixtureError
from mockrevio.settings import Settings
from mockrevio.world.worlds import Worlds
from tests.world.common import CUSTOMER, fixture_file


def worlds(warnings: list[str] | None = None, **options: Any) -> Worlds:
    def warn(message: str) -> None:
        assert warnings is not None, message
        warnings.append(message)

    return Worlds(Settings(**options, explicit=frozenset(options)), warn)


def test_the_default_world_exists_from_open_to_close(tmp_path: Path) -> None:
    all_worlds = worlds(data=tmp_path / "data")
    assert all_worlds.names() == []
    with pytest.raises(RuntimeError, match="not loaded yet"):
        all_worlds.default()
    all_worlds.open()
    assert all_worlds.ready
    assert all_worlds.names() == ["default"]
    assert all_worlds.default().records.exists(CUSTOMER, 1015)
    all_worlds.close()
    assert all_worlds.names() == []
    all_worlds.close()  # closing twice is harmless


def test_nothing_is_created_before_open(tmp_path: Path) -> None:
    worlds(data=tmp_path / "data").close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_locked_from_open_to_close(tmp_path: Path) -> None:
    first, second, third = worlds(data=tmp_path), worlds(data=tmp_path), worlds(data=tmp_path)
    first.open()
    with pytest.raises(DataInUse, match=str(tmp_path)):
        second.open()
    second.close()
    assert first.default().records.add(CUSTOMER, [7])
    first.close()
    third.open()
    assert third.default().records.exists(CUSTOMER, 7)
    third.close()


def test_one_thread_may_open_and_another_close(tmp_path: Path) -> None:
    first, second = worlds(data=tmp_path), worlds(data=tmp_path)
    opening = threading.Thread(target=first.open)
    opening.start()
    opening.join()
    first.close()
    second.open()
    second.close()


def test_an_invalid_fixture_creates_no_folder(tmp_path: Path) -> None:
    all_worlds = worlds(data=tmp_path / "data", fixture=(fixture_file(tmp_path, schema=3),))
    with pytest.raises(FixtureError):
        all_worlds.open()
    all_worlds.close()
    assert not (tmp_path / "data").exists()


def test_the_folder_is_released_if_its_data_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "default.json").write_text("{")
    first, second = worlds(data=tmp_path), worlds(data=tmp_path)
    with pytest.raises(DataDamaged):
        first.open()
    (tmp_path / "default.json").unlink()
    second.open()
    second.close()


def test_ephemeral_worlds_create_no_files_and_are_independent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = worlds(ephemeral=True), worlds(ephemeral=True)
    first.open()
    second.open()
    first.default().records.add(CUSTOMER, [7])
    assert not second.default().records.exists(CUSTOMER, 7)
    first.close()
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_the_warning_about_kept_data_names_the_client_code(tmp_path: Path) -> None:
    options: dict[str, Any] = {"data": tmp_path, "isolate_clients": True}
    first = worlds(**options)
    first.open()
    first.for_client("Acme")
    first.close()
    warnings: list[str] = []
    second = worlds(warnings, fixture=("empty",), **options)
    second.open()
    second.for_client("Acme")
    second.close()
    assert warnings[1] == (
        f"{tmp_path}{os.sep} already contains data of client code 'Acme' from the fixture default; "
        "it was kept. To load empty instead, POST /__admin/reset?client=Acme"
    )


def test_a_few_fixture_warnings_are_printed_and_the_rest_counted(tmp_path: Path) -> None:
    records = [{"agent_id": agent_id, "colour": "red"} for agent_id in range(1, 11)]
    warnings: list[str] = []
    all_worlds = worlds(
        warnings, ephemeral=True, fixture=(fixture_file(tmp_path, entities={"AGENT": records}),)
    )
    all_worlds.open()
    all_worlds.close()
    assert len(warnings) == 4
    assert all("colour: unknown field of AGENT" in warning for warning in warnings[:3])
    assert warnings[3] == "and 7 more; mockrevio fixture check lists them all"
