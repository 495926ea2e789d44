"""Where settings come from: the environment and files, and what is wrong there."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockrevio.errors import SettingError
from mockrevio.settings import Settings, hash_secret, variable_name
from mockrevio.settings.declaration import OTHER_VARIABLES
from tests.load_settings import load

# Settings that take several values.


@pytest.mark.parametrize("text", ["a b", " a\tb\n", "a,b", "a, b", ",a,,b,", " a ,b"])
@pytest.mark.parametrize("name", ["fixture", "allow_host", "hostname", "webhook_host"])
def test_a_repeatable_setting_is_split_at_spaces_and_commas_in_the_environment(name: str, text: str) -> None:
    settings = load(environ={variable_name(name): text, "MOCKREVIO_TLS": "auto"})
    assert getattr(settings, name) == ("a", "b")


def test_subscription_keys_are_split_as_well_before_they_are_hashed() -> None:
    settings = load(environ={"MOCKREVIO_SUBSCRIPTION_KEY": " a ,b"})
    assert settings.subscription_key == (hash_secret("a"), hash_secret("b"))


def test_credentials_are_split_at_spaces_only_in_the_environment() -> None:
    settings = load(environ={"MOCKREVIO_CREDENTIALS": "a@x:1,2 b@x:pw:GET,POST"})
    assert [each.password for each in settings.credentials] == ["1,2", "pw"]


@pytest.mark.parametrize("name", ["data", "admin_token"])
def test_a_setting_with_one_value_keeps_its_commas(name: str) -> None:
    assert str(getattr(load(environ={variable_name(name): "a,b"}), name)) == "a,b"


def test_a_setting_with_one_value_keeps_its_spaces() -> None:
    assert load(environ={"MOCKREVIO_DATA": "my data"}).data == Path("my data")


def test_a_repeatable_setting_is_a_list_or_a_single_value_in_a_file(tmp_path: Path) -> None:
    assert load(toml="fixture = ['a b', 'c']", folder=tmp_path).fixture == ("a b", "c")
    assert load(toml="fixture = 'a b'", folder=tmp_path).fixture == ("a b",)


@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_variable_counts_as_not_set(text: str) -> None:
    blank = dict.fromkeys(("MOCKREVIO_PORT", "MOCKREVIO_FIXTURE", "MOCKREVIO_CONFIG", "MOCKREVIO_NONE"), text)
    assert load(environ=blank) == Settings()


def test_missing_options_and_empty_lists_count_as_not_set(tmp_path: Path) -> None:
    assert load({"port": None, "fixture": ()}) == Settings()
    assert load(toml="fixture = []", folder=tmp_path) == Settings()


# Files.


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("port = ", "invalid TOML: Invalid value (at end of document)"),
        ("prot = 1", "unknown setting 'prot'; did you mean port? Otherwise expected one of host, port"),
        ("Error-Shap = 1", "unknown setting 'Error-Shap'; did you mean error_shape? Otherwise"),
        ("[serve]\nport = 1", "unknown setting 'serve'; expected one of host, port"),
        ("port = true", "port: must be a whole number from 0 to 65535, not 'true'"),
        ("port = 80.5", "port: must be a whole number from 0 to 65535, not '80.5'"),
        ("host = ['a']", "host: must be an IP address or a host name, without a port, not ['a']"),
        ("host = {a = 1}", "host: must be an IP address or a host name, without a port, not {'a': 1}"),
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


# Variables that are no settings.


@pytest.mark.parametrize("protocol", ["TCP", "UDP", "SCTP"])
@pytest.mark.parametrize("service", ["MOCKREVIO", "MOCKREVIO_ADMIN", "MOCKREVIO_2"])
def test_variables_that_kubernetes_sets_are_passed_over(service: str, protocol: str) -> None:
    link = f"{protocol.lower()}://10.0.0.1:7384"
    port = f"{service}_PORT_7384_{protocol}"
    environ = {
        f"{service}_SERVICE_HOST": "10.0.0.1",
        f"{service}_SERVICE_PORT": "7384",
        f"{service}_SERVICE_PORT_HTTP": "7384",
        f"{service}_SERVICE_PORT_HTTP_ALT": "7385",
        f"{service}_PORT": link,
        port: link,
        f"{port}_PROTO": protocol.lower(),
        f"{port}_PORT": "7384",
        f"{port}_ADDR": "10.0.0.1",
    }
    assert load(environ=environ) == Settings()


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("MOCKREVIO_EPHEMRAL", "; did you mean MOCKREVIO_EPHEMERAL?"),
        ("MOCKREVIO_ALLOW_HOSTS", "; did you mean MOCKREVIO_ALLOW_HOST?"),
        ("MOCKREVIO_ALLOWHOST", "; did you mean MOCKREVIO_ALLOW_HOST?"),
        ("MOCKREVIO_CONFIG_FILE", "; did you mean MOCKREVIO_CONFIG?"),
        ("MOCKREVIO_port", "; did you mean MOCKREVIO_PORT?"),
        ("MOCKREVIO_XYZ", ". Rename or unset it; mockrevio serve --help lists all"),
        ("MOCKREVIO_", ". Rename or unset it; mockrevio serve --help lists all"),
    ],
)
def test_a_variable_that_names_no_setting_is_reported_with_the_nearest(variable: str, hint: str) -> None:
    with pytest.raises(SettingError) as caught:
        load(environ={variable: "true", "MOCKREVIO_PORT": "80"})
    assert str(caught.value).startswith(f"{variable}: no setting has this name{hint}")


def test_every_unknown_variable_is_reported() -> None:
    with pytest.raises(SettingError) as caught:
        load(environ={"MOCKREVIO_PROT": "80", "MOCKREVIO_DATE": "x"})
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "MOCKREVIO_DATE",
        "MOCKREVIO_PROT",
    ]


def test_variables_of_other_programs_are_no_mistakes() -> None:
    known = dict.fromkeys(OTHER_VARIABLES, "x")
    assert (
        load(environ={**known, "PATH": "/bin", "MOCKREVIOUS": "1", "NOT_MOCKREVIO_PORT": "2"}) == Settings()
    )
