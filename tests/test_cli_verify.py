"""`mockrevio verify` on the command line: what it sends, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockrevio.cli import cli
from tests.contract_tools.verify.runs import left_behind
from tests.support import Client, serving

COMMAND = (sys.executable, "-m", "mockrevio", "verify")
ENVIRON = {**os.environ, "REVIO_PASSWORD": "hunter22-secret"}


def service(url: str) -> list[str]:
    """The options for a service."""
    return ["--url", url, "--username", "sync@acme", "--password-env", "REVIO_PASSWORD"]


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    command = [*COMMAND, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=ENVIRON, cwd=cwd
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_every_file_is_written_and_a_terminal_shows_progress(tmp_path: Path) -> None:
    names = ["report.json", "junit.xml", "saved.json", "mockrevio.toml"]
    options = ("--json", "--junit", "--save", "--write-config")
    files = [argument for pair in zip(options, names, strict=True) for argument in pair]
    terminal, stderr = os.openpty()
    with serving(duplicates="allow") as client:
        command = [*COMMAND, *service(f"{client.url}/v1"), "--write", *files]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=ENVIRON, cwd=tmp_path
        )
        os.close(stderr)
        shown = _everything_shown(terminal)
        out, _ = process.communicate(timeout=60)
        assert left_behind(client) == []
    assert process.returncode == 1
    assert "auth.basic" in shown
    assert "\x1b" not in out
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["summary"] in out
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert run("--against", "saved.json", "--config", "mockrevio.toml", cwd=tmp_path).returncode == 0


def _everything_shown(terminal: int) -> str:
    """What a program writes to a terminal, until it ends."""
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # as Linux says it
            piece = b""
        if not piece:
            os.close(terminal)
            return shown.decode()
        shown += piece


def test_without_the_extra_one_line_says_what_to_install() -> None:
    program = "import sys; sys.modules['requests'] = None; from mockrevio.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program, "verify"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "mockrevio: verify needs mockrevio[contract]; install it with pip install 'mockrevio[contract]'\n"
    )


def test_a_dry_run_sends_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        ended = run(*service(f"http://127.0.0.1:{listener.getsockname()[1]}"), "--write", "--dry-run")
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert ended.returncode == 0
    lines = ended.stdout.splitlines()
    assert any(line.startswith("POST    /IntegrationKeyLink {") for line in lines)
    assert any(line.startswith("DELETE  /IntegrationKeyLink/<id>") for line in lines)
    assert lines[-1] == f"{len(lines) - 1} requests, none sent"
    assert len(lines) <= 300  # so that no run has to wait for the limit of a minute
    assert "hunter22" not in ended.stdout


def test_a_dry_run_lists_what_a_run_sends() -> None:
    listed = run("--dry-run", *service("http://127.0.0.1:1")).stdout.splitlines()[:-1]
    with serving(credentials=(), log_size=1000) as client:
        run(*service(client.url))
        calls = client.get("/__admin/requests").json()["requests"]
    assert [line.split()[0] for line in listed] == [call["method"] for call in calls]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", "restapi.rev.io"], "--url: must be https://HOST"),
        (["--url", "https://restapi.rev.io"], "--username: is missing"),
        (["--username", "sync@acme"], "--username: needs --url"),
        (["--against", "missing.json"], "--against: missing.json: cannot be read"),
        (["--against", "a.json", "--save", "b.json"], "--save: needs --url"),
        (["--write-config", "a.toml"], "--write-config: needs either --url or --against"),
        (["--config", "missing.toml"], "missing.toml: cannot be read"),
        (["--junit", "missing/junit.xml"], "--junit: the folder 'missing' does not exist"),
        (["--json", "-"], "--json: pass a file; standard output is /dev/stdout"),
        (["--json", "a", "--junit", "./a"], "--junit: is the same file as --json"),
        (
            ["--against", "a", "--config", "b", "--write-config", "./b"],
            "--write-config: is the same file as --config",
        ),
        (["--json", "a", "--dry-run"], "--json: has no contents with --dry-run"),
        (["hunter22"], "Only options are allowed"),
    ],
)
def test_bad_options_end_it_at_once(
    arguments: Sequence[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(cli, ["verify", *arguments])
    assert ended.exit_code == 2
    assert message in ended.stderr
    assert ended.stdout == ""


def started(client: Client, *, posts: int, calls: int) -> subprocess.Popen[str]:
    """A run that has made so many calls."""
    command = [*COMMAND, *service(client.url), "--write"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRON
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        counted = client.get("/__admin/requests").json()["requests"]
        if len(counted) >= calls and sum(call["method"] == "POST" for call in counted) >= posts:
            return process
        time.sleep(0.01)
    process.kill()
    raise AssertionError("it did not send these calls")


@pytest.mark.parametrize(
    ("number", "posts", "calls"),
    [(signal.SIGINT, 1, 1), (signal.SIGINT, 1, 60), (signal.SIGTERM, 8, 1)],
)
def test_a_signal_leaves_nothing_behind(number: signal.Signals, posts: int, calls: int) -> None:
    with serving() as client:
        slow = {"match": {"method": "POST"}, "phase": "after_commit", "effect": {"latency": "200ms"}}
        client.post("/__admin/faults", json=slow)
        process = started(client, posts=posts, calls=calls)
        process.send_signal(number)
        process.send_signal(number)  # impatience changes nothing
        out, err = process.communicate(timeout=60)
        assert left_behind(client) == []
    assert process.returncode == 128 + number, err
    assert out == ""
    assert f"{number.name}: stopped without a report" in err
    assert "Traceback" not in err
