"""Rev.io's rules for key links."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, USERS
from mockrevio.world.world import World
from tests.world.common import CUSTOMER, fixture_file, link, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(fixture_file(tmp_path)) as world:
        yield world


def stored(world: World, link_id: int) -> dict[str, Any]:
    return world.record(INTEGRATION_KEY_LINK, link_id)


def rejected(world: World, fields: dict[str, Any], *, replacing: int | None = None) -> list[Problem]:
    """The problems of a rejected create (or replace), which must not change anything."""
    before = world.state()
    links = world.key_links
    attempt = (
        partial(links.create, fields, None)
        if replacing is None
        else partial(links.replace, replacing, fields)
    )
    with pytest.raises(ApiError) as caught:
        attempt()
    assert world.state() == before
    return list(caught.value.problems)


def test_a_link_is_stored_with_its_id_creation_time_and_creator(world: World) -> None:
    link_id = world.key_links.create(link(), "tester")
    record = stored(world, link_id)
    created = datetime.fromisoformat(record.pop("created_date")).replace(tzinfo=UTC)
    assert record == {**link(), "integration_key_link_id": 1, "created_by": 1001}
    assert world.record(USERS, 1001)["login_name"] == "tester"
    assert abs(datetime.now(UTC) - created) < timedelta(seconds=5)


def test_values_are_converted_and_unknown_fields_dropped(world: World) -> None:
    fields = link(internal_id="1015", external_id=42, integration_key_link_id=99, colour="red")
    link_id = world.key_links.create(fields, None)
    assert link_id == 1
    assert stored(world, 1)["internal_id"] == 1015
    assert stored(world, 1)["external_id"] == "42"
    assert "colour" not in stored(world, 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"integration_system_id": 6}, ("invalid", "integration_system_id", "4 SALESFORCE, 5 NETSUITE")),
        ({"integration_entity_type_id": 9}, ("invalid", "integration_entity_type_id", "1 AGENT, 2 CUSTOMER")),
        (
            {"internal_id": 1020},
            (
                "entity_not_found",
                "internal_id",
                "customer 1020 does not exist; nearest 1016; add it with POST /__admin/entities/CUSTOMER",
            ),
        ),
        ({"integration_entity_type_id": 1}, ("entity_not_found", "internal_id", "nearest 1001")),
    ],
)
@pytest.mark.parametrize("replacing", [False, True])
def test_systems_types_and_records_must_exist_to_be_linked(
    world: World, changes: dict[str, Any], expected: tuple[str, str, str], replacing: bool
) -> None:
    link_id = world.key_links.create(link(), None) if replacing else None
    (problem,) = rejected(world, link(**changes), replacing=link_id)
    assert (problem.code, problem.field) == expected[:2]
    assert expected[2] in (problem.explain or "")


def test_the_explanation_says_if_no_record_of_the_type_exists(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path, entities={})) as world:
        (problem,) = rejected(world, link())
        assert "none exist" in (problem.explain or "")


def test_all_problems_are_reported_at_once(world: World) -> None:
    problems = rejected(world, link(integration_system_id=6, internal_id=1))
    assert [problem.field for problem in problems] == ["integration_system_id", "internal_id"]
    problems = rejected(world, {"internal_id": "x"})
    assert [problem.field for problem in problems] == [
        "integration_system_id",
        "integration_entity_type_id",
        "internal_id",
        "external_id",
    ]


def test_links_to_an_entity_need_it_at_creation_and_outlive_it(
    world: World,
) -> None:
    rejected(world, link(internal_id=77))
    world.records.add(CUSTOMER, [77])
    link_id = world.key_links.create(link(internal_id=77), None)
    world.records.remove(CUSTOMER, 77)
    assert stored(world, link_id)["internal_id"] == 77
    rejected(world, link(internal_id=77, external_id="another"))


def test_a_duplicate_error_names_the_existing_link(world: World) -> None:
    world.key_links.create(link(), None)
    (problem,) = rejected(world, link())
    assert problem.code == "duplicate"
    assert problem.explain == (
        "IntegrationKeyLink 1 has the same values; allow duplicates with --duplicates allow"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"integration_system_id": 5},
        {"internal_id": 1016},
        {"integration_entity_type_id": 1, "internal_id": 1001},
        {"external_id": link()["external_id"].lower()},
    ],
)
def test_a_link_that_differs_in_one_field_is_not_a_duplicate(world: World, changes: dict[str, Any]) -> None:
    world.key_links.create(link(), None)
    assert world.key_links.create(link(**changes), None) == 2


def test_duplicates_can_be_allowed(tmp_path: Path) -> None:
    with open_world(fixture_file(tmp_path), duplicates="allow") as world:
        assert [world.key_links.create(link(), None) for _ in range(2)] == [1, 2]
        world.key_links.create(link(external_id="x"), None)
        world.key_links.replace(3, link())


def test_a_deleted_link_can_be_created_again_with_a_new_id(world: World) -> None:
    world.key_links.create(link(), None)
    world.key_links.delete(1)
    assert world.key_links.create(link(), None) == 2


def test_replacing_changes_the_four_fields_and_keeps_id_date_and_creator(world: World) -> None:
    link_id = world.key_links.create(link(), "maker")
    before = stored(world, link_id)
    new = link(internal_id=1016, external_id="new", integration_system_id=5)
    world.key_links.replace(link_id, {**new, "created_by": 99, "created_date": "1999-01-01"})
    assert stored(world, link_id) == {**before, **new}


def test_replacing_requires_all_four_fields(world: World) -> None:
    link_id = world.key_links.create(link(), None)
    problems = rejected(world, {"external_id": "new"}, replacing=link_id)
    assert [problem.code for problem in problems] == ["required"] * 3


def test_replacing_may_keep_a_links_own_values_but_not_repeat_anothers(world: World) -> None:
    world.key_links.create(link(), None)
    second = world.key_links.create(link(external_id="second"), None)
    world.key_links.replace(second, link(external_id="second"))
    (problem,) = rejected(world, link(), replacing=second)
    assert problem.code == "duplicate"
    world.key_links.replace(1, link(external_id="third"))
    world.key_links.replace(second, link())  # link 1 no longer has these values


def test_replacing_or_deleting_a_missing_link_is_not_found(world: World) -> None:
    assert rejected(world, {}, replacing=5)[0].code == "not_found"
    with pytest.raises(ApiError, match="IntegrationKeyLink 5 was not found"):
        world.key_links.delete(5)


def test_ids_count_up_and_are_never_reused(world: World) -> None:
    ids = []
    for number in range(6):
        ids.append(world.key_links.create(link(external_id=str(number)), None))
        if number % 2:
            world.key_links.delete(ids[-1])
    rejected(world, link(external_id="0"))
    assert ids == [1, 2, 3, 4, 5, 6]
    assert world.key_links.create(link(external_id="x"), None) == 7


def test_sixteen_threads_get_distinct_ids_and_create_equal_links_once(
    tmp_path: Path,
) -> None:
    created: list[tuple[int, str]] = []
    error_codes: list[str] = []
    barrier = threading.Barrier(16)
    with open_world(fixture_file(tmp_path), folder=tmp_path) as world:

        def work(number: int) -> None:
            barrier.wait()
            for step in range(40):
                for name in (f"{number}-{step}", f"contested-{step}"):
                    try:
                        created.append((world.key_links.create(link(external_id=name), None), name))
                    except ApiError as error:
                        error_codes.append(error.problems[0].code)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(link_id for link_id, _ in created) == list(range(1, 16 * 40 + 40 + 1))
    assert len({name for _, name in created}) == len(created)
    assert error_codes == ["duplicate"] * (15 * 40)
    with open_world(fixture_file(tmp_path), folder=tmp_path) as world:
        for link_id, name in created:
            assert stored(world, link_id)["external_id"] == name
