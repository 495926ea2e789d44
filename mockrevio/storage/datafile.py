"""The data file: plain TinyDB JSON with one record per line, replaced atomically."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mockrevio.documents import load_strict_json
from mockrevio.errors import DataDamaged
from mockrevio.regular_files import read_regular_file
from mockrevio.storage.files import unusable_error, write_atomically

Tables = dict[str, dict[int, dict[str, Any]]]


class Malformed(Exception):
    """Tables, or changes to them, in a form that mockrevio does not write. The message says where and why."""


_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def read_tables(path: Path) -> Tables | None:
    """Read the tables of a TinyDB file. Returns None if the file does not exist.

    Raises DataDamaged, naming the position, if neither TinyDB nor mockrevio writes such a file, and
    DataUnwritable if the file cannot be read.
    """
    try:
        text = read_regular_file(path).decode("utf-8-sig")  # editors on Windows may add a byte order mark
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise damage_error(path, f"at byte {error.start}: not UTF-8 text") from None
    except OSError as error:
        raise unusable_error(path, "read", error) from None
    try:
        data = load_strict_json(text)
    except json.JSONDecodeError as error:
        raise damage_error(path, f"at line {error.lineno} column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise damage_error(path, f"by JSON that mockrevio never writes: {error}") from None
    if not isinstance(data, dict):
        raise damage_error(path, "at line 1: the file must be an object with one entry per table")
    try:
        return tables_from(data)
    except Malformed as error:
        raise damage_error(path, f"at {error}") from None


def tables_from(data: Mapping[str, object]) -> Tables:
    """Convert tables from JSON, turning ids into integers.

    Raises Malformed, naming the place, if the tables are invalid.
    """
    return {name: _table_from(name, table) for name, table in data.items()}


def _table_from(name: str, table: object) -> dict[int, dict[str, Any]]:
    if not isinstance(table, dict):
        raise Malformed(f"{name}: must be a table")
    documents = {}
    for key, document in table.items():
        if not _ID.fullmatch(key):
            raise Malformed(f"{name}.{key}: ids must be whole numbers from 1")
        if not isinstance(document, dict):
            raise Malformed(f"{name}.{key}: must be a record")
        documents[int(key)] = document
    return documents


def next_ids_from(data: object) -> dict[str, int]:
    """Return the next id of each table, as read from JSON. Raises Malformed if the value has another form."""
    if not isinstance(data, dict) or not all(type(number) is int for number in data.values()):
        raise Malformed("next_ids: must map each table to a whole number")
    return data


def damage_error(path: Path, defect: str) -> DataDamaged:
    """Create the error for a data file or log that cannot be trusted. `defect` starts with "at" or "by"."""
    file, log = path.with_suffix(".json").name, path.with_suffix(".jsonl").name
    return DataDamaged(
        f"{path} is damaged {defect}. No file was changed. Fix the file or restore a backup; "
        f"to start over, move {file} and {log} out of the folder."
    )


def write_tables(path: Path, tables: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> None:
    """Replace the data file atomically: at any moment, the path holds either the old file or the new one.

    Raises DataUnwritable, and keeps the old file, if writing fails.
    """
    write_atomically(path, _chunks(tables))


def _chunks(tables: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield the text of a data file record by record: all in one call would keep other threads waiting."""
    separator = "{\n"
    for name, documents in tables.items():
        yield f"{separator}{json.dumps(name)}: {{"
        line_end = "\n"
        for document_id, document in documents.items():
            yield f'{line_end}"{document_id}": {json.dumps(document)}'
            line_end = ",\n"
        yield "}" if line_end == "\n" else "\n}"
        separator = ",\n"
    yield "{}\n" if separator == "{\n" else "\n}\n"
