"""Random searches, sorts and pages over HTTP return what a simple model returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import TESTER, Client, serving

LINKS = "/v1/IntegrationKeyLink"
SEARCHED = {
    "integration_key_link_id": st.integers(1, 14),
    "integration_system_id": st.integers(3, 6),
    "integration_entity_type_id": st.sampled_from([1, 2]),
    "internal_id": st.integers(1001, 1004),
    "external_id": st.sampled_from(["a", "A", "b", "ä", "missing"]),
    "created_by": st.sampled_from([TESTER, 1]),
}
RECORDS = [
    {
        "integration_system_id": 3 + number % 3,
        "integration_entity_type_id": 1 + number % 2,
        "internal_id": 1001 + number % 4 // 2,
        "external_id": ["a", "A", "b", "ä"][number % 4],
    }
    for number in range(12)
]


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Client, list[dict[str, Any]]]]:
    with serving(duplicates="allow") as client:
        for record in RECORDS:
            client.link(**record)
        yield client, client.get(LINKS, params={"page_size": 500}).json()["records"]


def model(
    records: list[dict[str, Any]], criteria: dict[str, list[Any]], sort: str, page: int, size: int
) -> dict[str, Any]:
    matching = [
        record
        for record in records
        if all(record[name] in values for name, values in criteria.items() if values)
    ]
    if sort:
        matching.sort(key=lambda record: record[sort.lstrip("-")], reverse=sort.startswith("-"))
    start = (page - 1) * size
    on_page = matching[start : start + size]
    has_more = len(matching) > start + size
    return {"ok": True, "has_more": has_more, "record_count": len(on_page), "records": on_page}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    criteria=st.fixed_dictionaries({}, optional={n: st.lists(v, max_size=3) for n, v in SEARCHED.items()}),
    sort=st.sampled_from(["", *SEARCHED, *(f"-{name}" for name in SEARCHED)]),
    page=st.integers(1, 5),
    size=st.integers(1, 15),
    prefix=st.sampled_from(["", "search."]),
)
def test_a_collection_matches_the_model(  # noqa: PLR0917 (hypothesis passes by name)
    world: tuple[Client, list[dict[str, Any]]],
    criteria: dict[str, list[Any]],
    sort: str,
    page: int,
    size: int,
    prefix: str,
) -> None:
    client, records = world
    pairs = [(name, value) for name, values in criteria.items() for value in values]
    pairs += [("page", page), ("page_size", size), ("sort", sort)]
    query = urlencode([(prefix + name, value) for name, value in pairs])
    assert client.get(f"{LINKS}?{query}").json() == model(records, criteria, sort, page, size)
