"""The data file: plain TinyDB JSON, one record a line, replaced whole or not at all."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mockrevio.documents import load_strict_json
from mockrevio.errors import DataDamaged, DataUnwritable
from mockrevio.storage.files import write_atomically

Tables = dict[str, dict[int, dict[str, Any]]]


class Malformed(Exception):
    """Tables, or changes to them, of a form that mockrevio does not write; its text says where and why."""


_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def read_tables(path: Path) -> Tables | None:
    """The tables of a TinyDB file, or None where there is no file.

    Raises DataDamaged, naming the position, where the file is not what TinyDB or mockrevio writes.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")  # editors on Windows like to add a mark
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise damage_error(path, f"at byte {error.start}: no UTF-8 text") from None
    except OSError as error:
        raise DataUnwritable(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        data = load_strict_json(text, object_pairs_hook=_reject_duplicate_names)
    except json.JSONDecodeError as error:
        raise damage_error(path, f"at line {error.lineno} column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise damage_error(path, f"by something that mockrevio never writes ({error})") from None
    if not isinstance(data, dict):
        raise damage_error(path, "at line 1: an object with one entry per table was expected")
    try:
        return tables_from(data)
    except Malformed as error:
        raise damage_error(path, f"at {error}") from None


def _reject_duplicate_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of two entries with one name JSON's own reader would lose the first without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{json.dumps(twice)} stands twice in one object")
    return found


def tables_from(data: Mapping[str, object]) -> Tables:
    """Tables as JSON has them, ids made numbers again; Malformed, naming the place, if they are none."""
    return {name: _table_from(name, table) for name, table in data.items()}


def _table_from(name: str, table: object) -> dict[int, dict[str, Any]]:
    if not isinstance(table, dict):
        raise Malformed(f"{name}: a table was expected")
    documents = {}
    for key, document in table.items():
        if not _ID.fullmatch(key):
            raise Malformed(f"{name}.{key}: ids are whole numbers from 1")
        if not isinstance(document, dict):
            raise Malformed(f"{name}.{key}: a record was expected")
        documents[int(key)] = document
    return documents


def next_ids_from(data: object) -> dict[str, int]:
    """The next id of each table as JSON has it; Malformed if it is no such thing."""
    if not isinstance(data, dict) or not all(type(number) is int for number in data.values()):
        raise Malformed("next_ids: whole numbers by table were expected")
    return data


def damage_error(path: Path, where: str) -> DataDamaged:
    """The error for a file that cannot be trusted, with what to do about it."""
    return DataDamaged(
        f"{path} is damaged {where}. It was left as it is. Mend it or restore a copy; "
        "to start afresh, move it away together with the .jsonl file beside it"
    )


def write_tables(path: Path, tables: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> None:
    """Replace the file, so that at every moment either the old or the new one is there, whole.

    Raises DataUnwritable, and leaves the old file, if the disk refuses.
    """
    write_atomically(path, _chunks(tables))


YIELD_EVERY = 20
"""How many records are written before other threads may run."""


def _chunks(tables: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> Iterator[str]:
    """The text of a data file, record by record, and with a pause after every few.

    A single `json.dumps` of everything would keep all other threads waiting for as long as it takes. Nor
    would Python by itself let them run sooner than after 5 ms, each of the many times that a call needs to.
    """
    separator = "{\n"
    for name, documents in tables.items():
        yield f"{separator}{json.dumps(name)}: {{"
        line_end = "\n"
        for number, (document_id, document) in enumerate(documents.items()):
            yield f'{line_end}"{document_id}": {json.dumps(document)}'
            line_end = ",\n"
            if number % YIELD_EVERY == 0:
                time.sleep(0)
        yield "}" if line_end == "\n" else "\n}"
        separator = ",\n"
    yield "{}\n" if separator == "{\n" else "\n}\n"
