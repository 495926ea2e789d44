"""`mockrevio exec`: the mock that a command finds, what it prints, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import CLEAN_ENVIRONMENT, run
from tests.support import process
from tests.testing.exec.common import EXEC, environment_of

CALL = """
import base64, json, os, urllib.request

def call(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as response:
        return json.load(response)

def get(path):
    login = os.environ["REVIO_USERNAME"] + ":" + os.environ["REVIO_PASSWORD"]
    headers = {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}
    if "REVIO_SUBSCRIPTION_KEY" in os.environ:
        headers["Ocp-Apim-Subscription-Key"] = os.environ["REVIO_SUBSCRIPTION_KEY"]
    return call(os.environ["REVIO_URL"] + "/" + path, **headers)

def admin(path):
    token = os.environ.get("MOCKREVIO_ADMIN_TOKEN")
    headers = {"Authorization": "Bearer " + token} if token else {}
    return call(os.environ["MOCKREVIO_ADMIN_URL"] + "/" + path, **headers)
"""
"""A client that knows of the mock what its environment says."""


ADD_CUSTOMER = """
urllib.request.urlopen(os.environ["MOCKREVIO_ADMIN_URL"] + "/entities/CUSTOMER", b'{"id": 4711}')
"""


def run_python(
    *options: str, program: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return run("exec", *options, "--", sys.executable, "-c", CALL + program, env=env, cwd=cwd)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--credentials", "ann@acme:pa:ss"),
        ("--subscription-key", "key-1", "--admin-token", "token-1"),
        ("--isolate-clients", "--auth", "off"),
        ("--host", "localhost"),
    ],
    ids=" ".join,
)
def test_the_command_finds_a_mock_that_is_ready_and_lets_it_in(options: tuple[str, ...]) -> None:
    ended = run_python(*options, program="print(get('Customers/1015')['customer_id'], admin('health')['ok'])")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"1015 True\n", b"")


def test_the_addresses_end_as_clients_expect() -> None:
    environment = environment_of()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", environment["REVIO_URL"])
    base_url = environment["REVIO_URL"].removesuffix("/v1")
    assert environment["MOCKREVIO_ADMIN_URL"] == f"{base_url}/__admin"
    assert environment["REVIO_USERNAME"] == "tester@mockrevio"


def test_standard_input_and_output_belong_to_the_command() -> None:
    ended = subprocess.run(
        [
            *EXEC,
            "--",
            sys.executable,
            "-c",
            "import sys; print(sys.stdin.read()[::-1]); print('e', file=sys.stderr)",
        ],
        input="abc",
        capture_output=True,
        text=True,
        timeout=60,
        env=CLEAN_ENVIRONMENT,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == ("cba\n", "e\n")


@pytest.mark.parametrize("dashes", [("--",), ()], ids=["with --", "without --"])
def test_options_after_the_name_of_the_command_are_its_own(dashes: tuple[str, ...]) -> None:
    command = [
        *dashes,
        sys.executable,
        "-c",
        "import sys; print(sys.argv[1:])",
        "--port",
        "x",
        "--",
        "--help",
    ]
    ended = run("exec", "--latency", "1ms", *command)
    assert (ended.returncode, ended.stdout) == (0, b"['--port', 'x', '--', '--help']\n")


# The mock is its own.


def test_a_server_of_the_environment_neither_takes_the_port_nor_the_data(tmp_path: Path) -> None:
    with process("--data", "data", cwd=tmp_path, env=CLEAN_ENVIRONMENT) as server:
        port = server.client.url.rpartition(":")[2]
        env = {"MOCKREVIO_PORT": port, "MOCKREVIO_DATA": "data"}
        environment = environment_of(env=env, cwd=tmp_path)
    assert not environment["REVIO_URL"].endswith(f":{port}/v1")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_port_of_the_command_line_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    assert environment_of("--port", port)["REVIO_URL"] == f"http://127.0.0.1:{port}/v1"


def test_data_of_the_command_line_is_kept_for_the_next_run(tmp_path: Path) -> None:
    ephemeral = {"MOCKREVIO_EPHEMERAL": "true"}
    first = run_python("--data", "data", program=ADD_CUSTOMER, cwd=tmp_path, env=ephemeral)
    second = run_python("--data", "data", program="print(get('Customers/4711')['customer_id'])", cwd=tmp_path)
    assert (first.returncode, second.stdout) == (0, b"4711\n"), first.stderr


def test_settings_of_the_environment_apply(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(
        '{"entities": {"CUSTOMER": [{"customer_id": 7, "status": "X"}]}}', "utf-8"
    )
    ended = run_python(
        program="print(get('Customers')['record_count'])",
        cwd=tmp_path,
        env={"MOCKREVIO_FIXTURE": "mine.json"},
    )
    assert ended.stdout == b"1\n", ended.stderr


def test_other_commands_of_mockrevio_run_within() -> None:
    ended = run("exec", "--", sys.executable, "-m", "mockrevio", "fixture", "check", "default")
    assert ended.returncode == 0, ended.stderr


# The status.


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("", 0),
        ("raise SystemExit(3)", 3),
        ("raise SystemExit(130)", 130),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 143),
        ("import os, signal; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)", -signal.SIGINT),
    ],
)
def test_the_status_is_that_of_the_command(code: str, status: int) -> None:
    ended = run("exec", "--", sys.executable, "-c", code)
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, b"", b"")


def test_a_command_that_cannot_be_run_has_the_status_that_shells_give_it(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("text", "utf-8")
    (tmp_path / "script").write_text("#!/no/such/interpreter\n", "utf-8")
    (tmp_path / "script").chmod(0o700)
    for command, status, message in (
        ("no-such-program", 127, "no-such-program: command not found. Install it, or pass its path"),
        ("./missing", 127, "./missing: command not found. Install it, or pass its path"),
        ("./plain", 126, "./plain: cannot be run: Permission denied"),
        (str(tmp_path), 126, f"{tmp_path}: cannot be run: Permission denied"),
        ("./script", 126, "./script: cannot be run: its first line names an interpreter that does not exist"),
    ):
        ended = run("exec", "--save-state", "state.json", "--", command, cwd=tmp_path)
        assert (ended.returncode, ended.stderr.decode()) == (status, f"mockrevio: {message}\n")
    assert not (tmp_path / "state.json").exists()


@pytest.mark.parametrize("arguments", [(), ("--",), ("--latency", "1ms")], ids=repr)
def test_without_a_command_the_status_is_2(arguments: tuple[str, ...]) -> None:
    ended = run("exec", *arguments)
    assert ended.returncode == 2
    assert b"Missing command. Pass one after --, such as mockrevio exec -- npm test" in ended.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--latency", "fast"), "--latency: must be a duration"),
        (("--fixture", "missing.json"), "missing.json: cannot be read"),
        (("--tls-key", "x"), "--tls-key requires --tls-cert"),
    ],
)
def test_without_a_mock_the_command_does_not_run(options: tuple[str, ...], message: str) -> None:
    ended = run("exec", *options, "--", "echo", "ran")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.decode().startswith(f"mockrevio: {message}")


# What is left.


@pytest.mark.parametrize("status", [0, 5])
def test_state_and_log_are_written_whatever_the_status(status: int, tmp_path: Path) -> None:
    ended = run_python(
        "--save-state",
        "state.json",
        "--log",
        "log.json",
        program=f"{ADD_CUSTOMER}get('Customers/4711'); raise SystemExit({status})",
        cwd=tmp_path,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, b"", b"")
    [call] = json.loads((tmp_path / "log.json").read_text("utf-8"))["requests"]
    assert (call["path"], call["response"]["status"]) == ("/v1/Customers/4711", 200)
    again = run_python(
        "--fixture",
        "state.json",
        "--save-state",
        "again.json",
        program="print(get('Customers/4711')['customer_id'])",
        cwd=tmp_path,
    )
    assert again.stdout == b"4711\n", again.stderr
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "state.json").read_bytes()


def test_isolated_worlds_have_a_file_each(tmp_path: Path) -> None:
    ended = run_python(
        *(
            "--isolate-clients",
            "--admin-token",
            "t",
            "--save-state",
            "out/state.json",
            "--log",
            "out/log.json",
        ),
        program="get('Customers'); os.environ['REVIO_USERNAME'] = 'x@Acme'; get('Customers/1015')",
        cwd=_folder(tmp_path / "out").parent,
    )
    assert ended.returncode == 0, ended.stderr
    names = [f"{what}{world}.json" for what in ("log", "state") for world in (".%41cme", "", ".mockrevio")]
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(names)
    calls = json.loads((tmp_path / "out/log.%41cme.json").read_text("utf-8"))["requests"]
    assert [call["path"] for call in calls] == ["/v1/Customers/1015"]


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_links_and_pipes_are_written_to_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to("target.json")
    (tmp_path / "stdout").symlink_to("/dev/stdout")
    ended = run_python(
        "--log", "stdout", "--save-state", "link.json", program="get('Customers')", cwd=tmp_path
    )
    assert json.loads(ended.stdout)["count"] == 1, ended.stderr
    assert json.loads((tmp_path / "target.json").read_text("utf-8"))["schema"] == 1
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "stdout").is_symlink()


@pytest.mark.parametrize("option", ["--save-state", "--log"])
def test_a_file_in_a_missing_folder_is_reported_before_the_command_runs(option: str, tmp_path: Path) -> None:
    ended = run("exec", option, "missing/file.json", "--", "echo", "ran", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert f"Invalid value for {option}: the folder 'missing' does not exist" in ended.stderr.decode()


@pytest.mark.parametrize(("status", "expected"), [(0, 1), (5, 5)])
def test_a_file_that_cannot_be_written_at_the_end_fails_a_run_that_passed(
    status: int, expected: int, tmp_path: Path
) -> None:
    program = f"os.rmdir('out'); raise SystemExit({status})"
    _folder(tmp_path / "out")
    ended = run_python("--save-state", "out/state.json", "--log", "log.json", program=program, cwd=tmp_path)
    assert ended.returncode == expected
    assert ended.stderr.decode().startswith("mockrevio: ")
    assert "out/state.json" in ended.stderr.decode()
    assert (tmp_path / "log.json").exists()


def test_an_empty_name_is_no_command() -> None:
    ended = run("exec", "--", "")
    assert ended.returncode == 2
    assert b"Missing command" in ended.stderr
