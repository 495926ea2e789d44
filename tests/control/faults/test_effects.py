"""Effects are parsed from JSON; invalid and contradictory ones are rejected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockrevio.control.faults.effects import ConnectionFault, parse_effect
from mockrevio.control.faults.presets import PRESETS
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.gateway_responses import RawResponse


def response_of(document: dict[str, Any], shape: str = "array") -> RawResponse:
    effect = parse_effect(document, "effect")
    assert effect.response is not None
    return effect.response(shape)


def test_a_status_alone_has_the_body_that_rev_io_sends_with_it() -> None:
    response = response_of({"status": 503})

    assert response.status == 503
    assert json.loads(response.body) == [
        {"ok": False, "error": "server_error", "message": "The service is unavailable."}
    ]


def test_a_response_has_the_error_shape_of_the_world() -> None:
    assert json.loads(response_of({"status": 500}, "object").body)["error"] == "server_error"


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid"), (401, "unauthorized"), (404, "not_found"), (409, "invalid"), (504, "server_error")],
)
def test_the_error_code_follows_from_the_status(status: int, code: str) -> None:
    assert json.loads(response_of({"status": status}).body)[0]["error"] == code


def test_a_status_can_have_a_custom_body_and_headers() -> None:
    response = response_of(
        {"status": 429, "body": {"wait": 3}, "headers": {"Retry-After": 3, "content-type": "text/json"}}
    )

    assert response == RawResponse(429, (("Retry-After", "3"), ("content-type", "text/json")), b'{"wait":3}')


def test_a_text_body_is_sent_unchanged() -> None:
    response = response_of({"status": 502, "body": "<h1>é</h1>"})

    assert response.body == "<h1>é</h1>".encode()
    assert dict(response.headers)["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "garbage", "hang"])
def test_a_connection_fault_is_parsed_with_its_kind(kind: str) -> None:
    assert parse_effect({"connection": kind}, "effect").connection_fault == ConnectionFault(kind)  # type: ignore[arg-type]


def test_a_drip_slows_the_real_response() -> None:
    effect = parse_effect({"drip": {"chunks": 5, "over": "2s"}}, "effect")

    assert effect.connection_fault == ConnectionFault("drip", 5, 2.0)
    assert not effect.prevents_request


@pytest.mark.parametrize(
    ("document", "is_final", "prevents_call"),
    [
        ({"latency": "1s"}, False, False),
        ({"status": 500}, True, True),
        ({"preset": "rate_limited"}, True, True),
        ({"connection": "reset"}, True, True),
        ({"drip": {"chunks": 1, "over": "1s"}}, True, False),
        ({"status": 500, "drip": {"chunks": 1, "over": "1s"}}, True, True),
        ({"status": 500, "latency": "1s"}, True, True),
        ({"preset": "html_error", "connection": "truncate"}, True, True),
    ],
)
def test_every_effect_except_latency_is_final(
    document: dict[str, Any], is_final: bool, prevents_call: bool
) -> None:
    effect = parse_effect(document, "effect")

    assert (effect.is_final, effect.prevents_request) == (is_final, prevents_call)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "effect"),
        ({"status": 99}, "effect.status"),
        ({"status": 600}, "effect.status"),
        ({"status": 299}, "effect.status"),
        ({"status": "503"}, "effect.status"),
        ({"preset": "nonsense"}, "effect.preset"),
        ({"connection": "drop"}, "effect.connection"),
        ({"latency": "slow"}, "effect.latency"),
        ({"latency": 5}, "effect.latency"),
        ({"drip": {"chunks": 0, "over": "1s"}}, "effect.drip.chunks"),
        ({"drip": {"chunks": 2}}, "effect.drip.over"),
        ({"drip": {"over": "1s"}}, "effect.drip.chunks"),
        ({"body": "x"}, "effect.body"),
        ({"headers": {"A": "b"}, "preset": "forbidden"}, "effect.headers"),
        ({"status": 500, "preset": "forbidden"}, "effect"),
        ({"status": 500, "connection": "reset"}, "effect"),
        ({"preset": "forbidden", "connection": "hang"}, "effect"),
        ({"connection": "truncate", "drip": {"chunks": 1, "over": "1s"}}, "effect"),
        ({"status": 500, "headers": {"A b": "c"}}, "effect.headers.A b"),
        ({"status": 500, "headers": {"A": "b\r\nC: d"}}, "effect.headers.A"),
        ({"status": 500, "headers": {"Content-Length": 3}}, "effect.headers.Content-Length"),
        ({"delay": "1s"}, "effect.delay"),
        (None, "effect"),
    ],
)
def test_an_invalid_effect_is_rejected_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_effect(document, "effect")

    assert [mistake.place for mistake in caught.value.mistakes] == [place]


@pytest.mark.parametrize(
    ("preset", "status"),
    [
        ("rate_limited", 429),
        ("quota_exceeded", 403),
        ("missing_key", 401),
        ("invalid_key", 401),
        ("unauthorized", 401),
        ("forbidden", 403),
        ("server_error", 500),
        ("unavailable", 503),
        ("html_error", 502),
        ("empty_body", 200),
        ("broken_json", 200),
    ],
)
def test_each_preset_has_its_status(preset: str, status: int) -> None:
    assert response_of({"preset": preset}).status == status


def test_all_presets_are_tested() -> None:
    assert len(PRESETS) == 11


def test_the_rate_limit_message_starts_with_the_seconds_of_retry_after() -> None:
    response = response_of({"preset": "rate_limited"})

    assert json.loads(response.body) == {
        "statusCode": 429,
        "message": "Rate limit is exceeded. Try again in 26 seconds.",
    }
    assert dict(response.headers)["Retry-After"] == "26"


def test_the_quota_message_says_when_the_quota_is_replenished() -> None:
    assert json.loads(response_of({"preset": "quota_exceeded"}).body)["message"] == (
        "Out of call volume quota. Quota will be replenished in 02:31:09."
    )


@pytest.mark.parametrize("preset", ["empty_body", "broken_json", "html_error"])
def test_presets_with_broken_bodies_are_not_json(preset: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(response_of({"preset": preset}).body)


def test_the_401_preset_has_a_basic_challenge() -> None:
    assert dict(response_of({"preset": "unauthorized"}).headers)["WWW-Authenticate"] == 'Basic realm="Rev.io"'
