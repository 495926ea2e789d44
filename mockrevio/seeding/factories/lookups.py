"""Look-up tables: fixed rows from `lookups.json`. Rows refer to others by their number, from 1."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from mockrevio.revio.fields import Field, Record
from mockrevio.revio.resources import USERS
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding.batch import Batch

_DAYS = 300
"""All rows are created in the first days of the reseller, before its first customer: users before others."""

PARTNER_LOGIN = "partner.portal"
"""The login that an agent uses."""


@cache
def lookup_rows() -> Mapping[str, Sequence[Record]]:
    """The rows of each look-up table, by path, without ids."""
    rows: dict[str, list[Record]] = json.loads(
        Path(__file__).parents[1].joinpath("lookups.json").read_text("utf-8")
    )
    return rows


def lookup_row(batch: Batch) -> Record:
    """The next row of a look-up table. Beyond the last one they repeat, with a number in their names."""
    rows = lookup_rows()[batch.resource.path]
    index = batch.next_index()
    edition, number = divmod(index, len(rows))
    row = copy.deepcopy(rows[number])
    if edition:
        _rename(row, edition + 1)
    for name, value in row.items():
        row[name] = _resolve(batch.resource.fields[name], value, batch)
    if "created_date" in batch.resource.fields:
        days = index % 60 if batch.resource is USERS else 60 + index * 7 % (_DAYS - 60)
        start = batch.fake.first_day + timedelta(days=days, hours=8)
        row["created_date"] = format_date(batch.fake.datetime_between(start, start + timedelta(hours=9)))
    return row | _of_user(row, batch) if batch.resource is USERS else row


def _rename(row: Record, edition: int) -> None:
    for name in ("name", "description"):
        if name in row:
            row[name] += f" {edition}"
    if "login_name" in row:
        row["login_name"] += str(edition)


def _resolve(field: Field, value: Any, batch: Batch) -> Any:
    """The ids for the row numbers in a reference or a list of references; any other value as it is."""
    if not field.refers_to:
        return value
    if isinstance(value, list):
        ids = [batch.nth_id(field.refers_to, number) for number in value]
        return sorted({record_id for record_id in ids if record_id is not None})
    return batch.nth_id(field.refers_to, value)


def _of_user(row: Record, batch: Batch) -> Record:
    login = row["login_name"]
    return {
        "email": f"{login}@example.com",
        "agent_id": batch.reference("Agents") if login == PARTNER_LOGIN else None,
        "customer_hierarchy_id": row.get("customer_hierarchy_id"),
    }
