"""Settings: reading them from every source, their precedence, and errors for invalid values."""

from __future__ import annotations

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
    option_name,
    parse_credential,
    variable_name,
    world_setting_errors,
)
from tests.support import LINK, serving

TABLE = {name: (default, metadata) for name, default, metadata in declared_settings()}

# For each setting: a valid text, the value it is read as, and invalid texts.
CASES: dict[str, tuple[str, Any, tuple[str, ...]]] = {
    "host": ("0.0.0.0", "0.0.0.0", (" ",)),  # noqa: S104 (parsed, not bound)
    "port": ("8080", 8080, ("-1", "65536", "x", "80.5", "1_000", "٣", " 80", "9" * 5000)),
    "data": ("my data", Path("my data"), (" ",)),
    "ephemeral": ("yes", True, ("maybe", "2", "tru")),
    "fixture": ("demo", ("demo",), ()),
    "auth": ("off", "off", ("on", "OFF", "")),
    "strict_login": ("1", True, ("si",)),
    "credentials": (
        "bob@acme:pw",
        (Credential("bob", "acme", "pw"),),
        ("bob:pw", "bob@acme", "@acme:pw", "bob@:pw", "bob@acme:", "pw"),
    ),
    "watch": ("on", True, ("both",)),
    "isolate_clients": ("on", True, ("both",)),
    "max_worlds": ("2", 2, ("0", "-1", "100001", "many")),
    "subscription_key": ("k1", ("k1",), (" ",)),
    "rate_limit": ("500/60", Limit(500, 60), ("500", "0/60", "5/0", "x/60")),
    "quota": ("150000/86400", Limit(150000, 86400), ("150000", "1/0")),
    "latency": ("100ms..800ms", Latency("range", 0.1, 0.8), ("fast", "200", "2s..1s")),
    "error_rate": ("0.05:500", ErrorRate(0.05, 500), ("5%", "2", "0.5:200")),
    "clock": (
        "2030-01-02T03:04:05+02:00",
        datetime(2030, 1, 2, 1, 4, 5, tzinfo=UTC),
        ("tomorrow", "12:00", "2030-13-01"),
    ),
    "log_size": ("0", 0, ("-1", "1000001", "all")),
    "duplicates": ("allow", "allow", ("maybe",)),
    "error_shape": ("object", "object", ("list",)),
    "page_size_over_max": ("reject", "reject", ("cut",)),
    "blank_search": ("match", "match", ("yes",)),
    "links": ("self", "self", ("all", "")),
    "unset_dates": ("sentinel", "sentinel", ("0001-01-01",)),
    "server_headers": ("iis", "iis", ("IIS", "none")),
    "seed": ("7", 7, ("-1", "seven", "1.5", str(2**63))),
    "durability": ("fsync", "fsync", ("none",)),
    "tls": ("auto", "auto", ("on", "1.3")),
    "tls_cert": ("cert.pem", Path("cert.pem"), (" ",)),
    "tls_key": ("key.pem", Path("key.pem"), (" ",)),
    "hostname": ("restapi.rev.io", ("restapi.rev.io",), ()),
    "tls_ca_out": ("ca.pem", Path("ca.pem"), (" ",)),
    "admin_token": ("sesame", "sesame", ("  ",)),
    "allow_host": ("mock.test", ("mock.test",), ()),
    "webhook_host": (
        "*.Example.test",
        ("*.example.test",),
        ("*", "*.1", "a*.test", "http://a.test", "a.test:80", "a.test/x", "u@a.test", ".test", "a..test"),
    ),
}
INVALID = [(name, text) for name, (_, _, invalid) in CASES.items() for text in invalid]
VALID = [(name, text, value) for name, (text, value, _) in CASES.items()]


def load(
    options: dict[str, Any] | None = None,
    *,
    environ: dict[str, str] | None = None,
    toml: str | None = None,
    folder: Path | None = None,
) -> Settings:
    config = None
    if toml is not None:
        assert folder is not None
        config = folder / "mockrevio.toml"
        config.write_text(toml, encoding="utf-8")
    return Settings.load(options, environ=environ or {}, config=config)


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
    many = TABLE[name][1]["many"]
    by_option = load({name: (text,) if many else text})
    by_variable = load(environ={variable_name(name): text})
    by_file = load(toml=f'{name} = "{text}"', folder=tmp_path)

    assert getattr(by_option, name) == value
    assert by_option == by_variable == by_file
    assert by_option.explicit == {name}


@pytest.mark.parametrize(("name", "text"), INVALID)
def test_an_invalid_value_is_reported_with_its_name_and_what_is_allowed(
    name: str, text: str, tmp_path: Path
) -> None:
    default, metadata = TABLE[name]
    allowed = metadata["kind"].allowed
    with pytest.raises(SettingError) as by_file:
        load(toml=f"{name} = '{text}'", folder=tmp_path)
    assert str(by_file.value).endswith(f"mockrevio.toml: {name}: must be {allowed}, not {text!r}")
    if text.strip():
        with pytest.raises(SettingError) as by_variable:
            load(environ={variable_name(name): text})
        assert str(by_variable.value) == f"{variable_name(name)}: must be {allowed}, not {text!r}"
    if not isinstance(default, bool):
        with pytest.raises(SettingError) as by_option:
            load({name: (text,) if metadata["many"] else text})
        assert str(by_option.value) == f"{option_name(name)}: must be {allowed}, not {text!r}"


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
    assert errors["port"].startswith("cannot be set for a world; these can: auth, strict_login")
    assert errors["duplicates"] == "duplicates: must be reject or allow, not ['allow']"


# Settings that take several values.


def test_a_repeatable_setting_is_split_at_spaces_in_the_environment() -> None:
    settings = load(environ={"MOCKREVIO_FIXTURE": " default   mine.json\n", "MOCKREVIO_ALLOW_HOST": "a b"})
    assert settings.fixture == ("default", "mine.json")
    assert settings.allow_host == ("a", "b")


def test_a_setting_with_one_value_keeps_its_spaces() -> None:
    assert load(environ={"MOCKREVIO_DATA": "my data"}).data == Path("my data")


def test_a_repeatable_setting_is_a_list_or_a_single_value_in_a_file(tmp_path: Path) -> None:
    assert load(toml="fixture = ['a b', 'c']", folder=tmp_path).fixture == ("a b", "c")
    assert load(toml="fixture = 'a b'", folder=tmp_path).fixture == ("a b",)


@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_variable_counts_as_not_set(text: str) -> None:
    assert load(environ={"MOCKREVIO_PORT": text, "MOCKREVIO_FIXTURE": text}) == Settings()


def test_missing_options_and_empty_lists_count_as_not_set(tmp_path: Path) -> None:
    assert load({"port": None, "fixture": ()}) == Settings()
    assert load(toml="fixture = []", folder=tmp_path) == Settings()


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


# Files.


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("port = ", "invalid TOML: Invalid value (at end of document)"),
        ("prot = 1", "unknown setting 'prot'; expected one of host, port"),
        ("[serve]\nport = 1", "unknown setting 'serve'; expected one of host, port"),
        ("port = true", "port: must be a whole number from 0 to 65535, not 'true'"),
        ("port = 80.5", "port: must be a whole number from 0 to 65535, not '80.5'"),
        ("host = ['a']", "host: must be non-blank text, not ['a']"),
        ("host = {a = 1}", "host: must be non-blank text, not {'a': 1}"),
        (
            "fixture = [['a']]",
            "fixture: must be the name of a shipped fixture or the path of a file, not ['a']",
        ),
        ("data = 2026-01-05", "data: must be the path of a folder, not datetime.date(2026, 1, 5)"),
        ("ephemeral = 'perhaps'", "ephemeral: must be true or false, not 'perhaps'"),
    ],
)
def test_a_mistake_in_a_file_is_reported_with_the_file_name(toml: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        load(toml=toml, folder=tmp_path)
    assert f"mockrevio.toml: {message}" in str(caught.value)


def test_a_file_uses_toml_types_and_names_with_hyphens_or_underscores(tmp_path: Path) -> None:
    toml = "port = 80\nephemeral = true\nseed = 7\nerror-shape = 'object'\nblank_search = 'match'"
    settings = load(toml=toml, folder=tmp_path)
    assert (settings.port, settings.ephemeral, settings.seed) == (80, True, 7)
    assert (settings.error_shape, settings.blank_search) == ("object", "match")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mockrevio.toml"
    path.write_bytes(b"\xef\xbb\xbfport = 80\r\n")
    assert Settings.load(config=path, environ={}).port == 80


def test_a_file_that_cannot_be_read_is_reported_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"missing.toml: cannot be read: No such file or directory$"):
        Settings.load(config=tmp_path / "missing.toml", environ={})
    path = tmp_path / "binary.toml"
    path.write_bytes(b"port = 1\xff")
    with pytest.raises(SettingError, match=r"binary.toml: not UTF-8 text at byte 8$"):
        Settings.load(config=path, environ={})


def test_the_config_option_overrides_its_environment_variable(tmp_path: Path) -> None:
    for name, port in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.toml").write_text(f"port = {port}", encoding="utf-8")
    environ = {"MOCKREVIO_CONFIG": str(tmp_path / "a.toml")}
    assert Settings.load(environ=environ).port == 1
    assert Settings.load(environ=environ, config=tmp_path / "b.toml").port == 2


def test_a_port_variable_set_by_kubernetes_is_ignored() -> None:
    assert load(environ={"MOCKREVIO_PORT": "tcp://10.0.0.1:7384"}).port == 7384
