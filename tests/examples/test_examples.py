"""The examples run as users run them: in a copy of their folder, in a separate process."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.pages import environment
from tests.node_client import install_package
from tests.programs import needs
from tests.support import LINK, ROOT, process

EXAMPLES = ROOT / "examples"
JOBS = [
    (sys.executable, "python-sync/account_sync.py"),
    pytest.param(("node", "node-sync/account-sync.js"), marks=needs("node")),
]


def run(folder: Path, *command: str, **env: str) -> str:
    """Run a command that must succeed, in a folder. Returns its output."""
    result = subprocess.run(
        command,
        cwd=folder,
        env={**environment(), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    return result.stdout


def copy_example(name: str, tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache", "node_modules")
    return shutil.copytree(EXAMPLES / name, tmp_path / name, ignore=ignored)


def copy_node_example(tmp_path: Path) -> Path:
    folder = copy_example("node-sync", tmp_path)
    install_package(folder)
    return folder


def test_the_python_suite_passes_without_warnings(tmp_path: Path) -> None:
    folder = copy_example("python-sync", tmp_path)
    output = run(folder, sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    tests = (folder / "test_account_sync.py").read_text("utf-8").count("\ndef test_")
    assert re.search(rf"^{tests + 1} passed", output, flags=re.MULTILINE), output  # one test has two cases


def test_the_python_suite_fails_for_a_client_that_does_not_look_first(tmp_path: Path) -> None:
    folder = copy_example("python-sync", tmp_path)
    module = folder / "revio_client.py"
    code = module.read_text("utf-8")
    assert "for found in self.links(**link):" in code
    module.write_text(code.replace("for found in self.links(**link):", "for found in ():"), "utf-8")
    with pytest.raises(AssertionError, match="1 failed"):
        run(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.parametrize("job", JOBS)
def test_the_jobs_run_alone_and_repeatedly(job: tuple[str, str]) -> None:
    program, script = job
    path = EXAMPLES / script
    with process("--ephemeral") as server:
        env = {"REVIO_URL": f"{server.client.url}/v1", "REVIO_USER": "sync@acme", "REVIO_PASSWORD": "x"}
        outputs = [run(path.parent, program, path.name, "accounts.json", **env) for _ in range(2)]
        customers = [
            link["internal_id"] for link in server.client.get("/__admin/key_links").json()["key_links"]
        ]
    assert outputs == ["3 created, 0 changed, 0 unchanged\n", "0 created, 0 changed, 3 unchanged\n"]
    assert customers == [1015, 1016, 1017]


@needs("node", "npm")
@pytest.mark.parametrize("running", [False, True], ids=["own server", "running server"])
def test_the_node_suite_passes(running: bool, tmp_path: Path) -> None:
    folder = copy_node_example(tmp_path)
    tests = len(re.findall(r"^ *test\(", (folder / "account-sync.test.js").read_text("utf-8"), re.MULTILINE))
    if running:
        with process("--ephemeral", "--isolate-clients") as server:
            output = run(folder, "node", "--test", MOCKREVIO_URL=server.client.url)
            assert server.client.get("/__admin/worlds").json()["count"] == 0  # it has removed its own
    else:
        output = run(folder, "node", "--test")
    assert re.search(rf"^\W+ pass {tests + 1}$", output, flags=re.MULTILINE), output  # one test has two cases
    assert re.search(r"^\W+ fail 0$", output, flags=re.MULTILINE), output


@needs("node", "npm")
def test_the_node_suite_rejects_a_server_without_isolated_worlds(tmp_path: Path) -> None:
    folder = copy_node_example(tmp_path)
    with (
        process("--ephemeral") as server,
        pytest.raises(AssertionError, match="Start it with --isolate-clients"),
    ):
        run(folder, "node", "--test", MOCKREVIO_URL=server.client.url)


@needs("node", "npm")
def test_the_node_suite_says_that_mockrevio_is_not_on_the_path(tmp_path: Path) -> None:
    folder = copy_node_example(tmp_path)
    node = shutil.which("node")
    assert node is not None
    with pytest.raises(AssertionError, match=r"mockrevio was not found\. Install mockrevio and activate"):
        run(folder, node, "--test", PATH=str(tmp_path))


@needs("node", "npm")
def test_the_node_suite_names_an_address_that_it_cannot_reach(tmp_path: Path) -> None:
    folder = copy_node_example(tmp_path)
    with pytest.raises(AssertionError, match=r"http://127\.0\.0\.1:9 does not respond: "):
        run(folder, "node", "--test", MOCKREVIO_URL="http://127.0.0.1:9")


@pytest.mark.parametrize("job", JOBS)
def test_the_jobs_print_their_usage_without_a_file(job: tuple[str, str]) -> None:
    program, script = job
    path = EXAMPLES / script
    command = [program, path.name]
    ended = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert re.fullmatch(rf"usage: (python|node) {re.escape(path.name)} FILE\n", ended.stderr)


@needs("node")
def test_the_node_job_needs_no_package_but_the_one_for_its_tests() -> None:
    package = json.loads((EXAMPLES / "node-sync/package.json").read_text("utf-8"))
    assert "dependencies" not in package
    assert package["devDependencies"] == {"@mockrevio/client": "file:../../clients/node"}


@needs("bash", "curl")
@pytest.mark.parametrize("running", [False, True], ids=["own server", "running server"])
def test_the_walkthrough_prints_the_expected_output(running: bool, tmp_path: Path) -> None:
    script = str(EXAMPLES / "shell/walkthrough.sh")
    if running:
        with process("--ephemeral") as server:
            output = run(tmp_path, script, MOCKREVIO_URL=server.client.url)
    else:
        output = run(tmp_path, script)
    for part in (
        '{"integration_system_id":4,"system_name":"SALESFORCE"}',
        f'"internal_id":1015,"external_id":"{LINK["external_id"]}"',
        "X-Mock-Explain: customer 4711 does not exist",
        "503\n503\n200\n",
        "curl ends with 56\n",
        '"external_id":"0012D00000dAsGaQAK"',
        '{"ok":true,"count":3}',
    ):
        assert part in output
    assert output.endswith('"record_count":0,"records":[]}\n')
    assert not list(tmp_path.iterdir())


def test_the_unittest_example_passes(tmp_path: Path) -> None:
    folder = copy_example("unittest", tmp_path)
    run(folder, sys.executable, "-W", "error", "-m", "unittest")
