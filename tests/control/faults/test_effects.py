"""Effects are what their documents say, and contradictions in them are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mockrevio.control.faults.effects import ConnectionFault, parse_effect
from mockrevio.control.faults.presets import PRESETS
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.gateway_responses import RawResponse


def reply(document: dict[str, Any], shape: str = "array") -> RawResponse:
    effect = parse_effect(document, "effect")
    assert effect.response is not None
    return effect.response(shape)


def test_a_status_alone_answers_as_rev_io_would() -> None:
    answer = reply({"status": 503})

    assert answer.status == 503
    assert json.loads(answer.body) == [
        {"ok": False, "error": "server_error", "message": "The service is unavailable."}
    ]


def test_the_error_shape_is_that_of_the_world() -> None:
    assert json.loads(reply({"status": 500}, "object").body)["error"] == "server_error"


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid"), (401, "unauthorized"), (404, "not_found"), (409, "invalid"), (504, "server_error")],
)
def test_an_error_has_the_code_that_goes_with_its_status(status: int, code: str) -> None:
    assert json.loads(reply({"status": status}).body)[0]["error"] == code


def test_a_status_may_bring_its_own_body_and_headers() -> None:
    answer = reply(
        {"status": 429, "body": {"wait": 3}, "headers": {"Retry-After": 3, "content-type": "text/json"}}
    )

    assert answer == RawResponse(429, (("Retry-After", "3"), ("content-type", "text/json")), b'{"wait":3}')


def test_a_body_that_is_text_is_sent_as_it_is() -> None:
    answer = reply({"status": 502, "body": "<h1>é</h1>"})

    assert answer.body == "<h1>é</h1>".encode()
    assert dict(answer.headers)["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("kind", ["reset", "empty", "truncate", "garbage", "hang"])
def test_a_connection_fault_says_how_the_answer_fails_to_arrive(kind: str) -> None:
    assert parse_effect({"connection": kind}, "effect").connection_fault == ConnectionFault(kind)  # type: ignore[arg-type]


def test_a_drip_delivers_the_calls_own_answer_slowly() -> None:
    effect = parse_effect({"drip": {"chunks": 5, "over": "2s"}}, "effect")

    assert effect.connection_fault == ConnectionFault("drip", 5, 2.0)
    assert not effect.prevents_call


@pytest.mark.parametrize(
    ("document", "decides", "hinders"),
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
def test_latency_alone_decides_nothing(document: dict[str, Any], decides: bool, hinders: bool) -> None:
    effect = parse_effect(document, "effect")

    assert (effect.is_final, effect.prevents_call) == (decides, hinders)


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
def test_what_is_no_effect_is_refused_with_its_place(document: Any, place: str) -> None:
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
def test_a_preset_has_the_status_that_goes_with_it(preset: str, status: int) -> None:
    assert reply({"preset": preset}).status == status


def test_there_is_no_preset_without_a_test() -> None:
    assert len(PRESETS) == 11


def test_the_rate_limits_message_names_the_seconds_of_its_retry_after_first() -> None:
    answer = reply({"preset": "rate_limited"})

    assert json.loads(answer.body) == {
        "statusCode": 429,
        "message": "Rate limit is exceeded. Try again in 26 seconds.",
    }
    assert dict(answer.headers)["Retry-After"] == "26"


def test_the_quotas_message_says_when_it_is_replenished() -> None:
    assert json.loads(reply({"preset": "quota_exceeded"}).body)["message"] == (
        "Out of call volume quota. Quota will be replenished in 02:31:09."
    )


@pytest.mark.parametrize("preset", ["empty_body", "broken_json", "html_error"])
def test_a_broken_body_is_no_json(preset: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply({"preset": preset}).body)


def test_basics_401_carries_its_challenge() -> None:
    assert dict(reply({"preset": "unauthorized"}).headers)["WWW-Authenticate"] == 'Basic realm="Rev.io"'
