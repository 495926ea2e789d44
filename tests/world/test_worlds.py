"""The worlds of a process, and its claim on the folder."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import DataDamaged, DataInUse, FixtureError
from mockrevio.settings import Settings
from mockrevio.world.worlds import Worlds
from tests.world.common import fixture_file


def worlds(warnings: list[str] | None = None, **options: Any) -> Worlds:
    def warn(message: str) -> None:
        assert warnings is not None, message
        warnings.append(message)

    return Worlds(Settings(**options, explicit=frozenset(options)), warn)


def test_a_world_is_there_once_they_are_opened_and_until_they_are_closed(tmp_path: Path) -> None:
    made = worlds(data=tmp_path / "data")
    assert made.names() == []
    with pytest.raises(RuntimeError, match="not loaded yet"):
        made.default()
    made.open()
    assert made.ready
    assert made.names() == ["default"]
    assert made.default().records.exists("CUSTOMER", 1015)
    made.close()
    assert made.names() == []
    made.close()  # once more does no harm


def test_nothing_is_made_before_they_are_opened(tmp_path: Path) -> None:
    worlds(data=tmp_path / "data").close()
    assert list(tmp_path.iterdir()) == []


def test_two_processes_worth_of_worlds_cannot_share_a_folder_but_may_follow_each_other(
    tmp_path: Path,
) -> None:
    first, second = worlds(data=tmp_path), worlds(data=tmp_path)
    first.open()
    with pytest.raises(DataInUse, match=str(tmp_path)):
        second.open()
    second.close()
    assert first.default().records.add("CUSTOMER", [7])
    first.close()
    second.open()
    assert second.default().records.exists("CUSTOMER", 7)
    second.close()


def test_one_thread_may_open_and_another_close(tmp_path: Path) -> None:
    first, second = worlds(data=tmp_path), worlds(data=tmp_path)
    opening = threading.Thread(target=first.open)
    opening.start()
    opening.join()
    first.close()
    second.open()
    second.close()


def test_a_fixture_with_mistakes_leaves_no_folder_behind(tmp_path: Path) -> None:
    made = worlds(data=tmp_path / "data", fixture=(fixture_file(tmp_path, schema=3),))
    with pytest.raises(FixtureError):
        made.open()
    made.close()
    assert not (tmp_path / "data").exists()


def test_damaged_data_gives_the_folder_back(tmp_path: Path) -> None:
    (tmp_path / "default.json").write_text("{")
    first, second = worlds(data=tmp_path), worlds(data=tmp_path)
    with pytest.raises(DataDamaged):
        first.open()
    (tmp_path / "default.json").unlink()
    second.open()
    second.close()


def test_ephemeral_worlds_make_no_file_and_do_not_mind_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    both = [worlds(ephemeral=True) for _ in range(2)]
    for each in both:
        each.open()
    both[0].default().records.add("CUSTOMER", [7])
    assert not both[1].default().records.exists("CUSTOMER", 7)
    for each in both:
        each.close()
    assert list(tmp_path.iterdir()) == []


def test_a_few_oddities_of_a_fixture_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    records = [{"agent_id": each, "colour": "red"} for each in range(1, 11)]
    warnings: list[str] = []
    made = worlds(warnings, ephemeral=True, fixture=(fixture_file(tmp_path, entities={"AGENT": records}),))
    made.open()
    made.close()
    assert len(warnings) == 4
    assert all("colour: unknown field of AGENT" in each for each in warnings[:3])
    assert warnings[3] == "and 7 more such notes; mockrevio fixture check names them all"
