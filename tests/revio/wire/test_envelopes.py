"""The bodies of responses."""

from __future__ import annotations

import pytest

from mockrevio.errors import Problem
from mockrevio.revio.wire import envelopes

PROBLEMS = [Problem("required", "a is required.", "a", "secret"), Problem("duplicate", "Twice.")]


def test_a_page_counts_its_own_records() -> None:
    assert envelopes.page_envelope([{"a": 1}, {"a": 2}], has_more=True) == {
        "ok": True,
        "has_more": True,
        "record_count": 2,
        "records": [{"a": 1}, {"a": 2}],
    }


def test_a_single_record_is_merged_with_ok() -> None:
    assert envelopes.record_envelope({"a": 1}) == {"ok": True, "a": 1}
    assert envelopes.write_envelope(7) == {"ok": True, "id": 7}
    assert envelopes.ok_envelope() == {"ok": True}


def test_an_error_body_is_a_list_or_its_first_element_without_explanations() -> None:
    first = {"ok": False, "error": "required", "message": "a is required.", "field": "a"}
    second = {"ok": False, "error": "duplicate", "message": "Twice."}
    assert envelopes.error_body(PROBLEMS, "array") == [first, second]
    assert envelopes.error_body(PROBLEMS, "object") == first


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("required", 400),
        ("invalid", 400),
        ("entity_not_found", 400),
        ("duplicate", 400),
        ("malformed_body", 400),
        ("unauthorized", 401),
        ("forbidden", 403),
        ("not_found", 404),
        ("method_not_allowed", 405),
        ("too_large", 413),
        ("unsupported_media_type", 415),
        ("server_error", 500),
    ],
)
def test_every_code_has_its_status(code: str, status: int) -> None:
    assert envelopes.status_of([Problem(code, "x")]) == status


def test_json_is_compact_and_ascii() -> None:
    assert envelopes.encode_json({"a": [1, "ü😀"]}) == b'{"a":[1,"\\u00fc\\ud83d\\ude00"]}'
