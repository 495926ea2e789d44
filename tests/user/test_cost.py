"""Installing mockrevio costs a pytest run that does not use it next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.user.common import run_suite

PLUGIN = {
    "mockrevio",
    "mockrevio.testing",
    "mockrevio.testing.pytest_options",
    "mockrevio.testing.pytest_plugin",
}

REPORT = """
import atexit, json, sys

def report():
    with open("modules.json", "w") as file:
        json.dump(sorted(sys.modules), file)

atexit.register(report)
"""

UNUSED = "def test_nothing(): pass\n"

USED = """
def test_calls(mock_revio):
    mock_revio.fail(times=1, path="/v1/Customers")
    from tests_calls import get
    assert [get(mock_revio) for _ in range(2)] == [503, 200]
    mock_revio.assert_called(path="/v1/Customers", times=2)
    assert len(mock_revio.links) == 0
"""

CALLS = """
import base64, urllib.error, urllib.request

def get(revio):
    user = base64.b64encode(":".join(revio.credentials).encode()).decode()
    call = urllib.request.Request(revio.url + "/Customers", headers={"Authorization": "Basic " + user})
    try:
        with urllib.request.urlopen(call) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
"""


def modules(folder: Path, suite: str, *arguments: str) -> set[str]:
    """The modules that a pytest run has imported at its end."""
    folder.mkdir(exist_ok=True)
    (folder / "conftest.py").write_text(REPORT, "utf-8")
    (folder / "tests_calls.py").write_text(CALLS, "utf-8")
    result = run_suite(folder, suite, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return set(json.loads((folder / "modules.json").read_text("utf-8")))


def libraries(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)


def test_a_run_that_does_not_use_it_imports_the_plugin_and_nothing_else(tmp_path: Path) -> None:
    without = modules(tmp_path / "without", UNUSED, "-p", "no:faker", "-p", "no:mockrevio")
    with_it = modules(tmp_path / "with", UNUSED, "-p", "no:faker")
    assert with_it - without == PLUGIN


def test_what_remains_is_the_pytest_plugin_of_faker(tmp_path: Path) -> None:
    """It imports Faker, and what Faker imports; docs/pytest.md says how to turn it off."""
    without = modules(tmp_path / "without", UNUSED, "-p", "no:faker", "-p", "no:mockrevio")
    imported = subprocess.run(
        [sys.executable, "-c", "import faker.proxy, sys; faker.proxy.Faker(); print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    new = libraries(modules(tmp_path / "with", UNUSED) - without - PLUGIN)
    assert new <= libraries(set(imported.stdout.split())) | {"faker"}
    assert not {"flask", "werkzeug", "tinydb", "httptools", "click", "filelock", "requests"} & new


def test_a_test_that_uses_it_imports_no_library_that_it_does_not_need(tmp_path: Path) -> None:
    without = modules(tmp_path / "without", UNUSED, "-p", "no:faker", "-p", "no:mockrevio")
    new = libraries(modules(tmp_path / "with", USED, "-p", "no:faker") - without)
    assert "flask" in new
    assert not {"faker", "requests", "urllib3", "httpx", "aiohttp", "cryptography", "gevent", "trio"} & new
