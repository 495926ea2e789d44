"""Searching dates by range."""

from __future__ import annotations

import pytest

from mockrevio.errors import ApiError
from mockrevio.revio.resources import BUILT_IN, SERVICES, Resource
from mockrevio.revio.search import search_fields
from mockrevio.revio.wire.query import parse_query
from mockrevio.settings import Settings
from mockrevio.world.world import World
from tests.revio.searching import TICKETS, found
from tests.world.common import CUSTOMER


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("created_date_start=2026-01-05", [1, 2, 3]),
        ("created_date_start=2026-01-05T09:30:00", [1, 2, 3]),
        ("created_date_start=2026-01-05T09:30:00.001", [2, 3]),
        ("search.created_date_start=2026-01-06", [3]),
        ("Created_Date_Start=2026-1-6Z", [3]),
        ("created_date_start=2026-01-06T01:00:00%2B01:00", [3]),
        ("created_date_end=2026-01-05", [1, 2]),
        ("created_date_end=2026-01-05T09:30:00", [1]),
        ("created_date_end=2026-01-04", []),
        ("created_date_start=2026-01-05&created_date_end=2026-01-05", [1, 2]),
        ("created_date_start=2026-01-06&created_date_end=2026-01-05", []),
        ("created_date_start=2026-01-05&sort=-created_date", [3, 2, 1]),
        ("created_date_start=2026-01-05&sort=-customer_id&page_size=1&page=2", [2]),
        ("created_date_start=2026-01-05&bill_profile_id=8", [2]),
        ("created_date_start=2026-01-05&name=strasse", [1, 2]),
        ("created_date_start=2026-01-05&created_date_start=2026-01-06", [1, 2, 3]),
        ("created_date_start=&created_date_end=", [1, 2, 3, 4]),
        ("due_date_start=2026-02-01", [2]),
        ("due_date_end=2026-01-10&created_date_start=2026-01-01", [1]),
        ("created_date=2026-01-06", [3]),
    ],
)
def test_dates_are_searched_by_range(world: World, query: str, ids: list[int]) -> None:
    assert found(world, CUSTOMER, query) == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("due_date_start=2026-01-01", [1]),
        ("due_date_end=2026-04-01", [2]),
        ("due_date_start=2026-01-02", []),
        ("due_date_start_start=2026-01-02", [2]),
        ("due_date_end_end=2026-03-31", [1]),
    ],
)
def test_a_parameter_with_the_name_of_a_field_is_not_a_range(
    world: World, query: str, ids: list[int]
) -> None:
    assert found(world, TICKETS, query) == ids


def test_contract_end_is_a_field_and_its_range_has_another_end(world: World) -> None:
    assert found(world, SERVICES, "contract_end=2027-12-31") == [2]
    assert found(world, SERVICES, "contract_end_end=2026-12-31") == [1]
    assert found(world, SERVICES, "contract_start_start=2026-01-01") == [1]


@pytest.mark.parametrize(
    "name", ["status_start", "customer_id_end", "nothing_start", "created_date_middle", "_end"]
)
def test_parameters_that_only_look_like_ranges_are_ignored(world: World, name: str) -> None:
    assert found(world, CUSTOMER, f"{name}=2026-01-06") == [1, 2, 3, 4]
    assert found(world, CUSTOMER, f"{name}=x") == [1, 2, 3, 4]


@pytest.mark.parametrize("value", ["2026-02-30", "yesterday", "1767571200", "2026-01-05T25:00:00"])
@pytest.mark.parametrize(
    "name", ["created_date", "created_date_start", "search.due_date_end", "modified_date"]
)
def test_an_impossible_date_is_rejected_with_the_reason(world: World, name: str, value: str) -> None:
    with pytest.raises(ApiError) as caught:
        found(world, CUSTOMER, f"{name}={value}")
    (problem,) = caught.value.problems
    field = name.removeprefix("search.")
    assert (problem.code, problem.field) == ("invalid", field)
    assert problem.message == (
        f"{field} must be a date such as 2026-01-05, 2026-01-05Z or 2016-10-21T16:24:21.293, not '{value}'."
    )


@pytest.mark.parametrize("resource", list(BUILT_IN), ids=lambda resource: resource.path)
def test_every_date_field_has_an_indexed_range(resource: Resource) -> None:
    for name, field in search_fields(resource).items():
        if field.field.kind != "date" or f"{name}_start" in search_fields(resource):
            continue
        selection = parse_query(f"search.{name}_start=2026-01-05&{name}_end=2026-01-06", resource, Settings())
        assert selection.ranges == {field.names: ("2026-01-05T00:00:00.000", "2026-01-06T23:59:59.999")}
        assert not selection.predicates  # an index answers
