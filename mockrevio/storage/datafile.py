"""The data file: plain TinyDB JSON, one record a line, replaced whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockrevio.errors import DataDamaged, DataUnwritable

Tables = dict[str, dict[int, dict[str, Any]]]


def read_tables(path: Path) -> Tables | None:
    """The tables of a TinyDB file, or None where there is no file.

    Raises DataDamaged, naming the position, where the file is not what TinyDB or mockrevio writes.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise damaged(path, f"at byte {error.start}: no UTF-8 text") from None
    except OSError as error:
        raise DataUnwritable(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise damaged(path, f"at line {error.lineno} column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError):
        raise damaged(path, "a number or a nesting beyond anything mockrevio writes") from None
    if not isinstance(data, dict):
        raise damaged(path, "at line 1: an object with one entry per table was expected")
    return {name: _read_table(path, name, table) for name, table in data.items()}


def _read_table(path: Path, name: str, table: object) -> dict[int, dict[str, Any]]:
    if not isinstance(table, dict):
        raise damaged(path, f"at {name}: a table was expected")
    documents = {}
    for key, document in table.items():
        if not (key.isascii() and key.isdigit()):
            raise damaged(path, f"at {name}.{key}: ids are whole numbers")
        if not isinstance(document, dict):
            raise damaged(path, f"at {name}.{key}: a record was expected")
        documents[int(key)] = document
    return documents


def damaged(path: Path, where: str) -> DataDamaged:
    """The error for a file that cannot be trusted, with what to do about it."""
    return DataDamaged(
        f"{path} is damaged {where}. It was left as it is. Mend it or restore a copy; "
        "to start afresh, move it away together with the .jsonl file beside it"
    )


def write_tables(path: Path, tables: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> None:
    """Replace the file, so that at every moment either the old or the new one is there, whole.

    Records are encoded one by one: a single `json.dumps` of everything would keep all other threads
    waiting for as long as it takes. Raises DataUnwritable, and leaves the old file, if the disk refuses.
    """
    unfinished = path.with_name(path.name + ".tmp")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            separator = "{\n"
            for name, documents in tables.items():
                file.write(f"{separator}{json.dumps(name)}: {{")
                line_end = "\n"
                for document_id, document in documents.items():
                    file.write(f'{line_end}"{document_id}": {json.dumps(document)}')
                    line_end = ",\n"
                file.write("}" if line_end == "\n" else "\n}")
                separator = ",\n"
            file.write("{}\n" if separator == "{\n" else "\n}\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise DataUnwritable(f"{path} cannot be written: {error.strerror or error}") from None


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
