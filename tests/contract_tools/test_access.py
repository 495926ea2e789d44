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
        read(url="https://me@acme:hunter22@restapi.rev.io")
    assert "hunter22" not in str(caught.value)
    assert "--password-env" in str(caught.value)


def read(secret: str | None = None, **changes: str | None) -> Access:
    given: dict[str, str | None] = {
        "url": "https://restapi.rev.io",
        "username": "sync@acme",
        "password_env": "REVIO_PASSWORD",
        **changes,
    }
    environ = {
        "REVIO_PASSWORD": "hunter22",
        "REVIO_KEY": "0123456789abcdef",
        "REVIO_BLANK": " ",
        "REVIO_SECRET": secret or "",
    }
    return Access.read(environ=environ, **given)  # type: ignore[arg-type]


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


@pytest.mark.parametrize("host", ["exa mple", "h,other", "a..b", "{host}", "h%0a" + "x" * 64, "<host>"])
def test_a_host_that_cannot_be_one_is_no_address(host: str) -> None:
    with pytest.raises(SettingError, match="--url: must be https://HOST"):
        parse_base_url(f"https://{host}/v1")


@pytest.mark.parametrize("host", ["my_service:7384", "büro.example", "h.example.", "[fe80::1%25eth0]:80"])
def test_unusual_hosts_are_addresses(host: str) -> None:
    assert parse_base_url(f"https://{host}") == f"https://{host}/v1"


@pytest.mark.parametrize("option", ["password-env", "subscription-key-env"])
@pytest.mark.parametrize("secret", ["hunter22\n", "hunter22\x00", "hunter22\udcff"])
def test_a_secret_that_cannot_be_sent_is_an_error_that_does_not_show_it(secret: str, option: str) -> None:
    with pytest.raises(SettingError, match=f"--{option}: .*variable REVIO_SECRET must") as caught:
        read(secret, **{option.replace("-", "_"): "REVIO_SECRET"})
    assert "hunter" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "--target: needs the environment variables REVIO_USERNAME and REVIO_PASSWORD"),
        ({"REVIO_USERNAME": "a@b"}, "--target: needs the environment variables"),
        ({"REVIO_USERNAME": "sync", "REVIO_PASSWORD": "x"}, "REVIO_USERNAME: must be LOGIN@CLIENT"),
        ({"REVIO_USERNAME": "a@b\n", "REVIO_PASSWORD": "x"}, "REVIO_USERNAME: must not contain control"),
        (
            {"REVIO_USERNAME": "a@b", "REVIO_PASSWORD": "x\n"},
            "--target: the environment variable REVIO_PASSW",
        ),
    ],
)
def test_what_is_wrong_in_the_environment_is_named_by_its_variable(
    environ: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REVIO_USERNAME", "REVIO_PASSWORD", "REVIO_SUBSCRIPTION_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=message):
        Access.from_environment("https://h", "--target")
