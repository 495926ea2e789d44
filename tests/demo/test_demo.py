"""`mockrevio demo` as a presenter runs it: what it prints, plays and opens, and how it ends."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockrevio.demo.outage import DOWN
from tests.command_line import CLEAN_ENVIRONMENT, failing_run
from tests.support import Process

BROWSER = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.argv[2], 'utf-8')"
"""A browser that writes the address that it opens to a file."""


class DemoProcess(Process):
    subcommand = "demo"

    def line(self, part: str) -> str:
        """The next line of the output with this part."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if part in line:
                return line
        raise AssertionError(f"it ended without printing {part!r}: {self.errors}")

    def admin(self, path: str) -> Any:
        return self.client.get(f"/__admin/{path}").json()


@contextmanager
def demo(*arguments: str, cwd: Path, opens: bool = False) -> Iterator[DemoProcess]:
    """`mockrevio demo` on a free port, with a browser that writes to the file `opened`."""
    (cwd / "browser.py").write_text(BROWSER, "utf-8")
    env = {**CLEAN_ENVIRONMENT, "BROWSER": f"{sys.executable} {cwd / 'browser.py'} {cwd / 'opened'} %s"}
    options = () if opens else ("--no-browser",)
    started = DemoProcess("--port", "0", *options, *arguments, cwd=cwd, env=env)
    try:
        yield started
    finally:
        started.kill()


def eventually(condition: Callable[[], Any]) -> Any:
    """The value of a condition, once it is true."""
    deadline = time.monotonic() + 30
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return value


def test_it_serves_the_demo_fixture_from_memory_and_prints_the_console_and_each_scene(tmp_path: Path) -> None:
    with demo("--pace", "20", cwd=tmp_path) as server:
        assert "(data in memory, fixture demo)" in server.start_line
        assert server.line("console: ") == f"console: {server.client.url}/__admin/\n"
        line = r"\d\d:\d\d:\d\d sync: Salesforce connector pages through customers and services\n"
        assert re.fullmatch(line, server.line("pages through"))
        calls = eventually(lambda: server.admin("requests?status=200")["requests"])
        assert "sync" in {call["login"] for call in calls}
        assert not (tmp_path / "mockrevio-data").exists()


def test_the_outage_arms_faults_that_clients_run_into_and_the_recovery_removes_them(tmp_path: Path) -> None:
    with demo("--pace", "10", cwd=tmp_path) as server:
        server.line("outage: Rev.io goes down")
        assert DOWN in eventually(lambda: {each["name"] for each in server.admin("faults")["faults"]})
        eventually(lambda: server.admin("requests?status=503")["requests"])
        server.line("recovery: ")
        assert server.admin("faults")["faults"] == []


@pytest.mark.parametrize("part", ["pages through", "goes down"])
def test_sigterm_ends_it_within_a_second(part: str, tmp_path: Path) -> None:
    with demo("--pace", "10", cwd=tmp_path) as server:
        server.line(part)
        assert _stop(server) < 2  # a second, and what a busy machine adds


def test_sigterm_ends_it_while_a_call_hangs(tmp_path: Path) -> None:
    with demo("--pace", "20", cwd=tmp_path) as server:
        rule = {"effect": {"connection": "hang"}}
        assert server.client.post("/__admin/faults", json=rule).status_code == 201
        eventually(lambda: server.admin("faults")["faults"][0]["fired"])
        assert _stop(server) < 2


def _stop(server: DemoProcess) -> float:
    """Stop the server cleanly; return how many seconds that takes."""
    server.client.close()
    started = time.monotonic()
    assert server.stop() == 0
    assert server.errors == []
    return time.monotonic() - started


def test_a_reset_starts_the_story_over(tmp_path: Path) -> None:
    with demo("--pace", "20", cwd=tmp_path) as server:
        server.line("crm: ")
        assert server.client.post("/__admin/reset").status_code == 200
        server.line("demo: the world was reset")
        server.line("sync: ")
        _stop(server)


def test_the_console_is_opened_in_the_browser(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    with demo(cwd=tmp_path, opens=True) as server:
        address = eventually(lambda: opened.exists() and opened.read_text("utf-8"))
        assert address == f"{server.client.url}/__admin/"


def test_with_no_browser_none_is_opened(tmp_path: Path) -> None:
    with demo("--pace", "20", cwd=tmp_path) as server:
        server.line("crm: ")  # long after a browser would have been opened
        _stop(server)
    assert not (tmp_path / "opened").exists()


def test_the_options_of_serve_apply(tmp_path: Path) -> None:
    options = ("--data", "here", "--fixture", "default", "--admin-token", "t", "--subscription-key", "k")
    with demo("--pace", "20", *options, cwd=tmp_path) as server:
        assert "fixture default)" in server.start_line
        assert (tmp_path / "here").is_dir()
        server.line("crm: ")
        server.client.auth = None
        server.client.headers["Authorization"] = "Bearer t"
        calls = server.admin("requests?path=/v1/Customers*")["requests"]
        assert {200} <= {call["response"]["status"] for call in calls if call["response"]} <= {200, 404}


@pytest.mark.parametrize("pace", ["0", "-1", "21", "nan", "inf", "fast"])
def test_an_impossible_pace_is_rejected_with_what_is_possible(pace: str) -> None:
    errors = failing_run("demo", "--pace", pace)
    assert f"'--pace': must be a number above 0, at most 20, such as 0.5 or 4, not {pace!r}" in errors


def test_a_port_in_use_is_an_error_and_nothing_is_played(tmp_path: Path) -> None:
    with demo(cwd=tmp_path) as server:
        port = server.client.url.rpartition(":")[2]
        assert f"port {port}" in failing_run("demo", "--no-browser", "--port", port)
