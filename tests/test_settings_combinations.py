"""Settings that do nothing, or cannot do what they should, because of another one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mockrevio import MockRevio
from mockrevio.errors import SettingError
from tests.load_settings import load
from tests.support import process

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"data": "x", "ephemeral": True}, "--data cannot be combined with --ephemeral, which stores nothing"),
    ({"tls": "auto", "tls_cert": "x"}, "--tls-cert cannot be combined with --tls, which creates"),
    ({"tls": "auto", "tls_key": "x"}, "--tls-key cannot be combined with --tls, which creates"),
    ({"tls_key": "x"}, "--tls-key requires --tls-cert"),
    ({"tls_ca_out": "x"}, "--tls-ca-out requires --tls auto"),
    ({"tls_ca_out": "x", "tls_cert": "y"}, "--tls-ca-out requires --tls auto"),
    ({"hostname": ("x",)}, "--hostname requires --tls auto"),
    ({"hostname": ("x",), "tls_cert": "y"}, "--hostname requires --tls auto"),
]
WARNED: list[tuple[dict[str, Any], str]] = [
    ({"durability": "fsync", "ephemeral": True}, "--durability has no effect with --ephemeral"),
    ({"max_worlds": "3"}, "--max-worlds has no effect without --isolate-clients"),
    ({"strict_login": True, "auth": "off"}, "--strict-login has no effect with --auth"),
    ({"credentials": ("a@x:1",), "auth": "off"}, "--credentials has no effect with --auth off"),
    ({"host": "0.0.0.0"}, "--host lets anyone who can reach this machine change everything"),  # noqa: S104
    ({"host": "::"}, "--host lets anyone who can reach this machine change everything"),
    ({"host": "10.0.0.1"}, "--host lets anyone who can reach this machine change everything"),
    ({"host": "mybox"}, "--host lets anyone who can reach this machine change everything"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_settings_that_contradict_each_other_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        load(options)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(("options", "message"), WARNED)
def test_a_setting_without_effect_gets_a_warning(options: dict[str, Any], message: str) -> None:
    [warning] = load(options).warnings
    assert warning.startswith(message)


@pytest.mark.parametrize(
    "options",
    [
        {"data": "x"},
        {"data": "mockrevio-data", "ephemeral": True},  # a suite that passes the default
        {"data": "x", "ephemeral": False},
        {"tls": "auto", "hostname": ("x",), "tls_ca_out": "y"},
        {"tls_cert": "x", "tls_key": "y"},
        {"durability": "flush", "ephemeral": True},
        {"max_worlds": "256"},
        {"max_worlds": "3", "isolate_clients": True},
        {"strict_login": True, "credentials": ("a@x:1",)},
        {"host": "0.0.0.0", "admin_token": "t"},  # noqa: S104
        {"host": "127.0.0.2"},
        {"host": "LOCALHOST"},
        {"host": "[::1]"},
        {"host": "::ffff:127.0.0.1"},
    ],
)
def test_settings_that_go_together_get_none(options: dict[str, Any]) -> None:
    assert load(options).warnings == ()


def test_a_source_of_higher_precedence_overrides_without_a_word(tmp_path: Path) -> None:
    assert load({"ephemeral": True}, environ={"MOCKREVIO_DATA": "/data"}).ephemeral
    assert load({"tls": "off"}, environ={"MOCKREVIO_TLS": "auto", "MOCKREVIO_HOSTNAME": "x"}).tls == "off"
    environ = {"MOCKREVIO_EPHEMERAL": "true"}
    assert load(environ=environ, toml="data = 'x'", folder=tmp_path).ephemeral


def test_the_variables_of_an_image_and_of_its_user_do_not_contradict_each_other() -> None:
    environ = {"MOCKREVIO_DATA": "/data", "MOCKREVIO_EPHEMERAL": "true"}
    assert load(environ=environ).warnings == ()


def test_a_source_of_lower_precedence_cannot_take_away_what_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="--data cannot be combined with MOCKREVIO_EPHEMERAL, which"):
        load({"data": "x"}, environ={"MOCKREVIO_EPHEMERAL": "true"})
    with pytest.raises(SettingError, match=r"toml: data cannot be combined with .*toml: ephemeral, which"):
        load(toml="data = 'x'\nephemeral = true", folder=tmp_path)
    with pytest.raises(SettingError, match="MOCKREVIO_HOSTNAME requires --tls auto"):
        load(environ={"MOCKREVIO_HOSTNAME": "x"})


def test_a_handle_refuses_them_too() -> None:
    with pytest.raises(SettingError, match="tls_key requires tls_cert"):
        MockRevio(tls_key="x")


def test_the_warning_about_an_open_host_says_how_to_close_it() -> None:
    [warning] = load(environ={"MOCKREVIO_HOST": "0.0.0.0"}).warnings  # noqa: S104
    assert warning == (
        "MOCKREVIO_HOST lets anyone who can reach this machine change everything through /__admin: set "
        "--admin-token, or listen on 127.0.0.1; for a container, publish the port on 127.0.0.1"
    )
    with process("--ephemeral", "--host", "0.0.0.0") as server:  # noqa: S104
        assert server.stop() == 0
    [line] = server.errors
    assert line.startswith("mockrevio: warning: --host lets anyone")


def test_the_server_prints_the_warnings_and_starts(tmp_path: Path) -> None:
    with process("--ephemeral", "--durability", "fsync", "--max-worlds", "3", cwd=tmp_path) as server:
        assert "mockrevio" in server.start_line
        assert server.stop() == 0
    assert [line.partition(" has")[0].strip() for line in server.errors] == [
        "mockrevio: warning: --durability",
        "mockrevio: warning: --max-worlds",
    ]


def fixture(folder: Path, **settings: Any) -> Path:
    path = folder / "fixture.json"
    path.write_text(json.dumps({"settings": settings}), encoding="utf-8")
    return path


def test_a_fixture_that_turns_credentials_off_gets_a_warning(tmp_path: Path) -> None:
    path = fixture(tmp_path, auth="off")
    with process("--ephemeral", "--fixture", str(path), "--credentials", "bob@acme:pw") as server:
        assert server.stop() == 0
    [line] = server.errors
    assert "warning: settings: --credentials has no effect with the fixture's auth off, which accepts" in line


@pytest.mark.parametrize(
    ("options", "settings", "warned"),
    [
        ({"credentials": ("a@x:1",)}, {"auth": "off"}, ["--credentials"]),
        (
            {"credentials": ("a@x:1",), "strict_login": True},
            {"auth": "off"},
            ["--strict-login", "--credentials"],
        ),
        ({}, {"auth": "off", "strict_login": True}, ["the fixture's strict_login"]),
        ({"auth": "off"}, {"strict_login": True}, []),  # overridden on purpose
        ({"auth": "required", "credentials": ("a@x:1",)}, {"auth": "off"}, []),  # the fixture has no effect
        ({"auth": "off", "credentials": ("a@x:1",)}, {"latency": "1s"}, []),  # there was a warning before
    ],
)
def test_settings_of_a_fixture_take_part(
    options: dict[str, Any], settings: dict[str, Any], warned: list[str]
) -> None:
    warnings = load(options).fixture_warnings(settings)
    assert [warning.partition(" has no effect")[0] for warning in warnings] == warned


def test_a_fixture_takes_part_with_a_configuration_file(tmp_path: Path) -> None:
    settings = load(toml="credentials = ['a@x:1']", folder=tmp_path)
    [warning] = settings.fixture_warnings({"auth": "off"})
    assert "toml: credentials has no effect with the fixture's auth off" in warning
