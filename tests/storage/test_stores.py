"""Recovery from the data file and the log, and the refusal of damaged ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import DataDamaged
from mockrevio.storage.stores import BOOKKEEPING, EphemeralStore, FileStore
from tests.storage.common import check, codes, contents, crash_copy, delete, opened, put


def write(folder: Path, tables: Any = None, *lines: Any) -> None:
    """Write a data file, and a log with one line for each list of changes."""
    folder.mkdir(exist_ok=True)
    if tables is not None:
        (folder / "world.json").write_text(json.dumps(tables))
    entries = [{"seq": seq, "changes": changes} for seq, changes in enumerate(lines, start=1)]
    (folder / "world.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def test_data_file_and_log_together_are_the_last_acknowledged_state(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"things": {"1": {"id": 1, "code": "a"}, "2": {"id": 2, "code": "b"}}},
        [["put", "things", 3, {"id": 3, "code": "c"}]],
        [["delete", "things", 1], ["put", "things", 2, {"id": 2, "code": "B"}]],
    )
    with opened(tmp_path) as database:
        assert codes(database) == {2: "B", 3: "c"}
        assert database.live_table("things").next_id == 4


def test_a_clean_stop_checkpoints_everything_and_leaves_an_empty_log(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        put(database, 1, code="a")
    files = contents(tmp_path)
    assert files["world.jsonl"] == b""
    data = json.loads(files["world.json"])
    assert data["things"] == {"1": {"id": 1, "code": "a"}}
    assert data[BOOKKEEPING]["1"].items() >= {"checkpoint": 1, "next_ids": {"things": 2}}.items()


def test_a_deleted_id_is_not_reused_after_a_stop_or_a_crash(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as database:
        put(database, 1, code="a")
        put(database, 2, code="b")
        delete(database, 2)
        crash = crash_copy(tmp_path / "data", tmp_path / "crash")
    for folder in (tmp_path / "data", crash):
        with opened(folder) as database:
            assert database.live_table("things").insert({"code": "c"}) == 3


def test_a_deleted_id_of_a_stock_tinydb_file_is_not_reused_after_a_crash(tmp_path: Path) -> None:
    write(tmp_path / "data", {"things": {"1": {"code": "a"}, "2": {"code": "b"}}})
    with opened(tmp_path / "data") as database:
        delete(database, 2)
        crash = crash_copy(tmp_path / "data", tmp_path / "crash")
    with opened(crash) as database:
        assert database.live_table("things").next_id == 3


@pytest.mark.parametrize(
    ("tables", "where"),
    [
        ({"things": {"1": {"id": 1, "code": 5}}}, "things.1.code: must be text"),
        ({BOOKKEEPING: {"1": {"checkpoint": "7"}}}, f"{BOOKKEEPING}.1.checkpoint"),
        ({BOOKKEEPING: {"1": {"checkpoint": -1}}}, f"{BOOKKEEPING}.1.checkpoint"),
        ({BOOKKEEPING: {"1": {"checkpoint": True}}}, f"{BOOKKEEPING}.1.checkpoint"),
        ({BOOKKEEPING: {"1": {"next_ids": [1]}}}, f"{BOOKKEEPING}.1.next_ids"),
        ({BOOKKEEPING: {"1": {"next_ids": {"things": "3"}}}}, f"{BOOKKEEPING}.1.next_ids"),
    ],
)
def test_a_data_file_with_invalid_contents_is_refused_and_no_file_changes(
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
def test_a_log_with_invalid_changes_is_refused_and_no_file_changes(tmp_path: Path, changes: Any) -> None:
    write(tmp_path, {"things": {"1": {"id": 1}}}, [["put", "things", 2, {"id": 2}]], changes)
    # An incomplete line follows, which a successful recovery would cut off.
    with (tmp_path / "world.jsonl").open("a") as log:
        log.write('{"seq": 3, "cha')
    before = contents(tmp_path)
    with pytest.raises(DataDamaged) as caught, opened(tmp_path, warnings=[]):
        pass
    assert f"{tmp_path / 'world.jsonl'} is damaged at line 2" in str(caught.value)
    assert contents(tmp_path) == before


def test_refused_data_opens_once_it_is_fixed(tmp_path: Path) -> None:
    write(tmp_path, {"things": {"1": {"id": 1, "code": 5}}})
    with pytest.raises(DataDamaged), opened(tmp_path):
        pass
    write(tmp_path, {"things": {"1": {"id": 1, "code": "5"}}})
    with opened(tmp_path) as database:
        assert codes(database) == {1: "5"}


def test_an_ephemeral_store_accepts_changes_and_recovers_nothing() -> None:
    store = EphemeralStore()
    store.append([("put", "things", 1, {})])
    store.sync()
    assert store.recover(check) == ({}, {})
    assert not store.checkpoint_due()
    store.close()


def test_tinydbs_read_and_write_of_everything_are_not_implemented(tmp_path: Path) -> None:
    for store in (EphemeralStore(), FileStore(tmp_path / "world.json", fsync=False, warn=print)):
        with pytest.raises(NotImplementedError):
            store.read()
        with pytest.raises(NotImplementedError):
            store.write({})
        store.close()
