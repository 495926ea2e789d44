"""Parsing query strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio.errors import ApiError
from mockrevio.revio.resources import ENTITIES, INTEGRATION_KEY_LINK, INTEGRATION_SYSTEM, Resource
from mockrevio.revio.wire.query import parse_parameters, parse_query
from mockrevio.settings import Settings
from mockrevio.storage import Selection
from tests.revio.wire.common import problems_of


def parse(text: str, resource: Resource = INTEGRATION_KEY_LINK, **options: str) -> Selection:
    selection = parse_query(text, resource, Settings(**options))  # type: ignore[arg-type]
    return selection._replace(predicates=tuple(selection.predicates))


def test_an_empty_query_is_the_first_ten_records() -> None:
    assert parse("") == Selection(limit=10)
    assert parse("").offset == 0


@pytest.mark.parametrize("prefix", ["", "search.", "Search.", "%73earch."])
def test_every_parameter_may_have_the_search_prefix(prefix: str) -> None:
    text = "&".join(
        prefix + parameter for parameter in ("external_id=a", "page=3", "page_size=7", "sort=-internal_id")
    )
    query = parse(text)
    assert query == Selection(
        {"external_id": frozenset({"a"})}, sort="internal_id", descending=True, offset=14, limit=7
    )
    assert query.offset == 14


def test_parameters_keep_their_order_and_lose_their_prefix_and_case() -> None:
    assert parse_parameters("B=1&search.A=&b=%20x+y") == [("b", "1"), ("a", ""), ("b", " x y")]


def test_values_are_compared_by_the_kind_of_their_field() -> None:
    criteria = parse("internal_id=+7&internal_id=007&external_id=007").criteria
    assert criteria == {"internal_id": frozenset({7}), "external_id": frozenset({"007"})}
    assert parse("system_name=SalesForce", INTEGRATION_SYSTEM).criteria == {
        "system_name": frozenset({"salesforce"})
    }
    products = parse("active=TRUE&rate=49.90", ENTITIES["PRODUCT"]).criteria
    assert products == {"active": frozenset({True}), "rate": frozenset({49.9})}


def test_objects_and_lists_cannot_be_searched_or_sorted() -> None:
    query = parse("finance=x&billing_address=y&sort=finance", ENTITIES["CUSTOMER"])
    assert (query.criteria, query.ranges, query.predicates, query.sort) == ({}, {}, (), None)


@pytest.mark.parametrize(("setting", "criteria"), [("ignore", {}), ("match", {"external_id": {None, ""}})])
def test_a_blank_value_follows_the_setting(setting: str, criteria: dict[str, set[object]]) -> None:
    assert parse("external_id=", blank_search=setting).criteria == criteria
    assert parse("page=&page_size=&sort=", blank_search=setting) == parse("")


@pytest.mark.parametrize(("sent", "size"), [(1, 1), (500, 500), (501, 500), (1000, 500)])
def test_a_page_size_over_the_maximum_is_cut(sent: int, size: int) -> None:
    assert parse(f"page_size={sent}").limit == size


def test_a_page_size_over_the_maximum_can_be_rejected() -> None:
    assert parse("page_size=500", page_size_over_max="reject").limit == 500
    with pytest.raises(ApiError) as caught:
        parse("page_size=501", page_size_over_max="reject")
    assert [problem.field for problem in caught.value.problems] == ["page_size"]


def test_every_invalid_parameter_is_reported_and_explained() -> None:
    with pytest.raises(ApiError) as caught:
        parse("internal_id=x&page=0&page_size=x")
    assert [problem.field for problem in caught.value.problems] == ["internal_id", "page", "page_size"]
    assert all(problem.explain for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "sort", "descending"),
    [
        ("internal_id", "internal_id", False),
        ("-internal_id", "internal_id", True),
        ("%2Binternal_id", "internal_id", False),
        ("+internal_id", "internal_id", False),
        ("-nonsense", None, False),
        ("a,b", None, False),
        ("", None, False),
    ],
)
def test_sort_takes_one_existing_field(text: str, sort: str | None, descending: bool) -> None:
    query = parse(f"sort={text}")
    assert (query.sort, query.descending) == (sort, descending)


@given(st.text(max_size=60))
def test_any_query_string_is_parsed_or_rejected(text: str) -> None:
    problems = problems_of(lambda: parse(text))
    assert all(problem.code == "invalid" and problem.explain for problem in problems)
    if not problems:
        assert parse(text).offset >= 0
        assert 1 <= parse(text).limit <= 500
