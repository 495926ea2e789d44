"""Running the pages of the documentation: their commands, and the output that they show.

The words after the three backticks say what happens to a fenced block:

    sh              run with bash, in a folder that all blocks of the page share
    sh serve        one `mockrevio serve`, started with `--port 0` added, and stopped again
    sh no-run       not run: it installs something, needs Docker or never ends
    sh needs=php    run; without the program `php`, the test of the page is skipped, and fails in CI
    python          run with Python
    python no-run   not run here; tests/testing/test_testcontainers.py runs it with a fake engine
    toml file=NAME  written to that file; json and python work as well
    text output     the output of the block before it; `...` matches anything
    json output     the same, compared as JSON
    text, yaml, powershell, and other programming languages: not run

Three comments control the server of the page, which starts with an empty data folder:
`<!-- server: OPTIONS -->` starts another server with these options, `<!-- restart -->` restarts the server
with the same data, and `<!-- kill -->` does so after a `kill -9`.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.programs import PYTEST_OF_A_USER
from tests.support import Process

PAGE_PORT = re.compile(r"\b(127\.0\.0\.1|localhost|restapi\.rev\.io):7384\b")
_STEP = re.compile(
    r"^<!-- (?P<comment>server|restart|kill)(?:: (?P<options>[^\n]*))? -->$"
    r"|^```(?P<info>[^\n`]+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_VARIABLE_PARTS = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}"), "DATE"),
    (re.compile(r'("(?:uptime|duration_ms)": ?)[\d.]+'), r'\1"A WHILE"'),
    (re.compile(r'("peer": ?"127\.0\.0\.1:)\d+'), r"\1PORT"),
)


@dataclass(frozen=True)
class Step:
    """A block or comment of a page: its words, text and line number."""

    words: tuple[str, ...]
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file to write the block to, if any."""
        return next((word[5:] for word in self.words if word.startswith("file=")), None)

    @property
    def needed_programs(self) -> list[str]:
        """The programs that the block needs."""
        return [word[6:] for word in self.words if word.startswith("needs=")]


def read_page(path: Path) -> list[Step]:
    """Parse a page into its steps."""
    page = path.read_text("utf-8")
    steps = []
    for match in _STEP.finditer(page):
        line = page.count("\n", 0, match.start()) + 1
        if match["comment"]:
            steps.append(Step((match["comment"],), match["options"] or "", line))
        else:
            steps.append(Step(tuple(match["info"].split()), match["text"], line))
    return steps


def same(expected: str, got: str, *, as_json: bool) -> bool:
    """Whether the output matches the page, ignoring dates and times, which differ each time."""
    expected, got = (_mask_variable_parts(text) for text in (expected, got))
    if as_json:
        try:
            return bool(json.loads(expected) == json.loads(got))
        except ValueError:
            return False
    pattern = re.escape(expected.strip()).replace(re.escape("..."), ".*?")
    return re.fullmatch(pattern, got.strip(), re.DOTALL) is not None


def _mask_variable_parts(text: str) -> str:
    for pattern, replacement in _VARIABLE_PARTS:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


@dataclass
class Runner:
    """Runs the steps of a page in a folder, with a Python that may be of another environment."""

    folder: Path
    python: Path = Path(sys.executable)
    output: str = ""
    options: list[str] = field(default_factory=lambda: ["--data", "mockrevio-data"])
    server: Process | None = None
    port: int = 0

    def run(self, steps: list[Step]) -> Iterator[tuple[Step, str | None]]:
        """Run the steps. Yields each with its error, or None."""
        try:
            for step in steps:
                yield step, self._run_step(step)
        finally:
            self._stop_server()

    def _run_step(self, step: Step) -> str | None:
        kind, *options = step.words
        if kind in ("server", "restart", "kill"):
            self._control_server(kind, step.text)
        elif step.file:
            (self.folder / step.file).write_text(self._insert_port(step.text), "utf-8")
        elif "output" in options:
            if not same(step.text, self.output, as_json=kind == "json"):
                return f"shows\n{step.text}but the output was\n{self.output}"
        elif "serve" in options:
            return self._serve(step.text)
        elif kind in ("sh", "python") and "no-run" not in options:
            return self._run_code(kind, step.text)
        return None

    def _run_code(self, kind: str, code: str) -> str | None:
        if self.server is None:
            self._start_server()
        command = ["bash", "-euo", "pipefail", "-c"] if kind == "sh" else [str(self.python), "-c"]
        result = subprocess.run(
            [*command, self._insert_port(code)],
            cwd=self.folder,
            env=environment(self.python),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.output = result.stdout.replace(f":{self.port}", ":7384")
        # The port can also be on its own, as in the response of /__admin/health.
        self.output = re.sub(rf'("port": ?){self.port}\b', r"\g<1>7384", self.output)
        return None if result.returncode == 0 else f"exits with status {result.returncode}: {result.stderr}"

    def _insert_port(self, text: str) -> str:
        return PAGE_PORT.sub(rf"\1:{self.port}", text) if self.port else text

    def _serve(self, command: str) -> str | None:
        process = subprocess.Popen(
            ["bash", "-c", f"{command.strip().replace('mockrevio serve', 'exec mockrevio serve')} --port 0"],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        self.output = process.stdout.readline() + process.stdout.readline()
        process.terminate()
        _, errors = process.communicate(timeout=30)
        return None if process.returncode == 0 and self.output else f"does not serve: {errors}"

    def _control_server(self, action: str, options: str) -> None:
        if action == "kill" and self.server is not None:
            self.server.kill()
        self._stop_server()
        if action == "server":
            self.options = options.split()
        self._start_server()

    def _start_server(self) -> None:
        self.port = self.port or _free_port()
        arguments = ["--port", str(self.port), *self.options]
        self.server = Process(*arguments, cwd=self.folder, env=environment())
        assert self.server.client.url, self.server.errors

    def _stop_server(self) -> None:
        if self.server is not None and self.server.process.poll() is None:
            assert self.server.stop() == 0, self.server.errors
        self.server = None


def environment(python: Path = Path(sys.executable)) -> dict[str, str]:
    """This environment without settings and proxies, and with the folder of a Python first on PATH."""
    inherited = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("MOCKREVIO_") and not name.lower().endswith("_proxy")
    }
    path = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    # Another Python has only what the test has installed there.
    pytest = {"PYTEST_ADDOPTS": PYTEST_OF_A_USER} if python == Path(sys.executable) else {}
    return {**inherited, **pytest, "PATH": path, "LC_ALL": "C.UTF-8"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
