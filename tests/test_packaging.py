"""The wheel and the source package are complete and run from any folder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from mockrevio import __version__
from mockrevio.seeding.fixture_files import shipped_names
from tests.installing import Installation, build, install, install_alone
from tests.programs import needs
from tests.support import LINK, ROOT, Client


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source package, and the wheel built from it."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in a fresh environment."""
    return install(built[1], tmp_path_factory.mktemp("fresh"))


def test_the_wheel_contains_the_package_its_documents_and_nothing_else(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[1]).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mockrevio").rglob("*.py")}
    fixtures = {f"mockrevio/fixtures/{path.name}" for path in (ROOT / "fixtures").iterdir()}
    documents = {f"mockrevio/openapi/documents/{path.name}" for path in (ROOT / "openapi").iterdir()}
    missing = (modules | fixtures | documents | {"mockrevio/py.typed"}) - names
    assert not missing
    unexpected = {
        name for name in names if not name.startswith(("mockrevio/", f"mockrevio-{__version__}.dist-info/"))
    }
    assert not unexpected


def test_the_source_package_contains_what_a_packager_needs(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    required = {
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "Dockerfile",
        ".ci/run",
    }
    required |= {
        "pyproject.toml",
        "fixtures/demo.json",
        "docs/settings.md",
        "tests/conftest.py",
        "compose.yaml",
        "noxfile.py",
        "requirements/image.txt",
        ".github/workflows/release.yml",
        "examples/helm/mockrevio/templates/_helpers.tpl",
    }
    required |= {"examples/README.md", "examples/node-sync/package.json"}
    required |= {"openapi/revio.json", "openapi/admin.json"}
    required |= {"clients/node/package.json", "clients/node/package-lock.json", "clients/node/src/index.ts"}
    assert required <= names


def test_the_wheel_metadata_has_version_license_and_dependencies(built: tuple[Path, Path]) -> None:
    wheel = zipfile.ZipFile(built[1])
    metadata = wheel.read(f"mockrevio-{__version__}.dist-info/METADATA").decode()
    for line in (f"Version: {__version__}", "Requires-Python: >=3.11", "License-Expression: MIT"):
        assert f"\n{line}\n" in metadata
    dependencies = {
        re.split(r"[^\w-]", line.split()[1])[0]
        for line in metadata.splitlines()
        if line.startswith("Requires-Dist")
    }
    assert {"click", "faker", "filelock", "flask", "httptools", "tinydb", "werkzeug"} <= dependencies


@pytest.mark.parametrize("command", [["mockrevio"], ["python", "-m", "mockrevio"]], ids=" ".join)
def test_the_installed_command_prints_its_version(
    installed: Installation, command: list[str], tmp_path: Path
) -> None:
    result = installed.run(*command, "--version", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, f"mockrevio {__version__}\n")


def test_the_installed_package_includes_the_fixtures(installed: Installation, tmp_path: Path) -> None:
    result = installed.run("mockrevio", "fixture", "check", *shipped_names(), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    shipped = installed.run(
        "python",
        "-c",
        "from mockrevio.seeding.fixture_files import shipped_folder; print(shipped_folder())",
        cwd=tmp_path,
    )
    assert Path(shipped.stdout.strip()).is_relative_to(installed.folder.resolve())


@pytest.mark.parametrize(
    ("option", "name"),
    [((), "revio.json"), (("--admin",), "admin.json"), (("--postman",), "revio.postman_collection.json")],
)
def test_the_installed_command_prints_the_documents_of_the_repository(
    installed: Installation, option: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    result = installed.run("mockrevio", "openapi", *option, cwd=tmp_path)
    assert result.stdout == (ROOT / "openapi" / name).read_text("utf-8"), result.stderr


@pytest.mark.parametrize("command", [["mockrevio"], ["python", "-m", "mockrevio"]], ids=" ".join)
def test_the_installed_server_runs_from_an_empty_folder(
    installed: Installation, command: list[str], tmp_path: Path
) -> None:
    with installed.start(*command, "serve", "--port", "0", "--fixture", "demo", cwd=tmp_path) as server:
        client = Client(server.url)
        assert client.get("/v1/IntegrationKeyLink").json()["record_count"] == 10
        assert client.post("/v1/IntegrationKeyLink", json={**LINK, "external_id": "new"}).status_code == 201
        client.close()
        assert server.stop() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mockrevio-data"]
    assert json.loads((tmp_path / "mockrevio-data" / "default.json").read_text("utf-8"))


@needs("make")
def test_make_serve_prints_address_data_folder_and_fixture(tmp_path: Path) -> None:
    venv = Path(sys.prefix)
    up_to_date = [
        argument for name in (".installed", ".installed-dev") for argument in ("-o", str(venv / name))
    ]
    command = [
        "make",
        "--silent",
        *up_to_date,
        "serve",
        f"VENV={venv}",
        f"ARGS=--port 0 --data {tmp_path / 'data'}",
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert server.stdout is not None
    line = server.stdout.readline()
    os.killpg(server.pid, signal.SIGINT)  # like Ctrl-C
    server.communicate(timeout=30)
    assert line.startswith(f"mockrevio {__version__} on http://127.0.0.1:")
    assert line.endswith(f"/v1 (data in {tmp_path / 'data'}/, fixture default)\n")
    assert not (tmp_path / "data" / "default.jsonl").read_bytes(), (
        "the log was not checkpointed, so the stop was not clean"
    )


def test_the_lowest_versions_that_it_claims_to_work_with_work(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    """pip installs the newest versions, so that nobody would notice otherwise."""
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    lowest = [dependency.replace(">=", "==") for dependency in dependencies]
    installation = install_alone(built[1], tmp_path, *lowest, "pytest", "requests", "hypothesis", "trustme")
    result = installation.run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_app.py", "tests/revio", cwd=ROOT
    )
    assert result.returncode == 0, result.stdout[-3000:]
    assert re.search(r"\n[1-9][0-9]{2,} passed", result.stdout)
