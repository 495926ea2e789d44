"""Where a service is, and its secrets, which no text repeats."""

from __future__ import annotations

import pytest

from mockrevio.contract.access import Access, parse_base_url
from mockrevio.errors import SettingError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://restapi.rev.io", "https://restapi.rev.io/v1"),
        ("https://restapi.rev.io/", "https://restapi.rev.io/v1"),
        ("https://restapi.rev.io/v1", "https://restapi.rev.io/v1"),
        ("https://restapi.rev.io/V1/", "https://restapi.rev.io/v1"),
        ("http://127.0.0.1:7384", "http://127.0.0.1:7384/v1"),
        ("http://[::1]:7384/v1", "http://[::1]:7384/v1"),
        ("https://gateway.example.test/revio/v1", "https://gateway.example.test/revio/v1"),
        ("https://gateway.example.test/revio", "https://gateway.example.test/revio/v1"),
    ],
)
def test_an_address_may_end_in_v1_or_not(text: str, url: str) -> None:
    assert parse_base_url(text) == url


@pytest.mark.parametrize(
    "text",
    ["", "restapi.rev.io", "ftp://restapi.rev.io", "https://", "https://h:0", "https://h:x", "https://[::1"],
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(SettingError, match="--upstream: must be https://HOST"):
        parse_base_url(text, "--upstream")


def test_a_user_in_the_address_is_not_repeated() -> None:
    with pytest.raises(SettingError) as caught:
        parse_base_url("https://me@acme:hunter22@restapi.rev.io")
    assert "hunter22" not in str(caught.value)
    assert "--password-env" in str(caught.value)


def read(**changes: str | None) -> Access:
    given: dict[str, str | None] = {"username": "sync@acme", "password_env": "REVIO_PASSWORD", **changes}
    environ = {"REVIO_PASSWORD": "hunter22", "REVIO_KEY": "0123456789abcdef", "REVIO_BLANK": " "}
    return Access.read(url="https://restapi.rev.io", environ=environ, **given)  # type: ignore[arg-type]


def test_secrets_come_from_the_variables_that_the_options_name() -> None:
    access = read(subscription_key_env="REVIO_KEY")
    assert (access.password, access.subscription_key, access.client) == (
        "hunter22",
        "0123456789abcdef",
        "acme",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": None}, "--username: is missing"),
        ({"username": "sync"}, "--username: must be LOGIN@CLIENT"),
        ({"username": "@acme"}, "--username: must be LOGIN@CLIENT"),
        ({"username": "sync@"}, "--username: must be LOGIN@CLIENT"),
        ({"password_env": None}, "--password-env: is missing"),
        ({"password_env": "REVIO_OTHER"}, "--password-env: the environment variable REVIO_OTHER is not set"),
        ({"password_env": "REVIO_BLANK"}, "--password-env: the environment variable REVIO_BLANK is blank"),
        (
            {"subscription_key_env": "NO_KEY"},
            "--subscription-key-env: the environment variable NO_KEY is not set",
        ),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, str | None], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        read(**changes)


def test_a_password_in_place_of_the_name_of_its_variable_is_not_repeated() -> None:
    with pytest.raises(SettingError) as caught:
        read(password_env="hunter22")  # noqa: S106
    assert "hunter22" not in str(caught.value)


def test_no_form_of_a_secret_is_left_in_a_text() -> None:
    access = Access("https://h/v1", "sync@acme", 'p"ä/ s+w', "key-0123")
    sent = (
        f'{access.authorization} p"ä/ s+w p%22%C3%A4%2F%20s%2Bw p%22%C3%A4%2F+s%2Bw p\\"\\u00e4/ s+w key-0123'
    )
    assert access.redact(sent) == "Basic *** *** *** *** *** ***"
    assert "key-0123" not in repr(access)
    assert "s+w" not in repr(access)
