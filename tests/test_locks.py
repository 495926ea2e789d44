"""The locks of the image agree with pyproject.toml, and the audit says plainly when it was none."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from types import ModuleType

import pytest

from tests.support import ROOT

LOCKS = ("build.txt", "image.txt")


def read(name: str) -> str:
    return (ROOT / "requirements" / name).read_text("utf-8")


def script(name: str) -> ModuleType:
    """A script of requirements/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "requirements" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def versions(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", read(name), flags=re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_every_version_has_hashes_and_no_registry_is_named(name: str) -> None:
    text = read(name)
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(entries) == len(versions(name)) > 3
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert not re.search(r"^--", text, flags=re.MULTILINE)


def test_the_image_has_every_dependency_and_the_extra_for_https() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["tls"]]
    assert {re.split(r"[^\w-]", each)[0] for each in wanted} <= versions("image.txt").keys()
    assert "pytest" not in versions("image.txt")


def answer(**dependency: object) -> str:
    return json.dumps({"dependencies": [{"name": "flask", "version": "3.0", "vulns": [], **dependency}]})


@pytest.mark.parametrize(
    ("output", "messages", "status", "words"),
    [
        (answer(), "", 0, "no known vulnerabilities in 1 packages"),
        (answer(vulns=[{"id": "PYSEC-2026-1"}]), "", 1, "flask 3.0: PYSEC-2026-1"),
        ("", "Traceback\nConnectionError: refused", 3, "NOT DONE: the advisory service cannot be reached"),
        # pip-audit succeeds if its service knows no package at all.
        ('{"dependencies": [{"name": "flask", "skip_reason": "not found"}]}', "", 3, "NOT DONE: .* flask"),
        ('{"dependencies": []}', "", 3, "NOT DONE"),
    ],
    ids=["clean", "vulnerable", "unreachable", "unknown", "nothing"],
)
def test_the_audit_is_clean_only_if_the_service_knows_every_package(
    output: str, messages: str, status: int, words: str
) -> None:
    found, message = script("audit").judge(output, messages)
    assert found == status
    assert re.search(words, message)


@pytest.mark.parametrize(("options", "statuses"), [([], {0, 1, 3}), (["--offline-ok"], {0, 1})])
def test_the_audit_ends_with_or_without_its_service(options: list[str], statuses: set[int]) -> None:
    command = [sys.executable, str(ROOT / "requirements" / "audit.py"), *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode in statuses, ended.stderr
    assert ended.stdout.startswith("audit: ")
