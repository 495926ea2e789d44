"""What a user installs: the wheel and the source package hold everything, and run from anywhere."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from mockrevio import __version__
from mockrevio.seeding.fixtures import shipped_names
from tests.installing import Installation, build, install
from tests.support import LINK, ROOT, Client


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source package, and the wheel that was built from it alone."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in a fresh environment."""
    return install(built[1], tmp_path_factory.mktemp("fresh"))


def test_the_wheel_has_the_package_the_fixtures_and_nothing_else(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[1]).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mockrevio").rglob("*.py")}
    fixtures = {f"mockrevio/fixtures/{path.name}" for path in (ROOT / "fixtures").iterdir()}
    missing = (modules | fixtures | {"mockrevio/py.typed"}) - names
    assert not missing
    others = {
        name for name in names if not name.startswith(("mockrevio/", f"mockrevio-{__version__}.dist-info/"))
    }
    assert not others


def test_the_source_package_has_all_that_a_packager_needs(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "Dockerfile", ".ci/run"}
    wanted |= {
        "pyproject.toml",
        "fixtures/demo.json",
        "docs/settings.md",
        "tests/conftest.py",
        "compose.yaml",
    }
    wanted |= {"examples/README.md", "examples/node-sync/package.json"}
    assert wanted <= names


def test_the_wheel_says_what_it_is_and_needs(built: tuple[Path, Path]) -> None:
    wheel = zipfile.ZipFile(built[1])
    metadata = wheel.read(f"mockrevio-{__version__}.dist-info/METADATA").decode()
    for line in (f"Version: {__version__}", "Requires-Python: >=3.11", "License-Expression: MIT"):
        assert f"\n{line}\n" in metadata
    needed = {
        line.split()[1].split(">")[0] for line in metadata.splitlines() if line.startswith("Requires-Dist")
    }
    assert {"cheroot", "click", "faker", "filelock", "flask", "tinydb"} <= needed


@pytest.mark.parametrize("start", [["mockrevio"], ["python", "-m", "mockrevio"]], ids=" ".join)
def test_the_installed_command_says_its_version(
    installed: Installation, start: list[str], tmp_path: Path
) -> None:
    ended = installed.run(*start, "--version", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, f"mockrevio {__version__}\n")


def test_the_installed_package_brings_its_fixtures(installed: Installation, tmp_path: Path) -> None:
    ended = installed.run("mockrevio", "fixture", "check", *shipped_names(), cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    where = installed.run(
        "python",
        "-c",
        "from mockrevio.seeding.fixtures import shipped_folder; print(shipped_folder())",
        cwd=tmp_path,
    )
    assert Path(where.stdout.strip()).is_relative_to(installed.folder.resolve())


@pytest.mark.parametrize("start", [["mockrevio"], ["python", "-m", "mockrevio"]], ids=" ".join)
def test_the_installed_server_answers_from_an_empty_folder(
    installed: Installation, start: list[str], tmp_path: Path
) -> None:
    with installed.start(*start, "serve", "--port", "0", "--fixture", "demo", cwd=tmp_path) as server:
        client = Client(server.url)
        assert client.get("/v1/IntegrationKeyLink").json()["record_count"] == 10
        assert client.post("/v1/IntegrationKeyLink", json={**LINK, "external_id": "new"}).status_code == 201
        client.close()
        assert server.stop() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mockrevio-data"]
    assert json.loads((tmp_path / "mockrevio-data" / "default.json").read_text("utf-8"))


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_make_serve_prints_one_line_with_address_data_folder_and_fixture(tmp_path: Path) -> None:
    venv = Path(sys.prefix)
    done = [argument for name in (".installed", ".installed-dev") for argument in ("-o", str(venv / name))]
    command = [
        "make",
        "--silent",
        *done,
        "serve",
        f"VENV={venv}",
        f"ARGS=--port 0 --data {tmp_path / 'data'}",
    ]
    started = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert started.stdout is not None
    line = started.stdout.readline()
    os.killpg(started.pid, signal.SIGINT)  # as Ctrl-C does
    started.communicate(timeout=30)
    assert line.startswith(f"mockrevio {__version__} on http://127.0.0.1:")
    assert line.endswith(f"/v1 (data in {tmp_path / 'data'}/, fixture default)\n")
    assert not (tmp_path / "data" / "default.jsonl").read_bytes(), "the log was not folded: no clean stop"
