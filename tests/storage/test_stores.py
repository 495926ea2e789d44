"""Recovery: data file and log together, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import DataDamaged
from mockrevio.storage.stores import METADATA, EphemeralStore, FileStore
from tests.storage.common import check, codes, contents, delete, left_by_crash, opened, put


def write(folder: Path, tables: Any = None, *lines: Any) -> None:
    """A data file, and a log with these changes as its lines, numbered from 1."""
    folder.mkdir(exist_ok=True)
    if tables is not None:
        (folder / "world.json").write_text(json.dumps(tables))
    entries = [{"seq": seq, "changes": changes} for seq, changes in enumerate(lines, start=1)]
    (folder / "world.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def test_data_file_and_log_together_are_what_was_answered_last(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"things": {"1": {"id": 1, "code": "a"}, "2": {"id": 2, "code": "b"}}},
        [["put", "things", 3, {"id": 3, "code": "c"}]],
        [["delete", "things", 1], ["put", "things", 2, {"id": 2, "code": "B"}]],
    )
    with opened(tmp_path) as database:
        assert codes(database) == {2: "B", 3: "c"}
        assert database.live("things").next_id == 4


def test_a_clean_stop_leaves_everything_in_the_data_file_and_an_empty_log(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
    files = contents(tmp_path)
    assert files["world.jsonl"] == b""
    data = json.loads(files["world.json"])
    assert data["things"] == {"1": {"id": 1, "code": "a"}}
    assert data[METADATA]["1"].items() >= {"folded": 1, "next_ids": {"things": 2}}.items()


def test_an_id_that_was_deleted_is_not_given_out_again_after_a_stop_or_a_crash(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as database:
        put(database, 1, code="a")
        put(database, 2, code="b")
        delete(database, 2)
        crash = left_by_crash(tmp_path / "data", tmp_path / "crash")
    for folder in (tmp_path / "data", crash):
        with opened(folder) as database:
            assert database.live("things").insert({"code": "c"}) == 3


def test_the_same_holds_for_a_record_of_stock_tinydb_deleted_before_a_crash(tmp_path: Path) -> None:
    write(tmp_path / "data", {"things": {"1": {"code": "a"}, "2": {"code": "b"}}})
    with opened(tmp_path / "data") as database:
        delete(database, 2)
        crash = left_by_crash(tmp_path / "data", tmp_path / "crash")
    with opened(crash) as database:
        assert database.live("things").next_id == 3


@pytest.mark.parametrize(
    ("tables", "where"),
    [
        ({"things": {"1": {"id": 1, "code": 5}}}, "things.1.code: must be text"),
        ({METADATA: {"1": {"folded": "7"}}}, f"{METADATA}.1.folded"),
        ({METADATA: {"1": {"folded": -1}}}, f"{METADATA}.1.folded"),
        ({METADATA: {"1": {"folded": True}}}, f"{METADATA}.1.folded"),
        ({METADATA: {"1": {"next_ids": [1]}}}, f"{METADATA}.1.next_ids"),
        ({METADATA: {"1": {"next_ids": {"things": "3"}}}}, f"{METADATA}.1.next_ids"),
    ],
)
def test_a_data_file_with_wrong_contents_is_refused_and_no_file_changes(
    tmp_path: Path, tables: Any, where: str
) -> None:
    (tmp_path / "world.json").write_text(json.dumps(tables))
    before = contents(tmp_path)
    with pytest.raises(DataDamaged) as caught, opened(tmp_path):
        pass
    assert f"{tmp_path / 'world.json'} is damaged at {where}" in str(caught.value)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "changes", [[["delete", "things", 8]], [["put", "things"]], [["put", "things", 3, {"code": 1}]], [5]]
)
def test_a_log_that_replays_nonsense_is_refused_and_no_file_changes(tmp_path: Path, changes: Any) -> None:
    write(tmp_path, {"things": {"1": {"id": 1}}}, [["put", "things", 2, {"id": 2}]], changes)
    # A torn line behind it, which recovery would otherwise cut off.
    with (tmp_path / "world.jsonl").open("a") as log:
        log.write('{"seq": 3, "cha')
    before = contents(tmp_path)
    with pytest.raises(DataDamaged) as caught, opened(tmp_path, warnings=[]):
        pass
    assert f"{tmp_path / 'world.jsonl'} is damaged at line 2" in str(caught.value)
    assert contents(tmp_path) == before


def test_data_that_was_refused_opens_once_it_is_mended(tmp_path: Path) -> None:
    write(tmp_path, {"things": {"1": {"id": 1, "code": 5}}})
    with pytest.raises(DataDamaged), opened(tmp_path):
        pass
    write(tmp_path, {"things": {"1": {"id": 1, "code": "5"}}})
    with opened(tmp_path) as database:
        assert codes(database) == {1: "5"}


def test_a_store_that_keeps_nothing_recovers_nothing_and_takes_everything() -> None:
    store = EphemeralStore()
    store.append([("put", "things", 1, {})])
    store.sync()
    assert store.recover(check) == ({}, {})
    assert not store.fold_due()
    store.close()


def test_tinydbs_own_way_of_rewriting_everything_is_shut(tmp_path: Path) -> None:
    for store in (EphemeralStore(), FileStore(tmp_path / "world.json", fsync=False, warn=print)):
        with pytest.raises(NotImplementedError):
            store.read()
        with pytest.raises(NotImplementedError):
            store.write({})
        store.close()
