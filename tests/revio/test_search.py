"""What the parameters of a search look at, and which records they find."""

from __future__ import annotations

import pytest

from mockrevio.errors import ApiError
from mockrevio.revio.resources import ASSIGNMENTS, BUILT_IN, Resource
from mockrevio.revio.search import exact_fields, key_function, search_fields
from mockrevio.world.world import World
from tests.revio.searching import ADDRESS, BILL, CONTACT, PRODUCT, found
from tests.world.common import CUSTOMER

# --- nested fields and aliases


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("bill_profile_id=7", [1]),
        ("search.Bill_Profile_Id=8", [2]),
        ("bill_profile_id=7&bill_profile_id=8", [1, 2]),
        ("bill_profile_id=9", []),
        ("balance=10.50", [1]),
        ("balance=0", [2]),
        ("account_number=A-2", [2]),
        ("account_number=a-2", []),
        ("bill_profile_id=7&account_number=A-2", []),
    ],
)
def test_members_of_objects_are_searched_by_their_own_names(world: World, query: str, ids: list[int]) -> None:
    assert found(world, CUSTOMER, query) == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("city=Bern", [1]),
        ("city=Basel", [1, 2]),
        ("city=basel", []),
        ("city=Bern&city=Basel", [1, 2]),
        ("city=Basel&bill_profile_id=8", [2]),
        ("modified_date=2026-01-01", [1, 2]),
        ("modified_date_start=2026-01-15", [2]),
        ("modified_date_end=2026-01-01", [1, 2]),
        ("modified_date_start=2026-03-01", []),
    ],
)
def test_a_member_of_several_objects_is_searched_in_all_of_them(
    world: World, query: str, ids: list[int]
) -> None:
    assert found(world, CUSTOMER, query) == ids


def test_a_field_of_the_record_comes_before_a_member_of_its_name() -> None:
    assert search_fields(CUSTOMER)["customer_id"].paths == (("customer_id",),)
    assert search_fields(CUSTOMER)["created_date"].paths == (("created_date",),)
    assert search_fields(CUSTOMER)["bill_profile_id"].paths == (("finance", "bill_profile_id"),)


def test_searching_by_an_alias_finds_the_same_records(world: World) -> None:
    assert found(world, ASSIGNMENTS, "search.service_id=2") == [1, 2]
    assert found(world, ASSIGNMENTS, "line_id=2") == [1, 2]
    assert found(world, ASSIGNMENTS, "service_id=1") == [1]
    with pytest.raises(ApiError):
        found(world, ASSIGNMENTS, "service_id=x")


def test_a_field_in_mixed_case_is_searched_in_any_case(world: World) -> None:
    assert found(world, BILL, "islive=true") == found(world, BILL, "isLive=1") == [1]
    assert found(world, BILL, "sort=-ISLIVE") == [1, 2]


def test_lists_are_not_searched(world: World) -> None:
    assert found(world, CUSTOMER, "field_id=1&label=x&fields=y") == [1, 2, 3, 4]
    assert "field_id" not in search_fields(CUSTOMER)


# --- parts of names


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("name=telecom", [1]),
        ("name=STRASSE", [1, 2]),
        ("name=stra%C3%9Fe", [1, 2]),
        ("name=ann+archer", [1]),
        ("name=ANN", [1]),
        ("name=Butcher", [2]),
        ("name=+bob+", [2]),
        ("name=bob&name=ann", [1, 2]),
        ("name=north&city=Basel", [2]),
        ("name=nobody", []),
        ("name=archer+ann", []),
        ("name=telecom+archer", []),
        ("name=bern", []),
        ("name=", [1, 2, 3, 4]),
    ],
)
def test_a_customer_is_found_by_part_of_a_companys_or_a_persons_name(
    world: World, query: str, ids: list[int]
) -> None:
    assert found(world, CUSTOMER, query) == ids


def test_with_blank_search_match_a_blank_name_matches_customers_without_one(world: World) -> None:
    assert found(world, CUSTOMER, "name=", blank_search="match") == [3, 4]


def test_a_contact_is_found_by_part_of_its_name_or_its_companys(world: World) -> None:
    assert found(world, CONTACT, "name=arch") == [1]
    assert found(world, CONTACT, "name=strasse") == [1]
    assert found(world, CONTACT, "name=B") == [2]
    assert found(world, CONTACT, "company=Stra%C3%9Fe") == []  # another field, which compares exactly


def test_sorting_by_a_name_sorts_by_the_field(world: World) -> None:
    assert found(world, CONTACT, "sort=-name") == [2, 1]
    assert found(world, CUSTOMER, "sort=-name") == [1, 2, 3, 4]  # customers have no such field


# --- values that are not set


@pytest.mark.parametrize(
    ("resource", "query", "ids"),
    [
        (ADDRESS, "customer_id=0", [1, 3]),
        (ADDRESS, "customer_id=5", [2]),
        (ADDRESS, "sort=-customer_id", [2, 1, 3]),
        (PRODUCT, "provider_id=0", [1, 2]),
        (PRODUCT, "code_1=X", [2]),
        (PRODUCT, "sort=code_1", [1, 2]),
    ],
    ids=str,
)
def test_records_are_found_by_the_values_shown_for_unset_fields(
    world: World, resource: Resource, query: str, ids: list[int]
) -> None:
    assert found(world, resource, query) == ids


def test_with_blank_search_match_blank_values_are_found(world: World) -> None:
    assert found(world, ADDRESS, "line_2=", blank_search="match") == [1, 2, 3]
    assert found(world, CUSTOMER, "account_number=", blank_search="match") == [3, 4]
    assert found(world, CUSTOMER, "bill_profile_id=", blank_search="match") == [3, 4]


# --- sorting


def test_records_are_sorted_by_members_too(world: World) -> None:
    assert found(world, CUSTOMER, "sort=-balance") == [1, 2, 3, 4]
    assert found(world, CUSTOMER, "sort=bill_profile_id") == [3, 4, 1, 2]
    assert found(world, CUSTOMER, "sort=-city") == [1, 2, 3, 4]  # at several places: no order


def test_pairs_are_sorted_by_their_id(world: World) -> None:
    assert found(world, ASSIGNMENTS, "") == [1, 1, 2]
    assert found(world, ASSIGNMENTS, "sort=-line_id") == [2, 1, 1]


# --- the table


@pytest.mark.parametrize("resource", list(BUILT_IN), ids=lambda resource: resource.path)
def test_every_scalar_field_can_be_searched_and_has_an_index(resource: Resource) -> None:
    for name, field in resource.fields.items():
        if field.kind in ("object", "list"):
            assert name.lower() not in exact_fields(resource)
        else:
            assert exact_fields(resource)[name.lower()].name == name
            key_function(resource, name)({})
    with pytest.raises(KeyError):
        key_function(resource, "no such field")
