"""The data file: its format, the refusal of damaged files, and atomic replacement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from mockrevio.errors import DataDamaged, DataUnwritable
from mockrevio.storage.datafile import read_tables, write_tables
from tests.storage.common import contents
from tests.storage.refusals import disk_full, posix_only

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TABLES = st.dictionaries(
    st.text(),
    st.dictionaries(st.integers(1, 10**17), st.dictionaries(st.text(), VALUES, max_size=4), max_size=4),
    max_size=4,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "world.json"


@given(tables=TABLES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tables_are_read_back_as_written(path: Path, tables: dict[str, dict[int, dict[str, Any]]]) -> None:
    write_tables(path, tables)
    assert read_tables(path) == tables


def test_a_missing_file_has_no_tables(path: Path) -> None:
    assert read_tables(path) is None


def test_stock_tinydb_reads_the_file(path: Path) -> None:
    write_tables(path, {"key_links": {3: {"external_id": "Müller"}, 7: {"external_id": "x"}}, "empty": {}})
    with TinyDB(path) as stock:
        assert [(link.doc_id, dict(link)) for link in stock.table("key_links")] == [
            (3, {"external_id": "Müller"}),
            (7, {"external_id": "x"}),
        ]
        assert stock.table("key_links").insert({"external_id": "y"}) == 8


def test_a_file_written_by_stock_tinydb_is_read(path: Path) -> None:
    with TinyDB(path) as stock:
        stock.table("key_links").insert_multiple([{"external_id": "a"}, {"external_id": "b"}])
    assert read_tables(path) == {"key_links": {1: {"external_id": "a"}, 2: {"external_id": "b"}}}


def test_the_file_has_one_record_per_line(path: Path) -> None:
    write_tables(path, {"key_links": {1: {"external_id": "a"}, 2: {"external_id": "b"}}})
    assert '"2": {"external_id": "b"}' in path.read_text().splitlines()


def test_a_byte_order_mark_is_accepted(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + b'{"key_links": {}}')
    assert read_tables(path) == {"key_links": {}}


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"", "line 1 column 1"),
        (b'{\n"key_links": {\n"1": {"external_id"', "line 3 column 20"),
        (b'{"key_links": {"1": {}}} and more', "line 1 column 26"),
        (b'{"key_links": \xff}', "byte 14: not UTF-8"),
        (b"[1, 2]", "line 1: the file must be an object"),
        (b'{"key_links": [1]}', "key_links: must be a table"),
        (b'{"key_links": {"1": {}, "one": {}}}', "key_links.one: ids must be whole numbers"),
        (b'{"key_links": {"1": {}, "01": {}}}', "key_links.01: ids must be whole numbers"),
        (b'{"key_links": {"0": {}}}', "key_links.0: ids must be whole numbers"),
        (b'{"key_links": {"-1": {}}}', "key_links.-1: ids must be whole numbers"),
        (b'{"key_links": {"' + b"9" * 5000 + b'": {}}}', "ids must be whole numbers"),
        (b'{"key_links": {"1": [1]}}', "key_links.1: must be a record"),
        (b'{"key_links": {"1": {"internal_id": NaN}}}', "NaN is not a JSON number"),
        (b'{"key_links": {"1": {"internal_id": ' + b"9" * 5000 + b"}}}", "never writes"),
        (b"[" * 200_000, "never writes"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_damage_is_reported_with_file_and_position_and_the_file_is_unchanged(
    path: Path, data: bytes, where: str
) -> None:
    path.write_bytes(data)
    with pytest.raises(DataDamaged) as caught:
        read_tables(path)
    assert str(path) in str(caught.value)
    assert where in str(caught.value)
    assert contents(path.parent) == {"world.json": data}


def test_a_folder_in_place_of_the_file_is_an_error_that_names_it(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DataUnwritable, match=r"world\.json cannot be read"):
        read_tables(path)


@posix_only
def test_a_full_disk_keeps_the_old_file_and_leaves_no_partial_file(path: Path) -> None:
    write_tables(path, {"key_links": {1: {"external_id": "old"}}})
    before = contents(path.parent)
    larger = {"key_links": {link_id: {"external_id": "new" * 50} for link_id in range(1, 500)}}
    with (
        disk_full(at=20_000),
        pytest.raises(DataUnwritable, match=r"world\.json cannot be written: File too"),
    ):
        write_tables(path, larger)
    assert contents(path.parent) == before
    write_tables(path, larger)
    assert read_tables(path) == larger


def test_a_path_inside_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DataUnwritable, match="cannot be written"):
        write_tables(tmp_path / "file" / "world.json", {})


def test_a_temporary_file_left_by_a_crash_is_overwritten(path: Path) -> None:
    path.with_name("world.json.tmp").write_text('{"key_links": {"1"')
    write_tables(path, {"key_links": {}})
    assert json.loads(path.read_text()) == {"key_links": {}}
    assert list(contents(path.parent)) == ["world.json"]
