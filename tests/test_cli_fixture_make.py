"""`mockrevio fixture make`."""

from __future__ import annotations

import json

import pytest

from mockrevio.revio.resources import ENTITIES
from tests.command_line import failing_run, run


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    arguments = ("fixture", "make", "--count", "5", "--count", "customer=9", "--links", "4", "--seed", "7")
    first = run(*arguments, env={"PYTHONHASHSEED": "1"})
    second = run(*arguments, env={"PYTHONHASHSEED": "2"})
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert b"\r" not in first.stdout
    document = json.loads(first.stdout)
    counts = {name: len(records) for name, records in document["entities"].items()}
    assert counts == {**dict.fromkeys(ENTITIES, 5), "CUSTOMER": 9}
    assert len(document["key_links"]) == 4


def test_without_a_seed_every_fixture_is_different() -> None:
    arguments = ("fixture", "make", "--count", "CUSTOMER=3")
    assert run(*arguments).stdout != run(*arguments).stdout


def test_without_a_count_there_are_25_records_of_each_entity_type() -> None:
    document = json.loads(run("fixture", "make").stdout)
    assert {len(records) for records in document["entities"].values()} == {25}


def test_types_and_endpoints_are_counted_by_name_and_nothing_else_is_made() -> None:
    result = run("fixture", "make", "CUSTOMER:5", "billProfiles:3", "Notes:2", "--seed", "7")
    document = json.loads(result.stdout)
    assert {name: len(records) for name, records in document["entities"].items() if records} == {
        "CUSTOMER": 5
    }
    assert (len(document["records"]["BillProfiles"]), len(document["records"]["Notes"])) == (3, 2)


def test_an_argument_overrides_an_option() -> None:
    document = json.loads(run("fixture", "make", "AGENT:4", "--count", "2").stdout)
    assert {name: len(records) for name, records in document["entities"].items()} == {
        **dict.fromkeys(ENTITIES, 2),
        "AGENT": 4,
    }


@pytest.mark.parametrize(
    "count", ["x", "1x", "-1", "CUSTOMER", "CUSTOMER=", "=5", "CUSTOMER:5", "1000001", "9" * 5000, "٣"]
)
def test_an_invalid_count_is_rejected(count: str) -> None:
    errors = " ".join(failing_run("fixture", "make", "--count", count).split())
    assert f"must be N or TYPE=N with N from 0 to 1000000, not {count!r}" in errors


@pytest.mark.parametrize("argument", ["CUSTOMER", "CUSTOMER:", ":5", "CUSTOMER:x", "CUSTOMER:1000001", "5"])
def test_an_invalid_argument_is_rejected(argument: str) -> None:
    errors = " ".join(failing_run("fixture", "make", argument).split())
    assert (
        f"must be TYPE:N or ENDPOINT:N, such as CUSTOMER:50, with N from 0 to 1000000, not {argument!r}"
        in errors
    )


@pytest.mark.parametrize("arguments", [("--count", "CUSTOMRE=5"), ("customre:5",)])
def test_an_unknown_name_is_rejected_with_the_nearest_one(arguments: tuple[str, ...]) -> None:
    errors = " ".join(failing_run("fixture", "make", *arguments).split())
    assert "did you mean CUSTOMER?" in errors
    assert "BillProfiles" in errors
