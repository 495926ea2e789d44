"""The types written by hand have the names of what they describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_type_hints

import pytest

from mockrevio import MockRevio
from mockrevio.control.faults.matching import MATCHER_PARTS
from mockrevio.control.request_log import LOG_PARTS
from mockrevio.testing.pytest_options import STRICT
from mockrevio.types import calls
from tests.receivers import receiving
from tests.testing.common import get, post


def in_python(parts: tuple[str, ...]) -> set[str]:
    return {"not_" if name == "not" else name for name in parts}


def assert_fits(document: Mapping[str, Any], described: Any) -> None:
    """Whether a document has all that the type requires, and nothing that the type does not know."""
    assert described.__required_keys__ <= document.keys() <= get_type_hints(described).keys()


def test_the_options_of_pytest_know_how_strict_a_check_can_be() -> None:
    assert get_args(calls.Strictness) == STRICT


def test_matchers_have_the_parts_of_matchers() -> None:
    assert calls.RequestMatch.__optional_keys__ == in_python(MATCHER_PARTS)
    assert calls.CallMatch.__optional_keys__ == in_python(LOG_PARTS)


@pytest.fixture
def revio() -> Iterator[MockRevio]:
    with MockRevio() as revio:
        yield revio


def test_calls_rules_and_their_parts_fit_their_types(revio: MockRevio) -> None:
    get(revio)
    post(revio, internal_id=4711)
    revio.lose_answer(method="GET")
    revio.faults.add(
        {"status": 503},
        match={"path": "/x"},
        when={"times": 1},
        phase="after_commit",
        name="all parts",
        seed=1,
        optional=True,
    )
    for call in revio.requests:
        assert_fits(call, calls.LoggedCall)
        assert_fits(call["response"], calls.LoggedResponse)
    for rule in revio.faults:
        assert_fits(rule, calls.FaultRule)


def test_deliveries_fit_their_type(revio: MockRevio) -> None:
    with receiving() as receiver:
        revio.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
        revio.entities.add("PAYMENT", customer_id=1001)
        revio.webhooks.assert_delivered(event_type="PAYMENT_CREATED")
    assert_fits(revio.webhooks[-1], calls.Delivery)
    assert_fits(revio.webhooks[-1]["attempts"][0], calls.DeliveryAttempt)
