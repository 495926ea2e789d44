"""JSON Patch: the examples of RFC 6902 and its rules."""

from __future__ import annotations

import time
from copy import deepcopy
from typing import Any

import pytest

from mockrevio.errors import ApiError
from mockrevio.revio.wire.json_patch import apply_patch

RECORD: dict[str, Any] = {
    "status": "ACTIVE",
    "list": [1, 2],
    "address": {"city": "Bern", "a/b": 1, "m~n": 2},
    "none": None,
}


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ({"op": "replace", "path": "/status", "value": "CLOSED"}, "status", "CLOSED"),
        ({"op": "replace", "path": "/Status", "value": None}, "status", None),
        ({"op": "replace", "path": "/none", "value": 1}, "none", 1),
        ({"op": "replace", "path": "/list/0", "value": 9}, "list", [9, 2]),
        (
            {"op": "replace", "path": "/address/city", "value": "Genf"},
            "address",
            {"city": "Genf", "a/b": 1, "m~n": 2},
        ),
        ({"op": "add", "path": "/new", "value": [1]}, "new", [1]),
        ({"op": "add", "path": "/list/0", "value": 0}, "list", [0, 1, 2]),
        ({"op": "add", "path": "/list/2", "value": 3}, "list", [1, 2, 3]),
        ({"op": "add", "path": "/list/-", "value": 3}, "list", [1, 2, 3]),
        ({"op": "remove", "path": "/list/1"}, "list", [1]),
        ({"op": "remove", "path": "/address/a~1b"}, "address", {"city": "Bern", "m~n": 2}),
        ({"op": "remove", "path": "/address/m~0n"}, "address", {"city": "Bern", "a/b": 1}),
        ({"op": "copy", "from": "/address/city", "path": "/status"}, "status", "Bern"),
        ({"op": "move", "from": "/list/0", "path": "/list/1"}, "list", [2, 1]),
        ({"op": "test", "path": "/list", "value": [1, 2]}, "list", [1, 2]),
    ],
)
def test_an_operation_changes_only_its_target(operation: dict[str, Any], path: str, expected: object) -> None:
    before = deepcopy(RECORD)
    after = apply_patch(RECORD, [operation])
    assert before == RECORD
    assert after == {**before, path: expected}


def test_operations_build_upon_each_other() -> None:
    operations = [
        {"op": "add", "path": "/x", "value": {}},
        {"op": "add", "path": "/x/y", "value": [1]},
        {"op": "move", "from": "/x/y/0", "path": "/z"},
        {"op": "remove", "path": "/x"},
    ]
    assert apply_patch({}, operations) == {"z": 1}
    assert apply_patch({"a": 1}, []) == {"a": 1}


@pytest.mark.parametrize(
    "operation",
    [
        4,
        {},
        {"op": "brew", "path": "/status"},
        {"op": ["add"], "path": "/status", "value": 1},
        {"op": "replace", "path": "/status"},
        {"op": "move", "path": "/status"},
        {"op": "remove"},
        {"op": "remove", "path": "/nowhere"},
        {"op": "remove", "path": ""},
        {"op": "remove", "path": "/"},
        {"op": "remove", "path": "nowhere"},
        {"op": "remove", "path": "//status"},
        {"op": "test", "path": "/none/x", "value": None},
        {"op": "remove", "path": "/none/x"},
        {"op": "move", "from": "/none/x", "path": "/x"},
        {"op": "add", "path": "/none/1", "value": 1},
        {"op": "replace", "path": "/none/0", "value": 1},
        {"op": "replace", "path": "/list/2", "value": 1},
        {"op": "replace", "path": "/nowhere/x", "value": 1},
        {"op": "remove", "path": 4},
        {"op": "remove", "path": "/list/2"},
        {"op": "remove", "path": "/list/-"},
        {"op": "remove", "path": "/list/\u0660"},
        {"op": "remove", "path": "/status/0"},
        {"op": "add", "path": "/nowhere/x", "value": 1},
        {"op": "add", "path": "/list/3", "value": 1},
        {"op": "add", "path": "/list/x", "value": 1},
        {"op": "add", "path": "/status/x", "value": 1},
        {"op": "copy", "from": "/nowhere", "path": "/x"},
        {"op": "move", "from": "/address", "path": "/address/city"},
        {"op": "test", "path": "/status", "value": "CLOSED"},
    ],
    ids=str,
)
def test_an_invalid_operation_is_rejected_and_changes_nothing(operation: Any) -> None:
    before = deepcopy(RECORD)
    with pytest.raises(ApiError) as caught:
        apply_patch(RECORD, [{"op": "add", "path": "/x", "value": 1}, operation])
    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("invalid", "Operation 1 of the patch cannot be applied.")
    assert problem.explain
    assert before == RECORD


@pytest.mark.parametrize(
    ("value", "tested", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (False, 0, False),
        ([0], [False], False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, 2], [1], False),
        (None, None, True),
        ("1", 1, False),
    ],
)
def test_the_operation_test_compares_values_as_json(value: Any, tested: Any, *, equal: bool) -> None:
    operations = [{"op": "test", "path": "/x", "value": tested}]
    if equal:
        assert apply_patch({"x": value}, operations) == {"x": value}
    else:
        with pytest.raises(ApiError):
            apply_patch({"x": value}, operations)


CUSTOMER_FIELDS = [
    {"field_id": 1, "label": "Region", "value": "West"},
    {"field_id": 2, "label": "Tier", "value": None},
]


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ({"op": "replace", "path": "status", "value": "CLOSED"}, "status", "CLOSED"),
        ({"op": "remove", "path": "status"}, "status", None),
        ({"op": "replace", "path": "address/city", "value": "Genf"}, "address", {"city": "Genf"}),
        ({"op": "add", "path": "list/-", "value": 3}, "list", [1, 2, 3]),
        ({"op": "copy", "from": "address/city", "path": "status"}, "status", "Bern"),
        ({"op": "move", "from": "list/0", "path": "status"}, "status", 1),
    ],
)
def test_a_path_may_lack_the_leading_slash(operation: dict[str, Any], path: str, expected: object) -> None:
    record = {"status": "ACTIVE", "list": [1, 2], "address": {"city": "Bern"}}
    assert apply_patch(record, [operation]).get(path) == expected


def test_a_custom_field_is_changed_by_its_index() -> None:
    operations = [
        {"op": "replace", "path": "fields/1/value", "value": "Gold"},
        {"op": "replace", "path": "/Fields/0/Value", "value": "East"},
    ]
    changed = apply_patch({"fields": CUSTOMER_FIELDS}, operations)
    assert [each["value"] for each in changed["fields"]] == ["East", "Gold"]
    assert [each["value"] for each in CUSTOMER_FIELDS] == ["West", None]


def test_a_field_that_the_record_does_not_show_may_be_replaced() -> None:
    operation = {"op": "replace", "path": "/effective_date", "value": "2026-01-05"}
    assert apply_patch({"status": "ACTIVE"}, [operation]) == {
        "status": "ACTIVE",
        "effective_date": "2026-01-05",
    }


@pytest.mark.parametrize(
    ("path", "filled"),
    [
        ("/none/city", {"city": 1}),
        ("none/city", {"city": 1}),
        ("/None/city", {"city": 1}),
        ("/none/-", [1]),
        ("/none/0", [1]),
        ("/none/0x", {"0x": 1}),
    ],
)
def test_an_object_or_a_list_without_a_value_counts_as_empty(path: str, filled: object) -> None:
    assert apply_patch({"none": None}, [{"op": "add", "path": path, "value": 1}]) == {"none": filled}


def test_reading_through_null_fills_nothing() -> None:
    with pytest.raises(ApiError) as caught:
        apply_patch({"none": None}, [{"op": "copy", "from": "/none/city", "path": "/x"}])
    assert caught.value.problems[0].explain == "/none/city does not exist"


@pytest.mark.parametrize("path", ["/STATUS", "/Status", "sTaTuS", "/status"])
def test_names_ignore_case_at_every_depth(path: str) -> None:
    record = {"status": "ACTIVE", "address": {"City": "Bern"}}
    assert apply_patch(record, [{"op": "replace", "path": path, "value": 1}]) == {**record, "status": 1}
    changed = apply_patch(record, [{"op": "replace", "path": "/ADDRESS/city", "value": 1}])
    assert changed == {**record, "address": {"City": 1}}


def test_a_name_that_is_there_exactly_is_meant() -> None:
    record = {"Status": 1, "status": 2}
    assert apply_patch(record, [{"op": "replace", "path": "/status", "value": 3}]) == {
        "Status": 1,
        "status": 3,
    }
    assert apply_patch(record, [{"op": "remove", "path": "/Status"}]) == {"status": 2}


@pytest.mark.parametrize("index", ["00", "01", "1" * 12])
def test_an_index_has_no_leading_zeros(index: str) -> None:
    with pytest.raises(ApiError):
        apply_patch({"x": [1, 2]}, [{"op": "remove", "path": f"/x/{index}"}])


def test_the_nesting_of_a_record_is_limited() -> None:
    copies = [{"op": "copy", "from": "/a", "path": "/a/b"}] * 70
    with pytest.raises(ApiError):
        apply_patch({"a": {}}, copies)


def test_copies_that_keep_doubling_are_rejected_quickly() -> None:
    add = {"op": "add", "path": "/address", "value": {"text": "x" * 100}}
    copies = [{"op": "copy", "from": "/address", "path": f"/address/{number}"} for number in range(60)]
    began = time.monotonic()
    with pytest.raises(ApiError) as caught:
        apply_patch(RECORD, [add, *copies])
    assert "more than 1048576 bytes" in str(caught.value.problems[0].explain)
    assert time.monotonic() - began < 5


def test_the_time_per_operation_does_not_grow_with_the_size_of_the_patch() -> None:
    began = time.monotonic()
    operations = [{"op": "add", "path": f"/{number}", "value": number} for number in range(25_000)]
    assert len(apply_patch(RECORD, operations)) == 25_000 + len(RECORD)
    misses: list[Any] = [{"op": "add", "path": "/x", "value": {str(number): number for number in range(190)}}]
    misses += [{"op": "replace", "path": "/x/y", "value": 1}, {"op": "remove", "path": "/x/Y"}] * 10_000
    assert len(apply_patch(RECORD, misses)["x"]) == 190
    assert time.monotonic() - began < 5
