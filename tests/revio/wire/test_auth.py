"""Who sends a request, and whether they may."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrevio.revio.wire.auth import Caller, authenticate, parse_authorization
from mockrevio.settings import Settings, parse_credential
from tests.revio.wire.common import problems_of

ME = Caller("me", "acme", "secret")


def header(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "caller"),
    [
        ("me@acme:secret", ME),
        ("me@x.com@acme:secret", Caller("me@x.com", "acme", "secret")),
        ("me@acme:a:b@c:", Caller("me", "acme", "a:b@c:")),
        ("ü@é:ß", Caller("ü", "é", "ß")),
    ],
)
def test_the_client_code_follows_the_last_at_sign(text: str, caller: Caller) -> None:
    assert parse_authorization(header(text)) == caller


@pytest.mark.parametrize(
    "header_value",
    [None, "", "Basic", "Basic ?", "Bearer x", header("me:x"), header("me@acme"), header("@a:x")],
)
def test_an_invalid_header_gives_an_explanation(header_value: str | None) -> None:
    explanation = parse_authorization(header_value)
    assert isinstance(explanation, str)
    assert " " in explanation


@given(st.text())
def test_any_header_gives_a_caller_or_an_explanation(text: str) -> None:
    assert isinstance(parse_authorization(text), (str, Caller))


@given(st.binary())
def test_any_basic_header_gives_a_caller_or_an_explanation(data: bytes) -> None:
    assert isinstance(parse_authorization("Basic " + base64.b64encode(data).decode()), (str, Caller))


def error_code(caller: Caller | str, method: str = "GET", **options: Any) -> str | None:
    """The error code, or None if the request is accepted."""
    problems = problems_of(lambda: authenticate(caller, method, Settings(**options)))
    assert all(problem.explain for problem in problems)
    return problems[0].code if problems else None


def test_any_well_formed_caller_is_accepted_unless_credentials_are_listed() -> None:
    credentials: dict[str, Any] = {
        "credentials": (parse_credential("me@acme:secret"), parse_credential("you@acme:secret:GET"))
    }
    assert error_code(ME) is None
    assert error_code(ME, **credentials) is None
    assert error_code(Caller("me", "acme", "other"), **credentials) == "unauthorized"
    assert error_code("no header") == "unauthorized"
    assert error_code("no header", auth="off") is None
    assert error_code(ME, auth="off", credentials=(parse_credential("you@acme:x"),)) is None


@pytest.mark.parametrize(
    ("method", "code"),
    [("GET", None), ("HEAD", None), ("OPTIONS", None), ("POST", "forbidden"), ("PATCH", "forbidden")],
)
def test_permissions_are_per_method(method: str, code: str | None) -> None:
    assert error_code(ME, method, credentials=(parse_credential("me@acme:secret:GET"),)) == code


def test_unknown_methods_need_no_permission_and_are_left_to_the_routes() -> None:
    assert error_code(ME, "BREW", credentials=(parse_credential("me@acme:secret:GET"),)) is None


def test_strict_login_rejects_an_at_sign_in_the_login() -> None:
    assert error_code(ME, strict_login=True) is None
    assert error_code(Caller("me@x.com", "acme", "s"), strict_login=True) == "unauthorized"
