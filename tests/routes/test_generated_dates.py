"""Records that are generated while the mock runs have dates by the world's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockrevio.seeding.generator import GENERATED
from tests.seeding.common import values_in
from tests.seeding.test_generator_dates import MAY_BE_LATER_THAN_TODAY
from tests.support import Client, serving


def generate(client: Client, name: str, count: int = 20) -> list[dict[str, Any]]:
    response = client.post(f"/__admin/entities/{name}", json={"count": count})
    assert response.status_code == 201, response.text
    records: list[dict[str, Any]] = response.json()["entities"]
    return records


def history(name: str, records: list[dict[str, Any]]) -> list[datetime]:
    """The dates of what has happened to records."""
    return [
        datetime.fromisoformat(value)
        for record in records
        for path, field, value in values_in(GENERATED[name].fields, record)
        if field.kind == "date" and not any(part in path for part in MAY_BE_LATER_THAN_TODAY)
    ]


@pytest.mark.parametrize("now", ["1999-03-01T00:00:00", "2030-01-05T03:04:05", "2100-01-01T12:00:00"])
def test_generated_records_end_at_the_clock(now: str) -> None:
    with serving(fixture=("empty",)) as client:
        client.put("/__admin/clock", json={"now": now, "frozen": False})
        latest = []
        for name in GENERATED:
            dates = history(name, generate(client, name))
            assert all(date <= datetime.fromisoformat(now) for date in dates), name
            latest += dates
    assert max(latest) > datetime.fromisoformat(now) - timedelta(days=30)


def test_by_default_they_end_today(client: Client) -> None:
    dates = history("CUSTOMER", generate(client, "CUSTOMER", 300))
    today = datetime.now(UTC).replace(tzinfo=None)
    assert today - timedelta(days=30) < max(dates) < today


@pytest.mark.parametrize("now", ["0001-01-01", "9999-12-31T23:59:59.999"])
def test_records_can_be_generated_at_the_ends_of_time(client: Client, now: str) -> None:
    client.put("/__admin/clock", json={"now": now})
    for name in GENERATED:
        generate(client, name, 10)


def test_the_same_seed_and_clock_give_the_same_records() -> None:
    runs = []
    for clock in ("2030-01-02", "2030-01-02", "2031-01-02"):
        with serving(seed=7) as client:
            client.put("/__admin/clock", json={"now": clock})
            runs.append(generate(client, "CUSTOMER"))
    assert runs[0] == runs[1]
    assert [record["created_date"] for record in runs[2]] > [record["created_date"] for record in runs[0]]
    assert [record["email"] for record in runs[2]] == [record["email"] for record in runs[0]]
