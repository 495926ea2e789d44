"""Explanations: one text, with advice in the terms of HTTP and of Python."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

import pytest

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused
from mockrevio.explanations import AS_HTTP, RESET, Advice, Explanation, add_entity, message_of, set_to
from mockrevio.testing.handle.advice import IN_PYTHON, explanation_in_python
from tests.testing.common import get, post

CUSTOMER = Explanation("customer 42 does not exist; add it with ", add_entity("CUSTOMER", 42))


def in_python(explanation: Explanation) -> str | None:
    return explanation_in_python(
        {"message": str(explanation), "explanation": explanation.as_json()}, "message"
    )


def test_an_explanation_is_a_text_for_users_of_the_admin_api() -> None:
    assert CUSTOMER == "customer 42 does not exist; add it with POST /__admin/entities/CUSTOMER"


def test_its_advice_is_data_in_json() -> None:
    advice = {"advice": "add_entity", "entity_type": "CUSTOMER", "id": 42}
    assert CUSTOMER.as_json() == ["customer 42 does not exist; add it with ", advice]


def test_explanations_within_explanations_keep_their_advice() -> None:
    both = Explanation.joined("; ", ["first", Explanation(CUSTOMER, ", or ", RESET)])
    assert both == f"first; {CUSTOMER}, or POST /__admin/reset"
    assert [part for part in both.parts if isinstance(part, Advice)] == [add_entity("CUSTOMER", 42), RESET]


def test_the_message_of_an_exception_keeps_its_advice() -> None:
    assert message_of(ValueError(CUSTOMER)) is CUSTOMER
    assert message_of(ValueError("plain")) == "plain"
    assert message_of(ValueError()) == ""


@pytest.mark.parametrize(
    ("advice", "http", "python"),
    [
        (
            add_entity("CUSTOMER", 42),
            "POST /__admin/entities/CUSTOMER",
            'mock_revio.entities.add("CUSTOMER", 42)',
        ),
        (
            set_to("duplicates", "allow"),
            "--duplicates allow",
            'mock_revio.change_settings(duplicates="allow")',
        ),
        (set_to("rate_limit"), "--rate-limit", "mock_revio.change_settings(rate_limit=...)"),
        (set_to("log_size", 5000), "--log-size 5000", "MockRevio(log_size=5000)"),
        (RESET, "POST /__admin/reset", "mock_revio.reset()"),
    ],
)
def test_advice_has_the_terms_of_http_and_of_python(advice: Advice, http: str, python: str) -> None:
    assert str(advice) == http
    assert in_python(Explanation("do ", advice)) == f"do {python}"


def test_every_action_has_both_forms() -> None:
    assert AS_HTTP.keys() == IN_PYTHON.keys()
    for action, as_http in AS_HTTP.items():
        assert signature(as_http).parameters.keys() == signature(IN_PYTHON[action]).parameters.keys()


def test_a_text_without_parts_or_with_unknown_advice_is_shown_as_it_is() -> None:
    assert explanation_in_python({"message": "plain"}, "message") == "plain"
    newer = {"message": "do POST /__admin/dance", "explanation": ["do ", {"advice": "dance"}]}
    assert explanation_in_python(newer, "message") == "do POST /__admin/dance"
    assert explanation_in_python({"message": None}, "message") is None


def cause_missing_entity(revio: MockRevio) -> None:
    post(revio, internal_id=4711)


def cause_duplicate(revio: MockRevio) -> None:
    post(revio)
    post(revio)


def cause_rate_limit(revio: MockRevio) -> None:
    revio.change_settings(rate_limit="1/60")
    revio.clock.freeze()
    get(revio)
    get(revio)


def cause_page_size(revio: MockRevio) -> None:
    revio.change_settings(page_size_over_max="reject")
    get(revio, "Customers?page_size=501")


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        (cause_missing_entity, ['mock_revio.entities.add("CUSTOMER", 4711)']),
        (cause_duplicate, ['mock_revio.change_settings(duplicates="allow")']),
        (
            cause_rate_limit,
            ["mock_revio.change_settings(rate_limit=...)", 'mock_revio.clock.advance("1m")'],
        ),
        (cause_page_size, ['mock_revio.change_settings(page_size_over_max="clamp")']),
    ],
)
def test_the_request_log_has_the_advice(cause: Callable[[MockRevio], None], advice: list[str]) -> None:
    with MockRevio() as revio:
        cause(revio)
        entry = revio.requests[-1]
    assert entry["explain"] == entry["response"]["headers"]["X-Mock-Explain"]
    text = explanation_in_python(entry, "explain")
    assert text is not None
    assert all(each in text for each in advice)
    assert "__admin" not in text
    assert "--" not in text


def test_an_error_of_the_admin_api_has_the_advice() -> None:
    with MockRevio(log_size=0) as revio, pytest.raises(AdminCallRefused) as caught:
        revio.webhooks.subscribe("http://elsewhere.test/hook")
    text = explanation_in_python(caught.value.body, "message")
    assert text is not None
    assert text.endswith('allow it with MockRevio(webhook_host="elsewhere.test")')
