"""Arguments that a method does not have are errors that name the one that was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused, MockrevioError, UnknownArgument

ANY: Any = MockRevio
Call = Callable[[Any], object]
"""A call with a mistake that type checkers report: the mock is Any."""


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda revio: revio.fail(time=2), "fail() got an unexpected argument 'time'; did you mean 'times'?"),
        (lambda revio: revio.slow("1s", pth="/x"), "slow() got an unexpected argument 'pth'; did you mean"),
        (
            lambda revio: revio.lose_answer(status=503),
            "'status'; it takes times, optional, match, body, client, headers, method, not_, path, query",
        ),
        (lambda revio: revio.assert_called(methd="GET"), "'methd'; did you mean 'method'?"),
        (lambda revio: revio.requests.matching(stauts=200), "matching() got an unexpected argument 'stauts'"),
        (lambda revio: revio.requests.count(Status=200), "'Status'; did you mean 'status'?"),
        (lambda revio: revio.allow_errors(pat="/v1/*"), "allow_errors() got an unexpected argument 'pat'"),
        (lambda revio: revio.change_settings(latencey="1s"), "'latencey'; did you mean 'latency'?"),
        (lambda _: ANY(latencey="1s"), "MockRevio() got an unexpected argument 'latencey'"),
        (lambda _: ANY(fixtures="demo"), "'fixtures'; did you mean 'fixture'?"),
        (
            lambda revio: revio.entities.add("CUSTOMER", 5, statsu="ACTIVE"),
            "entities.add() got 'statsu', which Customers does not have; did you mean 'status'? To add",
        ),
        (lambda revio: revio.entities.add("Orders", order_typ="x"), "which Orders does not have; did you"),
        (lambda revio: revio.allow_assumed("link.duplicat"), "did you mean 'link.duplicate'?"),
    ],
)  # fmt: skip
def test_a_misspelled_argument_is_an_error(revio: MockRevio, call: Call, message: str) -> None:
    with pytest.raises(UnknownArgument) as caught:
        call(revio)
    assert message in str(caught.value)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, MockrevioError)


def test_fields_that_mockrevio_does_not_know_go_into_values(revio: MockRevio) -> None:
    added = revio.entities.add("CUSTOMER", 5, values={"loyalty": "gold"}, status="ACTIVE")
    assert (added["status"], dict(added)["loyalty"]) == ("ACTIVE", "gold")
    package = revio.entities.add("Packages", values={"class": "VOICE"})
    assert package["class"] == "VOICE"


def test_a_value_that_does_not_fit_names_the_part(revio: MockRevio) -> None:
    with pytest.raises(AdminCallRefused, match=r"when\.times: must be a whole number from 1"):
        revio.fail(times=0)
    with pytest.raises(AdminCallRefused, match="latency: must be a duration"):
        revio.change_settings(latency="fast")


def test_advice_of_errors_is_in_python(revio: MockRevio) -> None:
    with pytest.raises(AdminCallRefused) as caught:
        revio.webhooks.subscribe("http://elsewhere.test/", "PAYMENT_CREATED")
    assert str(caught.value).endswith('allow it with MockRevio(webhook_host="elsewhere.test")')
    with pytest.raises(AdminCallRefused, match=r"there is no delivery 7; mock_revio\.webhooks lists them"):
        revio.webhooks.redeliver(7)
