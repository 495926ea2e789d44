"""Settings: their values, their precedence, and errors for invalid values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mockrevio.errors import SettingError
from mockrevio.quantities import ErrorRate, Latency, Limit
from mockrevio.settings import (
    Credential,
    Settings,
    declared_settings,
    hash_secret,
    option_name,
    parse_credential,
    variable_name,
    world_setting_errors,
)
from tests.load_settings import load
from tests.support import LINK, serving

TABLE = {name: (default, metadata) for name, default, metadata in declared_settings()}

# For each setting: a valid text, the value it is read as, and invalid texts.
CASES: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "host": (
        "[0:0::1]",
        "::1",
        (" ", "localhost:7384", "127.0.0.1:80", "[::1]:80", "[::1", "[localhost]", "http://localhost", "a b"),
    ),
    "port": ("8080", 8080, ("-1", "65536", "x", "80.5", "1_000", "٣", " 80", "9" * 5000)),
    "data": ("my data", Path("my data"), (" ",)),
    "ephemeral": ("yes", True, ("maybe", "2", "tru")),
    "fixture": ("demo", ("demo",), ()),
    "auth": ("off", "off", ("on", "OFF", "")),
    "strict_login": ("1", True, ("si",)),
    "credentials": (
        "bob@acme:pw",
        (Credential("bob", "acme", "pw"),),
        (
            *("bob:pw", "bob@acme", "@acme:pw", "bob@:pw", "bob@acme:", "pw", "a@x:1,b@x:2", "a@x:1;b@x:2"),
            *("a@x:1:GET,POST,b@x:2", "a@x:1,b@home.org@x:2:GET"),
        ),
    ),
    "watch": ("on", True, ("both",)),
    "isolate_clients": ("on", True, ("both",)),
    "max_worlds": ("2", 2, ("0", "-1", "100001", "many")),
    "world_idle_timeout": ("30m", 1800.0, ("0", "soon", "367d")),
    "subscription_key": (
        "k1",
        (hash_secret("k1"),),
        (" ", "a\x00b", "sha256:", "sha256:ab:12", "sha256:xy:" + "0" * 64),
    ),
    "rate_limit": ("500/60", Limit(500, 60), ("500", "0/60", "5/0", "x/60")),
    "quota": ("150000/86400", Limit(150000, 86400), ("150000", "1/0")),
    "latency": ("100ms..800ms", Latency("range", 0.1, 0.8), ("fast", "200", "2s..1s")),
    "error_rate": ("0.05:500", ErrorRate(0.05, 500), ("5%", "2", "0.5:200")),
    "clock": (
        "2030-01-02T03:04:05+02:00",
        datetime(2030, 1, 2, 1, 4, 5, tzinfo=UTC),
        ("tomorrow", "12:00", "2030-13-01"),
    ),
    "log_format": ("json", "json", ("xml",)),
    "traces": ("otlp", "otlp", ("on",)),
    "log_size": ("0", 0, ("-1", "1000001", "all")),
    "duplicates": ("allow", "allow", ("maybe",)),
    "error_shape": ("object", "object", ("list",)),
    "error_status": (
        "link.duplicate=409",
        ("link.duplicate=409",),
        ("link.duplicate", "link.duplicate=200", "link.duplicate=40", "no.rule=409", "error.shape=409"),
    ),
    "page_size_over_max": ("reject", "reject", ("cut",)),
    "blank_search": ("match", "match", ("yes",)),
    "put": ("merge", "merge", ("patch", "")),
    "key_link_id": ("key_link_id", "key_link_id", ("1id", "external_id", "a-b", "")),
    "links": ("self", "self", ("all", "")),
    "unset_dates": ("sentinel", "sentinel", ("0001-01-01",)),
    "server_headers": ("iis", "iis", ("IIS", "none")),
    "seed": ("7", 7, ("-1", "seven", "1.5", str(2**63))),
    "durability": ("fsync", "fsync", ("none",)),
    "tls": ("auto", "auto", ("on", "1.3")),
    "tls_cert": ("cert.pem", Path("cert.pem"), (" ",)),
    "tls_key": ("key.pem", Path("key.pem"), (" ",)),
    "hostname": ("*.Rev.io", ("*.rev.io",), ("*", "https://rev.io", "rev.io:443", "10.0.0.0/8", "not!")),
    "tls_ca_out": ("ca.pem", Path("ca.pem"), (" ",)),
    "admin_token": ("sesame", "sesame", ("  ", "a\x1bb")),
    "allow_host": (
        "*.Svc.cluster.local.",
        ("*.svc.cluster.local",),
        ("*", "mock.*", "http://mock:7384", "mock:7384", "mock/v1", "10.1.2.3/8", "10.0.0.300", "a..b"),
    ),
    "allow_origin": (
        "HTTP://LocalHost:3000",
        ("http://localhost:3000",),
        ("*", "null", "localhost:3000", "http://", "http://*.test", "http://a:0", "http://[1]", "http://a/"),
    ),
    "idle_timeout": ("1.5m", 90.0, ("0s", "0", "60", "-1s", "10000h", " ")),
    "max_connections": ("2", 2, ("0", "1000001", "-1", "many")),
    "base_path": ("/revio/", "/revio", ("revio", "//revio", "/a/../b", "/a%20b", "http://a/b", "/V1")),
    "trusted_proxy": ("10.0.0.1", ("10.0.0.1",), ("nginx", "0.0.0.0/0", "10.0.0.1/8", "10.0.0.1:80", "")),
    "webhook_host": (
        "*.Example.test",
        ("*.example.test",),
        ("*", "*.1", "a*.test", "http://a.test", "a.test:80", "a.test/x", "u@a.test", ".test", "a..test"),
    ),
}
NEEDED = {
    "tls_key": {"tls_cert": "cert.pem"},
    "hostname": {"tls": "auto"},
    "tls_ca_out": {"tls": "auto"},
}
"""What else some settings do not work without."""
INVALID = [(name, text) for name, (_, _, invalid) in CASES.items() for text in invalid]
VALID = [(name, text, value) for name, (text, value, _) in CASES.items()]


def test_every_setting_has_a_case_here() -> None:
    assert set(TABLE) <= set(CASES), "add valid and invalid values of the new setting to CASES"


def test_every_setting_has_a_short_help_text() -> None:
    for name, (_, metadata) in TABLE.items():
        assert metadata["help"], name
        assert not metadata["help"].endswith("."), name
        assert len(metadata["help"]) <= 100, name
        assert metadata["kind"].allowed, name


@pytest.mark.parametrize(("name", "text", "value"), VALID)
def test_a_setting_has_the_same_value_from_every_source(
    name: str, text: str, value: object, tmp_path: Path
) -> None:
    many = TABLE[name][1]["repeatable"]
    needed = NEEDED.get(name, {})
    by_option = load({name: (text,) if many else text, **needed})
    by_variable = load(needed, environ={variable_name(name): text})
    by_file = load(needed, toml=f'{name} = "{text}"', folder=tmp_path)

    assert getattr(by_option, name) == value
    assert by_option == by_variable == by_file
    assert by_option.explicit == {name, *needed}


@pytest.mark.parametrize(("name", "text"), INVALID)
def test_an_invalid_value_is_reported_with_its_name_and_what_is_allowed(
    name: str, text: str, tmp_path: Path
) -> None:
    default, metadata = TABLE[name]
    allowed = metadata["kind"].allowed
    shown = "*** (a secret, not shown)" if metadata["kind"].secret else repr(text)
    message = f": must be {allowed}, not {shown}"
    with pytest.raises(SettingError) as by_file:
        load(toml=f"{name} = {json.dumps(text)}", folder=tmp_path)
    assert f"mockrevio.toml: {name}{message}" in str(by_file.value)
    if text.strip():
        with pytest.raises(SettingError) as by_variable:
            load(environ={variable_name(name): text})
        assert str(by_variable.value).startswith(f"{variable_name(name)}{message}")
    if not isinstance(default, bool):
        with pytest.raises(SettingError) as by_option:
            load({name: (text,) if metadata["repeatable"] else text})
        assert str(by_option.value).startswith(f"{option_name(name)}{message}")


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("credentials", "bob:hunter2", "; LOGIN@CLIENT must come before the first colon"),
        ("credentials", "hunter2@acme", "; no password follows a colon"),
        ("credentials", "bob@acme:", "; no password follows a colon"),
        ("credentials", "bob@acme:hunter2,eve@acme:hunter2", "; it could be several users"),
        ("admin_token", "hunter2\x00", ""),
        ("subscription_key", "hunter2\x00", ""),
    ],
)
def test_a_message_about_a_secret_says_what_is_wrong_with_it_and_does_not_show_it(
    name: str, text: str, hint: str, tmp_path: Path
) -> None:
    sources: list[dict[str, Any]] = [
        {"options": {name: (text,) if TABLE[name][1]["repeatable"] else text}},
        {"environ": {variable_name(name): text}},
        {"toml": f"{name} = {json.dumps(text)}", "folder": tmp_path},
        {"toml": f"{name} = {{value = {json.dumps(text)}}}", "folder": tmp_path},
    ]
    for number, source in enumerate(sources):
        with pytest.raises(SettingError) as caught:
            load(**source)
        assert "hunter2" not in str(caught.value)
        assert number == len(sources) - 1 or f"not *** (a secret, not shown){hint}" in str(caught.value)


def test_a_message_about_one_of_several_values_says_which() -> None:
    with pytest.raises(SettingError, match=r"^--credentials \(value 2 of 2\): must be"):
        load({"credentials": ("bob@acme:pw", "eve:pw")})


def test_settings_do_not_show_secrets_when_they_are_printed() -> None:
    settings = load(
        {
            "credentials": ("bob@acme:hunter2",),
            "subscription_key": ("hunter2",),
            "admin_token": "hunter2",
        }
    )
    assert "hunter2" not in repr(settings) + repr(settings.credentials)


def test_command_line_overrides_environment_overrides_file_overrides_default(tmp_path: Path) -> None:
    toml = "port = 1003\nhost = 'from.the.file'"
    environ = {"MOCKREVIO_PORT": "1002"}

    assert load().port == 7384
    assert load(toml=toml, folder=tmp_path).port == 1003
    assert load(toml=toml, environ=environ, folder=tmp_path).port == 1002
    settings = load({"port": "1001"}, toml=toml, environ=environ, folder=tmp_path)
    assert (settings.port, settings.host) == (1001, "from.the.file")


def test_an_option_can_turn_off_what_the_environment_turned_on() -> None:
    assert load({"ephemeral": False}, environ={"MOCKREVIO_EPHEMERAL": "true"}).ephemeral is False


@pytest.mark.parametrize(
    ("options", "shape"),
    [({}, dict), ({"error_shape": "array"}, list)],
    ids=["fixture overrides default", "user overrides fixture"],
)
def test_the_user_overrides_the_fixture_which_overrides_the_default(
    options: dict[str, str], shape: type, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text('{"settings": {"error_shape": "object"}}', encoding="utf-8")
    with serving(fixture=("default", str(mine)), **options) as client:
        response = client.post("/v1/IntegrationKeyLink", json={**LINK, "internal_id": 999999})
    assert response.status_code == 400
    assert type(response.json()) is shape


def test_a_fixture_can_set_world_settings_only() -> None:
    assert world_setting_errors({"duplicates": "allow", "blank_search": "match"}) == {}
    errors = world_setting_errors({"port": 1, "duplicates": ["allow"], "nonsense": 1})
    assert errors["nonsense"].startswith("unknown setting; expected one of auth, strict_login")
    [misspelled] = world_setting_errors({"Error-Shap": "array"}).values()
    assert misspelled.startswith("unknown setting; did you mean error_shape? Otherwise expected one of auth,")
    assert errors["port"].startswith("cannot be set for a world; these can: auth, strict_login")
    assert errors["duplicates"] == "duplicates: must be reject or allow, not ['allow']"


# Credentials.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bob@acme:pw", ("bob", "acme", "pw", None)),
        ("bob@acme:a:b:c", ("bob", "acme", "a:b:c", None)),
        ("bob@acme:pw:GET", ("bob", "acme", "pw", {"GET"})),
        ("bob@acme:pw:GET,POST", ("bob", "acme", "pw", {"GET", "POST"})),
        ("bob@acme:a:b:GET", ("bob", "acme", "a:b", {"GET"})),
        ("bob@acme:pw:GET,FETCH", ("bob", "acme", "pw:GET,FETCH", None)),
        ("bob@acme:pw:get", ("bob", "acme", "pw:get", None)),
        ("bob@acme:GET", ("bob", "acme", "GET", None)),
        ("bob@acme::GET", ("bob", "acme", ":GET", None)),
        ("bob@acme:p@ss", ("bob", "acme", "p@ss", None)),
        ("bob@home.org@acme:pw", ("bob@home.org", "acme", "pw", None)),
    ],
)
def test_credentials_have_login_client_password_and_optional_methods(text: str, expected: object) -> None:
    assert parse_credential(text) == expected


@pytest.mark.parametrize(
    "text", ["ann@acme:1,", "a@x:1 b@x:2", "a@x:1|b@x:2", "a@x:1\nb@x:2", '"ann@acme:1"', "'ann@acme:1'"]
)
def test_credentials_that_may_mean_something_else_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match=r"--credentials: must be"):
        Settings.load({"credentials": [text]}, environ={})


def test_a_comma_and_a_blank_between_credentials_are_refused() -> None:
    with pytest.raises(SettingError, match="MOCKREVIO_CREDENTIALS"):
        Settings.load(environ={"MOCKREVIO_CREDENTIALS": "ann@acme:1, bob@acme:2"})


@pytest.mark.parametrize("token", ["\u20ac", "a\u00e4", '"sesame"', "a\nb"])
def test_a_token_that_a_client_cannot_send_is_refused(token: str) -> None:
    with pytest.raises(SettingError, match=r"--admin-token: must be printable ASCII text"):
        Settings.load({"admin_token": token}, environ={})


def test_blanks_around_a_token_are_removed() -> None:
    settings = Settings.load({"admin_token": " sesame\n"}, environ={})
    assert settings == Settings.load({"admin_token": "sesame"}, environ={})
