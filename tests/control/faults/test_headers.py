"""A call can ask for a fault of its own; a header that cannot be read is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mockrevio.control.clock import Clock
from mockrevio.control.faults.headers import parse_fault_headers
from mockrevio.control.faults.rules import FaultRules
from mockrevio.control.faults.specification import parse_fault
from mockrevio.errors import DocumentError
from mockrevio.revio.wire.request import ApiRequest


@pytest.mark.parametrize(
    ("text", "document", "phase"),
    [
        ("status=503", {"status": 503}, "before_commit"),
        (" preset = rate_limited ", {"preset": "rate_limited"}, "before_commit"),
        ("connection=reset; phase=after_commit", {"connection": "reset"}, "after_commit"),
        ("phase=after_commit;status=500", {"status": 500}, "after_commit"),
    ],
)
def test_the_fault_header_holds_one_effect_and_its_phase(
    text: str, document: dict[str, object], phase: str
) -> None:
    asked = parse_fault_headers({"x-mock-fault": text})

    assert asked is not None
    assert asked.effect is not None
    assert (asked.effect.document, asked.phase) == (document, phase)


def test_the_latency_header_holds_a_latency() -> None:
    asked = parse_fault_headers({"x-mock-latency": "100ms..200ms"})

    assert asked is not None
    assert (asked.effect, str(asked.latency)) == (None, "100ms..200ms")


def test_a_call_without_these_headers_asks_for_nothing() -> None:
    assert parse_fault_headers({"accept": "*/*"}) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "503",
        "status",
        "status=",
        "status=abc",
        "status=99",
        "status=503; status=500",
        "phase=after_commit",
        "status=503; preset=forbidden",
        "preset=nonsense",
        "connection=drop",
        "delay=1s",
        "status=503;",
        "status=503; phase=later",
    ],
)
def test_a_fault_header_that_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(DocumentError, match="X-Mock-Fault"):
        parse_fault_headers({"x-mock-fault": text})


@pytest.mark.parametrize("text", ["", "500", "slow", "-1s"])
def test_a_latency_header_that_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(DocumentError, match="X-Mock-Latency: must be a duration"):
        parse_fault_headers({"x-mock-latency": text})


def test_what_a_call_asks_for_comes_before_every_rule_and_counts_for_none() -> None:
    made = FaultRules(Clock(datetime(2030, 1, 1, tzinfo=UTC)), 1)
    made.add([parse_fault({"effect": {"status": 500}}, "fault")])
    call = ApiRequest("GET", "/v1/Customers", "", {}, b"", None, None)

    decision = made.decide(
        call, parse_fault_headers({"x-mock-fault": "status=418", "x-mock-latency": "20ms"})
    )

    assert decision.effect is not None
    assert decision.effect.document == {"status": 418}
    assert (decision.before, decision.cause) == (0.02, "X-Mock-Fault")
    assert made.get(1)["matched"] == 0
