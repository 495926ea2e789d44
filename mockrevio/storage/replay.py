"""Replays logged changes on plain tables, validating every one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mockrevio.cancellation import cancellable
from mockrevio.storage.datafile import Malformed, Tables, next_ids_from, tables_from

Check = Callable[[Tables], str | None]
"""Returns what makes the tables unusable and where, or None if they are valid."""


def replay(changes: Sequence[Any], tables: Tables, next_ids: dict[str, int], check: Check) -> dict[str, int]:
    """Apply the changes of one log line to `tables`, and return the resulting next ids.

    Raises Malformed, naming the defect, if mockrevio cannot have logged these changes.
    """
    for change in cancellable(changes):
        match change:
            case ["put", str(name), document_id, dict(document)] if _is_id(document_id):
                _raise_if_defect(check({name: {document_id: document}}))
                tables.setdefault(name, {})[document_id] = document
                _advance_next_id(name, document_id, next_ids)
            case ["delete", str(name), document_id] if _is_id(document_id):
                if document_id not in tables.get(name, {}):
                    raise Malformed(f"{name}.{document_id}: deleted, but does not exist")
                del tables[name][document_id]
                # The record may come from a file of stock TinyDB, which has no next ids.
                _advance_next_id(name, document_id, next_ids)
            case ["replace", dict(new_tables), new_next_ids]:
                replacement, next_ids = tables_from(new_tables), dict(next_ids_from(new_next_ids))
                _raise_if_defect(check(replacement))
                tables.clear()
                tables.update(replacement)
            case _:
                raise Malformed("not a change that mockrevio writes")
    return next_ids


def _is_id(value: object) -> bool:
    return type(value) is int and value > 0


def _advance_next_id(name: str, document_id: int, next_ids: dict[str, int]) -> None:
    next_ids[name] = max(next_ids.get(name, 1), document_id + 1)


def _raise_if_defect(defect: str | None) -> None:
    if defect:
        raise Malformed(defect)
