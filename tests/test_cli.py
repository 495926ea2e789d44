"""The `mockrevio` command: help, `serve` and `healthcheck`, and how it reports errors."""

from __future__ import annotations

import os
import socket
from importlib.metadata import version
from pathlib import Path

import pytest
import requests

from mockrevio import __version__
from mockrevio.settings import declared_settings, option_name, variable_name
from tests.command_line import CLEAN_ENVIRONMENT, failing_run, run
from tests.support import Process, process

SUGGESTS_ANYTHING = tuple(map(int, version("click").split(".")[:2])) >= (8, 4)
"""Whether click suggests commands, and not options only."""

# Help.


def test_without_arguments_the_command_lists_its_subcommands() -> None:
    result = run()
    text = (result.stdout + result.stderr).decode()
    assert "Usage: mockrevio" in text
    for command in ("serve", "healthcheck", "fixture"):
        assert command in text


@pytest.mark.parametrize("arguments", [("--help",), ("fixture", "--help")])
def test_help_shows_the_summary_of_each_subcommand_in_full(arguments: tuple[str, ...]) -> None:
    commands = run(*arguments).stdout.decode().partition("Commands:")[2].splitlines()[1:]
    assert len(commands) >= 2
    assert all(line.endswith(".") and not line.endswith("...") for line in commands)


def test_help_lists_every_setting_with_its_variable_and_default() -> None:
    text = " ".join(run("serve", "--help").stdout.decode().split())
    for name, default, metadata in declared_settings():
        assert option_name(name) in text
        default_text = {True: "on", False: "off", None: "none", (): "none", "": "none"}.get(default, default)
        default_text = " ".join(default_text) if isinstance(default_text, tuple) else default_text
        assert f"[{variable_name(name)}; default: {default_text}]" in text
        assert metadata["help"] in text


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout.decode() == f"mockrevio {__version__}{os.linesep}"


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [(["serve", "--prot", "1"], "--port"), (["server"], "serve"), (["fixture", "makes"], "make")],
)
def test_a_misspelled_word_is_rejected_with_a_suggestion(arguments: list[str], suggestion: str) -> None:
    errors = failing_run(*arguments)
    assert "No such" in errors
    if SUGGESTS_ANYTHING:
        assert f"'{suggestion}'" in errors
    else:  # an option, but no command
        assert suggestion in errors or "-h' for help" in errors


# Serving.


def test_the_start_line_shows_address_data_folder_and_fixture(tmp_path: Path) -> None:
    with process("--data", "here", "--fixture", "demo", cwd=tmp_path, env=CLEAN_ENVIRONMENT) as server:
        expected = f"on {server.client.url}/v1 (data in here{os.sep}, fixture demo)\n"
        assert server.start_line == f"mockrevio {__version__} {expected}"
        assert server.process.stdout is not None
        assert server.process.stdout.readline() == f"console: {server.client.url}/__admin/\n"
        assert server.client.get("/v1/SystemStatus").status_code == 200
    assert (tmp_path / "here" / "default.json").is_file()


def test_a_clean_stop_exits_with_status_0() -> None:
    with process("--ephemeral") as server:
        assert "(data in memory, fixture default)" in server.start_line
        assert server.stop() == 0
        assert server.errors == []


def test_the_command_line_overrides_environment_file_and_fixture(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(
        '{"settings": {"duplicates": "allow", "error_shape": "object", "blank_search": "match"}}', "utf-8"
    )
    (tmp_path / "mine.toml").write_text(
        "fixture = ['default', 'mine.json']\nerror_shape = 'array'\nauth = 'off'\nadmin_token = 'x'", "utf-8"
    )
    env = {
        **CLEAN_ENVIRONMENT,
        "MOCKREVIO_CONFIG": "mine.toml",
        "MOCKREVIO_AUTH": "required",
        "MOCKREVIO_ADMIN_TOKEN": "y",
    }
    with process("--ephemeral", "--admin-token", "z", cwd=tmp_path, env=env) as server:
        client = server.client
        assert [client.link(), client.link()] == [1, 2]  # the fixture allows duplicates
        # The file overrides the fixture.
        assert isinstance(client.post("/v1/IntegrationKeyLink", json={}).json(), list)
        # The environment overrides the file.
        assert client.get("/v1/SystemStatus", auth=_no_auth).status_code == 401
        # The command line overrides the environment.
        token = {"Authorization": "Bearer z"}
        assert client.get("/__admin/health", auth=_no_auth, headers=token).status_code == 200


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "x"], "--port: must be a whole number from 0 to 65535, not 'x'"),
        (["--auth", "on"], "--auth: must be required or off, not 'on'"),
        (["--data", ""], "--data: must be the path of a folder, not ''"),
        (["--config", "missing.toml"], "missing.toml: cannot be read: No such file or directory"),
        (["--config", "."], ".: cannot be read: Is a directory"),
        (["--fixture", "nope"], "nope: cannot be read: No such file or directory; pass a file or one of"),
        (["--fixture", "broken.json"], "broken.json: line 1 column 2: invalid JSON"),
        (
            ["--config", "typo.toml"],
            "typo.toml: unknown setting 'ephemral'; did you mean ephemeral?",
        ),
        (["--allow-host", "http://mock:7384"], "--allow-host: must be a host name, an IP address, a network"),
        (["--tls-key", "key.pem"], "--tls-key requires --tls-cert"),
    ],
)
def test_an_invalid_setting_stops_the_start_with_a_message(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    (tmp_path / "broken.json").write_text("{", "utf-8")
    (tmp_path / "typo.toml").write_text("ephemral = true", "utf-8")
    errors = failing_run("serve", "--ephemeral", "--port", "0", *arguments, cwd=tmp_path)
    assert errors.startswith(f"mockrevio: {message}")


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_host_that_is_not_of_this_machine_is_reported_with_the_fix(host: str, tmp_path: Path) -> None:
    errors = failing_run("serve", "--ephemeral", "--port", "0", "--host", host, cwd=tmp_path)
    assert errors.startswith(f"mockrevio: cannot listen on {host} port 0: ")
    assert "Set --host to an address of this machine" in errors
    assert "--port" not in errors


@pytest.mark.parametrize("host", ["no such host", "http://127.0.0.1", "127.0.0.1:80", "a..b", "ü..b"])
def test_what_is_no_host_is_reported_with_what_is_one(host: str, tmp_path: Path) -> None:
    errors = failing_run("serve", "--ephemeral", "--port", "0", "--host", host, cwd=tmp_path)
    assert errors.startswith("mockrevio: --host: must be an IP address or a host name, without a port, not ")
    assert "--port" not in errors


def test_a_misspelled_variable_stops_the_start(tmp_path: Path) -> None:
    errors = failing_run("serve", env={"MOCKREVIO_EPHEMRAL": "true"}, cwd=tmp_path)
    assert errors.startswith(
        "mockrevio: MOCKREVIO_EPHEMRAL: no setting has this name; did you mean MOCKREVIO_EPHEMERAL?"
    )
    assert not list(tmp_path.iterdir())


def test_an_invalid_variable_is_reported_by_name(tmp_path: Path) -> None:
    errors = failing_run("serve", env={"MOCKREVIO_DURABILITY": "some"}, cwd=tmp_path)
    assert errors == "mockrevio: MOCKREVIO_DURABILITY: must be flush or fsync, not 'some'\n"


def test_a_port_in_use_is_reported_with_the_fix(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        errors = failing_run("serve", "--ephemeral", "--port", str(port), cwd=tmp_path)
    assert f"cannot listen on 127.0.0.1 port {port}" in errors
    assert "Choose another --port, or stop the program that uses it; --port 0 picks a free port" in errors
    assert "--host" not in errors


def test_a_data_folder_that_cannot_be_created_is_reported_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    errors = failing_run("serve", "--port", "0", "--data", "file/data", cwd=tmp_path)
    assert errors.startswith("mockrevio: ")
    for part in (f"file{os.sep}data", "cannot be", "--data", "--ephemeral"):
        assert part in errors


def test_a_data_folder_in_use_is_reported_with_the_fix(tmp_path: Path) -> None:
    with process("--data", "data", cwd=tmp_path):
        errors = failing_run("serve", "--port", "0", "--data", "data", cwd=tmp_path)
    for part in ("data", "in use", "--data", "--ephemeral"):
        assert part in errors


def test_characters_that_the_console_lacks_are_escaped(tmp_path: Path) -> None:
    env = {**CLEAN_ENVIRONMENT, "PYTHONIOENCODING": "cp1252"}
    with process("--data", "日", cwd=tmp_path, env=env) as server:
        assert f"data in \\u65e5{os.sep}" in server.start_line
        assert server.stop() == 0
    errors = failing_run("serve", "--ephemeral", "--port", "0", "--fixture", "日.json", cwd=tmp_path, env=env)
    assert errors.startswith("mockrevio: \\u65e5.json: cannot be read")


# Health check.


def test_the_health_check_exits_with_0_when_the_server_is_ready() -> None:
    with process("--ephemeral") as server:
        result = run("healthcheck", "--url", server.client.url)
    assert (result.returncode, result.stderr) == (0, b"")
    expected = f"{server.client.url} is ready: mockrevio {__version__}"
    assert result.stdout.decode().strip() == expected


def test_the_health_check_finds_the_server_from_the_environment() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    env = {
        "MOCKREVIO_HOST": "0.0.0.0",  # noqa: S104 (as in a container)
        "MOCKREVIO_PORT": str(port),
        "MOCKREVIO_EPHEMERAL": "true",
        "MOCKREVIO_ADMIN_TOKEN": "sesame",
    }
    server = Process(env={**CLEAN_ENVIRONMENT, **env})
    try:
        assert b"is ready: mockrevio" in run("healthcheck", env=env).stdout
        without_token = run("healthcheck", env={**env, "MOCKREVIO_ADMIN_TOKEN": ""})
        assert without_token.returncode == 0
        assert without_token.stdout.endswith(b" is ready\n")
        assert server.stop() == 0
    finally:
        if server.process.poll() is None:
            server.kill()
    assert "does not respond: Connection refused" in failing_run("healthcheck", env=env)
