"""Doing to plain tables what a logged change did to the live ones, trusting nothing that the log says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mockrevio.storage.datafile import Malformed, Tables, next_ids_from, tables_from

Check = Callable[[Tables], str | None]
"""Says where tables are unusable and why, or None."""


def replay(changes: Sequence[Any], tables: Tables, next_ids: dict[str, int], check: Check) -> dict[str, int]:
    """Apply the changes of one line to `tables`, and answer the next ids that result.

    Raises Malformed, saying what is wrong, for changes that mockrevio cannot have logged.
    """
    for change in changes:
        match change:
            case ["put", str(name), document_id, dict(document)] if _is_id(document_id):
                _raise_if(check({name: {document_id: document}}))
                tables.setdefault(name, {})[document_id] = document
                _advance_next_id(name, document_id, next_ids)
            case ["delete", str(name), document_id] if _is_id(document_id):
                if document_id not in tables.get(name, {}):
                    raise Malformed(f"{name}.{document_id}: deleted, but it is not there")
                del tables[name][document_id]
                # It may have had the highest id without this log knowing how it came about.
                _advance_next_id(name, document_id, next_ids)
            case ["replace", dict(replacing), following]:
                replaced, next_ids = tables_from(replacing), dict(next_ids_from(following))
                _raise_if(check(replaced))
                tables.clear()
                tables.update(replaced)
            case _:
                raise Malformed("no change of a kind that mockrevio makes")
    return next_ids


def _is_id(value: object) -> bool:
    return type(value) is int and value > 0


def _advance_next_id(name: str, document_id: int, next_ids: dict[str, int]) -> None:
    next_ids[name] = max(next_ids.get(name, 1), document_id + 1)


def _raise_if(wrong: str | None) -> None:
    if wrong:
        raise Malformed(wrong)
