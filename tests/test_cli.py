"""The `mockrevio` command: what it prints, how it ends, and what it says of mistakes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from mockrevio import __version__
from mockrevio.revio.resources import ENTITIES
from mockrevio.settings import declared_settings, option_name, variable_name
from tests.support import LINK, Process, process

CLEAN = {name: text for name, text in os.environ.items() if not name.startswith("MOCKREVIO_")}


def run(
    *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`mockrevio` with these arguments, to its end, with what it printed as bytes."""
    return subprocess.run(
        [sys.executable, "-m", "mockrevio", *arguments],
        capture_output=True,
        timeout=60,
        cwd=cwd,
        env={**CLEAN, **(env or {})},
        check=False,
    )


def complaint(*arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """What it says on standard error when it ends with a status that is not 0; never a traceback."""
    ended = run(*arguments, cwd=cwd, env=env)
    errors = ended.stderr.decode()
    assert ended.returncode in (1, 2), errors
    assert "Traceback" not in errors
    assert ended.stdout == b""
    return errors


# Help.


def test_without_arguments_it_says_what_there_is() -> None:
    ended = run()
    text = (ended.stdout + ended.stderr).decode()
    assert "Usage: mockrevio" in text
    for command in ("serve", "healthcheck", "fixture"):
        assert command in text


def test_help_names_every_setting_with_its_variable_and_default() -> None:
    text = " ".join(run("serve", "--help").stdout.decode().split())
    for name, default, metadata in declared_settings():
        assert option_name(name) in text
        shown = {True: "on", False: "off", None: "none", (): "none"}.get(default, default)
        shown = " ".join(shown) if isinstance(shown, tuple) else shown
        assert f"[{variable_name(name)}; default: {shown}]" in text
        assert metadata["help"] in text


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout.decode() == f"mockrevio {__version__}{os.linesep}"


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [(["serve", "--prot", "1"], "--port"), (["server"], "serve"), (["fixture", "makes"], "make")],
)
def test_a_misspelt_word_is_refused_with_what_was_meant(arguments: list[str], suggestion: str) -> None:
    text = complaint(*arguments)
    assert "No such" in text
    assert f"'{suggestion}'" in text


# Serving.


def test_the_start_line_names_address_data_folder_and_fixture(tmp_path: Path) -> None:
    with process("--data", "here", "--fixture", "demo", cwd=tmp_path, env=CLEAN) as server:
        expected = f"on {server.client.url}/v1 (data in here{os.sep}, fixture demo)\n"
        assert server.start_line == f"mockrevio {__version__} {expected}"
        assert server.client.get("/v1/SystemStatus").status_code == 200
    assert (tmp_path / "here" / "default.json").is_file()


def test_a_clean_stop_ends_with_status_0() -> None:
    with process("--ephemeral") as server:
        assert "(data in memory, fixture default)" in server.start_line
        assert server.stop() == 0
        assert server.errors == []


def test_a_real_process_takes_the_command_line_before_environment_file_and_fixture(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(
        '{"settings": {"duplicates": "allow", "error_shape": "object", "blank_search": "match"}}', "utf-8"
    )
    (tmp_path / "mine.toml").write_text(
        "fixture = ['default', 'mine.json']\nerror_shape = 'array'\nauth = 'off'\nadmin_token = 'x'", "utf-8"
    )
    env = {
        **CLEAN,
        "MOCKREVIO_CONFIG": "mine.toml",
        "MOCKREVIO_AUTH": "required",
        "MOCKREVIO_ADMIN_TOKEN": "y",
    }
    with process("--ephemeral", "--admin-token", "z", cwd=tmp_path, env=env) as server:
        client = server.client
        assert [client.link(), client.link()] == [1, 2]  # the fixture allows duplicates
        refused = client.post("/v1/IntegrationKeyLink", json={})
        assert isinstance(refused.json(), list)  # the file beats the fixture
        assert (
            client.get("/v1/SystemStatus", auth=_nobody).status_code == 401
        )  # the environment beats the file
        token = {"Authorization": "Bearer z"}
        assert (
            client.get("/__admin/health", auth=_nobody, headers=token).status_code == 200
        )  # the command line


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "x"], "--port: 'x' is not allowed; it takes a whole number from 0 to 65535"),
        (["--auth", "on"], "--auth: 'on' is not allowed; it takes required or off"),
        (["--data", ""], "--data: '' is not allowed; it takes a folder"),
        (["--config", "missing.toml"], "missing.toml: cannot be read: No such file or directory"),
        (["--config", "."], ".: cannot be read: Is a directory"),
        (["--fixture", "nope"], "nope: cannot be read: No such file or directory; pass a file or one of"),
        (["--fixture", "broken.json"], "broken.json: line 1 column 2: not JSON"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1 port"),
        (["--host", "no such host"], "cannot listen on no such host port"),
    ],
)
def test_a_mistake_ends_the_start_with_a_sentence(arguments: list[str], message: str, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", "utf-8")
    text = complaint("serve", "--ephemeral", "--port", "0", *arguments, cwd=tmp_path)
    assert text.startswith(f"mockrevio: {message}")


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    text = complaint("serve", env={"MOCKREVIO_DURABILITY": "some"}, cwd=tmp_path)
    assert text == "mockrevio: MOCKREVIO_DURABILITY: 'some' is not allowed; it takes flush or fsync\n"


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = complaint("serve", "--ephemeral", "--port", str(port), cwd=tmp_path)
    assert f"cannot listen on 127.0.0.1 port {port}" in text
    assert "Choose another --host or --port; --port 0 picks a free port" in text


def test_a_data_folder_that_is_no_folder_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    text = complaint("serve", "--port", "0", "--data", "file/data", cwd=tmp_path)
    assert text.startswith("mockrevio: ")
    for part in (f"file{os.sep}data", "cannot be", "--data", "--ephemeral"):
        assert part in text


def test_a_data_folder_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    with process("--data", "data", cwd=tmp_path):
        text = complaint("serve", "--port", "0", "--data", "data", cwd=tmp_path)
    for part in ("data", "in use", "--data", "--ephemeral"):
        assert part in text


def test_a_console_without_the_letters_of_a_name_is_no_reason_to_fail(tmp_path: Path) -> None:
    env = {**CLEAN, "PYTHONIOENCODING": "cp1252"}
    with process("--data", "日", cwd=tmp_path, env=env) as server:
        assert f"data in \\u65e5{os.sep}" in server.start_line
        assert server.stop() == 0
    text = complaint("serve", "--ephemeral", "--port", "0", "--fixture", "日.json", cwd=tmp_path, env=env)
    assert text.startswith("mockrevio: \\u65e5.json: cannot be read")


# Health check.


def test_the_health_check_ends_with_0_when_the_server_is_ready() -> None:
    with process("--ephemeral") as server:
        ended = run("healthcheck", "--url", server.client.url)
    assert (ended.returncode, ended.stderr) == (0, b"")
    expected = f"{server.client.url} is ready: mockrevio {__version__}"
    assert ended.stdout.decode().strip() == expected


def test_the_health_check_finds_the_server_by_the_environment_that_the_server_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {
        "MOCKREVIO_HOST": "0.0.0.0",  # noqa: S104 (as in a container)
        "MOCKREVIO_PORT": str(port),
        "MOCKREVIO_EPHEMERAL": "true",
        "MOCKREVIO_ADMIN_TOKEN": "sesame",
    }
    server = Process(env={**CLEAN, **env})
    try:
        assert run("healthcheck", env=env).returncode == 0
        assert "401" in complaint("healthcheck", env={**env, "MOCKREVIO_ADMIN_TOKEN": "wrong"})
        assert server.stop() == 0
    finally:
        if server.process.poll() is None:
            server.kill()
    assert "does not answer: Connection refused" in complaint("healthcheck", env=env)


# Fixtures.


def test_the_same_seed_makes_the_same_bytes_in_every_process() -> None:
    arguments = ("fixture", "make", "--count", "5", "--count", "customer=9", "--links", "4", "--seed", "7")
    first = run(*arguments, env={"PYTHONHASHSEED": "1"})
    second = run(*arguments, env={"PYTHONHASHSEED": "2"})
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert b"\r" not in first.stdout
    made = json.loads(first.stdout)
    counts = {name: len(records) for name, records in made["entities"].items()}
    assert counts == {**dict.fromkeys(ENTITIES, 5), "CUSTOMER": 9}
    assert len(made["key_links"]) == 4


def test_without_a_seed_every_fixture_differs() -> None:
    arguments = ("fixture", "make", "--count", "CUSTOMER=3")
    assert run(*arguments).stdout != run(*arguments).stdout


def test_a_made_fixture_is_fine_and_serves(tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_bytes(run("fixture", "make", "--links", "10").stdout)
    checked = run("fixture", "check", "mine.json", cwd=tmp_path)
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert checked.stdout.decode().startswith("mine.json: fine (")
    with process("--ephemeral", "--fixture", str(mine)) as server:
        assert server.client.get("/v1/IntegrationKeyLink").json()["record_count"] == 10


@pytest.mark.parametrize(
    "count", ["x", "1x", "-1", "CUSTOMER", "CUSTOMER=", "=5", "NOBODY=5", "1000001", "9" * 5000, "٣"]
)
def test_a_count_that_is_none_is_refused_with_what_is_allowed(count: str) -> None:
    text = " ".join(complaint("fixture", "make", "--count", count).split())
    assert (
        f"{count!r} is not allowed; it takes a number up to 1000000, or TYPE=number with one of AGENT" in text
    )


def test_every_mistake_in_a_fixture_is_named_with_its_place(tmp_path: Path) -> None:
    link = (
        '{"integration_system_id": 4, "integration_entity_type_id": 2, "internal_id": "x", "external_id": ""}'
    )
    wrong = f'{{"schema": 2, "nonsense": 1, "key_links": [{link}]}}'
    (tmp_path / "wrong.json").write_text(wrong, "utf-8")
    ended = run("fixture", "check", "wrong.json", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, b"")
    lines = ended.stderr.decode().splitlines()
    assert [line.split(": ")[1] for line in lines[:-1]] == [
        "schema",
        "nonsense",
        "key_links[0].internal_id",
        "key_links[0].external_id",
    ]
    assert lines[-1] == "Error: 4 mistakes"


def test_several_fixtures_are_checked_as_they_would_be_merged(tmp_path: Path) -> None:
    (tmp_path / "links.json").write_text(json.dumps({"key_links": [LINK]}), "utf-8")
    assert "does not exist" in complaint("fixture", "check", "links.json", cwd=tmp_path)
    assert run("fixture", "check", "default", "links.json", cwd=tmp_path).returncode == 0


def test_a_field_that_mockrevio_does_not_know_is_a_note_and_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "more.json").write_text(
        '{"entities": {"CUSTOMER": [{"customer_id": 1, "vip": true}]}}', "utf-8"
    )
    ended = run("fixture", "check", "default", "more.json", cwd=tmp_path)
    assert ended.returncode == 0
    assert "note: more.json: entities.CUSTOMER[0].vip" in ended.stdout.decode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1 column 1: not JSON"),
        (b"[]", "must be an object"),
        (b"\xff\xfe", "byte 0: not UTF-8 text"),
        (b"[" * 100_000, "not JSON that can be read"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "not JSON that can be read"),
    ],
    ids=["empty", "list", "utf-16", "deep", "long number"],
)
def test_a_file_that_is_no_fixture_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(content)
    text = complaint("fixture", "check", "mine.json", cwd=tmp_path)
    assert text.startswith("mine.json: ")
    assert message in text
