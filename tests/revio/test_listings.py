"""Listings find the same with and without an index, in tables of any size."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from mockrevio.storage.selections import SMALL_TABLE
from tests.support import LINK, Client, serving

ADMIN = "/__admin"
SIZES = (40, SMALL_TABLE + 500)
STATUSES = ("ACTIVE", "CLOSED", None)


def _customers(size: int) -> list[dict[str, Any]]:
    random = Random(7)
    return [
        {
            "customer_id": number,
            "status": random.choice(STATUSES),
            "account_number": f"A{random.randrange(size):05}",
            "agent_id": random.choice((1, 2)),
            "billing_address": {"company_name": random.choice(("Acme", "Zürich Telecom", "Beta Bank"))},
        }
        for number in random.sample(range(1, 10 * size), size)
    ]


@pytest.fixture(scope="module", params=SIZES)
def world(request: pytest.FixtureRequest) -> Iterator[tuple[Client, list[dict[str, Any]]]]:
    customers = _customers(request.param)
    with serving(fixture=("empty",)) as client:
        assert client.post(f"{ADMIN}/entities/CUSTOMER", json=customers).status_code == 201
        yield client, sorted(customers, key=lambda record: record["customer_id"])


def _matches(record: dict[str, Any], status: str | None, agent: int | None, word: str | None) -> bool:
    texts = [str(record["customer_id"]), record["account_number"], record["billing_address"]["company_name"]]
    texts += [record["status"] or "", str(record["agent_id"])]
    return (
        (status is None or record["status"] == status)
        and (agent is None or record["agent_id"] == agent)
        and (word is None or any(word.casefold() in text.casefold() for text in texts))
    )


@pytest.mark.parametrize("sort", [None, "customer_id", "-customer_id", "account_number", "-account_number"])
@pytest.mark.parametrize("offset", [None, 0, 3, -4, 30, 2100])
@pytest.mark.parametrize(
    "condition",
    [
        (None, None, None),
        ("ACTIVE", None, None),
        ("ACTIVE", 2, None),
        (None, None, "ZÜRICH"),
        ("CLOSED", 1, "acme"),
        ("OTHER", None, None),
    ],
)
def test_a_listing_has_what_a_scan_finds(
    world: tuple[Client, list[dict[str, Any]]],
    sort: str | None,
    offset: int | None,
    condition: tuple[str | None, int | None, str | None],
) -> None:
    client, customers = world
    status, agent, word = condition
    expected = [record for record in customers if _matches(record, *condition)]
    if sort is not None:  # ties are ordered by id, ascending in both directions
        expected.sort(key=lambda record: record[sort.lstrip("-")], reverse=sort.startswith("-"))
    start = max(len(expected) - 7, 0) if offset is None else offset
    start = max(len(expected) + start, 0) if start < 0 else start
    parameters = {"sort": sort, "offset": offset, "limit": 7, "search": word}
    parameters |= {"field.status": status, "field.agent_id": agent}
    listing = client.get(f"{ADMIN}/entities/CUSTOMER", params=parameters).json()
    ids = [record["customer_id"] for record in listing["entities"]]
    assert ids == [record["customer_id"] for record in expected[start : start + 7]]
    assert listing["count"] == len(expected)


def test_a_listing_follows_the_writes() -> None:
    """The indexes that a first listing builds are kept up."""
    with serving() as client:
        by_date = f"{ADMIN}/key_links?sort=-created_date&offset=0&system=SALESFORCE"
        assert client.get(by_date).json()["count"] == 0
        first, second = client.link(), client.link(external_id="x")
        client.put(f"/v1/IntegrationKeyLink/{first}", json={**LINK, "integration_system_id": 5})
        third = client.link(external_id="y")
        client.delete(f"/v1/IntegrationKeyLink/{second}")
        listing = client.get(by_date).json()
        assert [link["integration_key_link_id"] for link in listing["key_links"]] == [third]
        assert listing["count"] == 1
