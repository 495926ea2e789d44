"""Parsing the body of a PATCH."""

from __future__ import annotations

import pytest

from mockrevio.errors import ApiError
from mockrevio.revio.behaviours import start_recording
from mockrevio.revio.wire.body import parse_patch

PATCH = "application/json-patch+json"
OPERATION = {"op": "replace", "path": "fields/2/value", "value": "x"}
TEXT = '{"op": "replace", "path": "fields/2/value", "value": "x"}'


@pytest.mark.parametrize(
    "content_type", [PATCH, f"{PATCH}; charset=utf-8", "application/json", "text/plain", ""]
)
def test_operations_are_read_whatever_the_content_type(content_type: str) -> None:
    assert parse_patch(f"[{TEXT}]".encode(), content_type) == [OPERATION]
    assert parse_patch(b"[]", content_type) == []


@pytest.mark.parametrize("end", [",]", ", ]", ",\n]\n", " , ]  "])
def test_a_comma_after_the_last_operation_is_ignored(end: str) -> None:
    recorded = start_recording()
    assert parse_patch(f"[{TEXT}{end}".encode(), PATCH) == [OPERATION]
    assert parse_patch(f"[{TEXT}, {TEXT}{end}".encode(), PATCH) == [OPERATION] * 2
    assert recorded == ["patch.trailing_comma"]


def test_a_comma_within_a_text_is_kept() -> None:
    recorded = start_recording()
    tricky = '[{"op": "add", "path": "/note", "value": "},]"}]'
    assert parse_patch(tricky.encode(), PATCH)[0]["value"] == "},]"
    assert recorded == []


def test_numbers_become_plain() -> None:
    (operation,) = parse_patch(b'[{"op": "add", "path": "/rate", "value": 1.50}]', PATCH)
    assert operation["value"] == 1.5
    assert type(operation["value"]) is float


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"4",
        b"[,]",
        b"[",
        f"[{TEXT},,]".encode(),
        f"[{TEXT}] x".encode(),
        b"[{,]",
        b'[{"op": "add", "path": "/x", "value": NaN}]',
        b"[" * 100 + b"]" * 100,
        b"\xff",
    ],
    ids=lambda data: data[:20],
)
def test_anything_but_a_list_is_malformed(data: bytes) -> None:
    with pytest.raises(ApiError) as caught:
        parse_patch(data, PATCH)
    (problem,) = caught.value.problems
    assert problem.code == "malformed_body"
    assert problem.explain
