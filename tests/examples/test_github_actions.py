"""The jobs for GitHub Actions are valid, match the image, and their steps run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockrevio.settings import Settings
from tests.examples.pages import environment, read_page
from tests.examples.test_examples import copy_node_example
from tests.programs import needs
from tests.support import ROOT
from tests.test_dockerfile import ENVIRONMENT, free_port, health_command

WORKFLOW: dict[Any, Any] = yaml.safe_load(
    (ROOT / "examples/github-actions/integration.yml").read_text("utf-8")
)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_valid_for_github(name: str) -> None:
    job = JOBS[name]
    assert job["runs-on"] == "ubuntu-latest"
    assert job["timeout-minutes"] <= 10
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert "uses" not in step or re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])
    assert WORKFLOW[True] == ["push", "pull_request"]  # YAML 1.1 parses `on` as true


def test_the_service_matches_the_image() -> None:
    service = JOBS["service"]["services"]["mockrevio"]
    port = ENVIRONMENT["MOCKREVIO_PORT"]
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    Settings.load(environ={**ENVIRONMENT, **service["env"]})
    words = shlex.split(service["options"])
    options = dict(zip(words[::2], words[1::2], strict=True))
    assert shlex.split(options.pop("--health-cmd")) == health_command()
    assert set(options) == {"--health-interval", "--health-timeout", "--health-retries"}
    assert JOBS["service"]["steps"][-1]["env"]["MOCKREVIO_URL"].endswith(f":{port}")


def test_the_pytest_job_runs(tmp_path: Path) -> None:
    suite = shutil.copytree(ROOT / "examples/python-sync", tmp_path / "suite")
    result = _run(JOBS["pytest-plugin"]["steps"][-1]["run"], suite, {})
    assert result.returncode == 0, result.stdout


@needs("node", "npm")
def test_the_job_with_one_line_runs(tmp_path: Path) -> None:
    suite = copy_node_example(tmp_path)
    [command] = [step["run"] for step in JOBS["exec"]["steps"] if "exec" in step.get("run", "")]
    result = _run(command, suite, {})
    assert result.returncode == 0, result.stdout
    assert {"state.json", "requests.json"} <= {path.name for path in suite.iterdir()}


@needs("node", "npm", "timeout")
def test_the_job_with_a_background_server_runs(tmp_path: Path) -> None:
    job = JOBS["background"]
    suite = copy_node_example(tmp_path)
    port = str(free_port())
    start, tests = job["steps"][-2:]
    url = tests["env"]["MOCKREVIO_URL"].replace(job["env"]["MOCKREVIO_PORT"], port)
    env = {**job["env"], "MOCKREVIO_PORT": port, "MOCKREVIO_URL": url}
    # In one shell, so that it can stop the server. In CI, the runner does that.
    result = _run(f"{start['run']}\n{tests['run']}\nkill %1", suite, env)
    assert result.returncode == 0, result.stdout
    assert f"http://127.0.0.1:{port} is ready" in result.stdout
    assert (suite / "mockrevio.log").read_text("utf-8").startswith("mockrevio ")


def test_a_server_that_does_not_start_fails_the_step_with_a_message(tmp_path: Path) -> None:
    start = JOBS["background"]["steps"][-2]["run"]
    assert "--wait 30s" in start
    start = start.replace("--wait 30s", "--wait 4s")
    result = _run(start, tmp_path, {"MOCKREVIO_FIXTURE": "nothing.json", "MOCKREVIO_PORT": str(free_port())})
    assert result.returncode == 1
    assert "nothing.json: cannot be read" in result.stdout


def test_the_documentation_shows_the_jobs_of_the_file() -> None:
    snippets = [
        yaml.safe_load(step.text) for step in read_page(ROOT / "docs/ci.md") if step.words == ("yaml",)
    ]
    assert {"services": JOBS["service"]["services"]} in snippets
    assert JOBS["exec"]["steps"][-2:] in snippets
    assert JOBS["background"]["steps"][-2:] in snippets
    [gitlab] = [snippet["integration"] for snippet in snippets if "integration" in snippet]
    variables = {name: text for name, text in gitlab["variables"].items() if name != "MOCKREVIO_URL"}
    assert gitlab["services"][0]["alias"] in Settings.load(environ=variables).allow_host


def _run(script: str, folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step like GitHub, with `bash -e`, and kill the processes that it leaves behind."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**environment(), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=120)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, process.returncode, output)
