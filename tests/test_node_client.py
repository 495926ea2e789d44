"""The Node package: its own tests and recipes pass, and it is what users of Node expect of a package."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from mockrevio import __version__
from tests.node_client import PACKAGE, built_package, npm
from tests.programs import needs

MANIFEST = json.loads((PACKAGE / "package.json").read_text("utf-8"))


@needs("node", "npm")
def test_the_tests_and_the_recipes_of_the_package_pass() -> None:
    """With the command that its README names."""
    assert "\nnpm ci\nnpm test\n" in (PACKAGE / "README.md").read_text("utf-8")
    with built_package():
        ended = npm("test", timeout=600)
    assert ended.returncode == 0, f"{ended.stdout[-5000:]}\n{ended.stderr[-2000:]}"
    tests = sum(
        len(re.findall(r"^test\(", path.read_text("utf-8"), re.MULTILINE))
        for path in PACKAGE.glob("test/*.mjs")
    )
    assert re.search(rf"^\W+ pass {tests}$", ended.stdout, re.MULTILINE), ended.stdout[-5000:]
    assert len(re.findall(r"^ +Tests +22 passed", ended.stdout, re.MULTILINE)) == 2  # vitest, twice
    assert "Tests:       22 passed" in ended.stdout + ended.stderr  # jest


@needs("node", "npm")
def test_the_tarball_contains_what_runs_and_its_declarations() -> None:
    with built_package():
        listed = npm("pack", "--dry-run", "--json", "--ignore-scripts")
    names = {file["path"] for file in json.loads(listed.stdout)[0]["files"]}
    assert {"package.json", "README.md", "dist/index.js", "dist/index.d.ts", "dist/global-setup.js"} <= names
    assert not [name for name in names if not re.match(r"dist/|package\.json$|README\.md$|LICENSE$", name)]


@needs("node", "npm")
@pytest.mark.parametrize(
    ("suffix", "code"),
    [
        (".mjs", 'import { MockRevio, AdminError } from "@mockrevio/client";'),
        (".cjs", 'const { MockRevio, AdminError } = require("@mockrevio/client");'),
    ],
    ids=["import", "require"],
)
def test_both_kinds_of_modules_can_use_it(suffix: str, code: str) -> None:
    script = PACKAGE / "dist" / f"use{suffix}"
    with built_package():
        script.write_text(f"{code}\nconsole.log(typeof MockRevio.open, AdminError.name);", "utf-8")
        ended = subprocess.run(
            ["node", script], capture_output=True, text=True, timeout=60, cwd=PACKAGE, check=False
        )
        script.unlink()
    assert ended.stdout == "function AdminError\n", ended.stderr


def test_it_needs_nothing_but_node_18() -> None:
    assert "dependencies" not in MANIFEST
    assert MANIFEST["engines"] == {"node": ">=18"}
    assert MANIFEST["version"] == __version__


def test_the_required_version_is_one_that_has_been_released() -> None:
    source = (PACKAGE / "src" / "version.ts").read_text("utf-8")
    [required] = re.findall(r'REQUIRED_VERSION = "([\d.]+)"', source)
    parts = [[int(part) for part in re.findall(r"\d+", text)[:3]] for text in (required, __version__)]
    assert parts[0] <= parts[1]


def test_the_lock_file_names_no_registry() -> None:
    """npm then uses the one that the user has configured."""
    lock = (PACKAGE / "package-lock.json").read_text("utf-8")
    assert '"resolved": "http' not in lock
    assert json.loads(lock)["packages"][""]["version"] == MANIFEST["version"]


def test_every_platform_finds_its_compilers_in_the_lock_file() -> None:
    packages = json.loads((PACKAGE / "package-lock.json").read_text("utf-8"))["packages"]
    for compiler in ("@rollup/rollup", "@esbuild/"):
        for platform in ("linux-x64", "darwin-arm64", "win32-x64"):
            assert [name for name in packages if compiler in name and platform in name], (compiler, platform)


def test_the_files_of_the_package_stay_out_of_the_repository() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "dist/index.js", "node_modules/x", "recipes/node_modules/x", "x.tgz"],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(ignored.stdout.splitlines()) == 4
