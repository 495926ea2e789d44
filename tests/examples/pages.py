"""Reading the pages of the documentation as scripts: what to run, and what should come of it.

A fenced block is named by the words after its three backticks:

    sh              run with bash, in a folder that all blocks of the page share
    sh serve        one `mockrevio serve`, started with `--port 0` added, and stopped again
    sh no-run       shown only: what installs, needs Docker or never ends
    python          run with Python
    python no-run   shown only; tests/test_testcontainers.py runs it with an engine of its own
    toml file=NAME  written to that file; the same with json and python
    text output     what the block before it prints; `...` stands for anything
    json output     the same as JSON, where blanks and line breaks do not matter
    others          shown only: text, yaml, powershell

Three comments steer the page's server, which has an empty data folder at the start:
`<!-- server: OPTIONS -->` starts another one with these options, `<!-- restart -->` stops it and starts
it on the same data, `<!-- kill -->` does so with `kill -9`.
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

from tests.support import Process

SHOWN_PORT = re.compile(r"\b(127\.0\.0\.1|localhost|restapi\.rev\.io):7384\b")
_PIECE = re.compile(
    r"^<!-- (?P<comment>server|restart|kill)(?:: (?P<options>[^\n]*))? -->$"
    r"|^```(?P<info>[^\n`]+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}"), "DATE"),
    (re.compile(r'("(?:uptime|duration_ms)": ?)[\d.]+'), r'\1"A WHILE"'),
)


@dataclass(frozen=True)
class Step:
    """One block or comment of a page: its words, its text and its line."""

    words: tuple[str, ...]
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that the block is to be written to, if any."""
        return next((word[5:] for word in self.words if word.startswith("file=")), None)


def read_page(path: Path) -> list[Step]:
    """The steps of a page, in order."""
    page = path.read_text("utf-8")
    steps = []
    for match in _PIECE.finditer(page):
        line = page.count("\n", 0, match.start()) + 1
        if match["comment"]:
            steps.append(Step((match["comment"],), match["options"] or "", line))
        else:
            steps.append(Step(tuple(match["info"].split()), match["text"], line))
    return steps


def same(expected: str, got: str, *, as_json: bool) -> bool:
    """Whether a block prints what the page shows, things that differ each time aside."""
    expected, got = (_constant(text) for text in (expected, got))
    if as_json:
        try:
            return bool(json.loads(expected) == json.loads(got))
        except ValueError:
            return False
    pattern = re.escape(expected.strip()).replace(re.escape("..."), ".*?")
    return re.fullmatch(pattern, got.strip(), re.DOTALL) is not None


def _constant(text: str) -> str:
    for pattern, replacement in _CHANGING:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


@dataclass
class Runner:
    """Runs the steps of one page in a folder."""

    folder: Path
    output: str = ""
    options: list[str] = field(default_factory=lambda: ["--data", "mockrevio-data"])
    server: Process | None = None
    port: int = 0

    def run(self, steps: list[Step]) -> Iterator[tuple[Step, str | None]]:
        """Run the steps; each with what is wrong with it, or None."""
        try:
            for step in steps:
                yield step, self._step(step)
        finally:
            self._end_server()

    def _step(self, step: Step) -> str | None:
        kind, *more = step.words
        if kind in ("server", "restart", "kill"):
            self._steer(kind, step.text)
        elif step.file:
            (self.folder / step.file).write_text(self._addressed(step.text), "utf-8")
        elif "output" in more:
            if not same(step.text, self.output, as_json=kind == "json"):
                return f"shows\n{step.text}but what came was\n{self.output}"
        elif "serve" in more:
            return self._serve(step.text)
        elif kind in ("sh", "python") and "no-run" not in more:
            return self._run(kind, step.text)
        return None

    def _run(self, kind: str, text: str) -> str | None:
        if self.server is None:
            self._start_server()
        command = ["bash", "-euo", "pipefail", "-c"] if kind == "sh" else [sys.executable, "-c"]
        ended = subprocess.run(
            [*command, self._addressed(text)],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.output = ended.stdout.replace(f":{self.port}", ":7384")
        # The address may stand alone in an answer, as the port of the health call does.
        self.output = re.sub(rf'("port": ?){self.port}\b', r"\g<1>7384", self.output)
        return None if ended.returncode == 0 else f"ends with status {ended.returncode}: {ended.stderr}"

    def _addressed(self, text: str) -> str:
        return SHOWN_PORT.sub(rf"\1:{self.port}", text) if self.port else text

    def _serve(self, text: str) -> str | None:
        started = subprocess.Popen(
            ["bash", "-c", f"{text.strip().replace('mockrevio serve', 'exec mockrevio serve')} --port 0"],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert started.stdout is not None
        self.output = started.stdout.readline()
        started.terminate()
        _, errors = started.communicate(timeout=30)
        return None if started.returncode == 0 and self.output else f"does not serve: {errors}"

    def _steer(self, what: str, options: str) -> None:
        if what == "kill" and self.server is not None:
            self.server.kill()
        self._end_server()
        if what == "server":
            self.options = options.split()
        self._start_server()

    def _start_server(self) -> None:
        self.port = self.port or _free_port()
        arguments = ["--port", str(self.port), *self.options]
        self.server = Process(*arguments, cwd=self.folder, env=environment())
        assert self.server.client.url, self.server.errors

    def _end_server(self) -> None:
        if self.server is not None and self.server.process.poll() is None:
            assert self.server.stop() == 0, self.server.errors
        self.server = None


def environment() -> dict[str, str]:
    """The tests' environment, the program's own folder first on PATH, with no settings and no proxies."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("MOCKREVIO_") and not name.lower().endswith("_proxy")
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**kept, "PATH": path, "LC_ALL": "C.UTF-8"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
