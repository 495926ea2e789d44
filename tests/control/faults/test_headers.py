"""Per-request faults are parsed from headers; an invalid header is rejected with its name."""

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
def test_the_fault_header_sets_one_effect_and_its_phase(
    text: str, document: dict[str, object], phase: str
) -> None:
    fault = parse_fault_headers({"x-mock-fault": text})

    assert fault is not None
    assert fault.effect is not None
    assert (fault.effect.document, fault.phase) == (document, phase)


def test_the_latency_header_sets_a_latency() -> None:
    fault = parse_fault_headers({"x-mock-latency": "100ms..200ms"})

    assert fault is not None
    assert (fault.effect, str(fault.latency)) == (None, "100ms..200ms")


def test_a_request_without_these_headers_has_no_fault() -> None:
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
def test_an_invalid_fault_header_is_rejected_with_its_name(text: str) -> None:
    with pytest.raises(DocumentError, match="X-Mock-Fault"):
        parse_fault_headers({"x-mock-fault": text})


@pytest.mark.parametrize("text", ["", "500", "slow", "-1s"])
def test_an_invalid_latency_header_is_rejected_with_its_name(text: str) -> None:
    with pytest.raises(DocumentError, match="X-Mock-Latency: must be a duration"):
        parse_fault_headers({"x-mock-latency": text})


def test_a_per_request_fault_precedes_all_rules_and_no_rule_counts_it() -> None:
    rules = FaultRules(Clock(datetime(2030, 1, 1, tzinfo=UTC)), 1)
    rules.add([parse_fault({"effect": {"status": 500}}, "fault")])
    request = ApiRequest("GET", "/v1/Customers", "", {}, b"", None, None)

    decision = rules.decide(
        request, parse_fault_headers({"x-mock-fault": "status=418", "x-mock-latency": "20ms"})
    )

    assert decision.effect is not None
    assert decision.effect.document == {"status": 418}
    assert ([delay.seconds for delay in decision.delays], decision.cause) == ([0.02], "X-Mock-Fault")
    assert rules.get(1)["matched"] == 0
