"""The table of environments is sound, and docs/environments.md shows it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.matrix.environments import (
    ENVIRONMENTS,
    OLDEST_SUPPORTED,
    PROVIDED_BY,
    PYTHONS,
    ROOT,
    SUITES,
    Environment,
)
from tests.matrix.interpreters import find_python
from tests.matrix.page import NOT_RUN, PAGE, row, rows, updated

ALWAYS = {
    "mockrevio",
    "pytest",
    "_pytest",
    "click",
    "faker",
    "filelock",
    "flask",
    "httptools",
    "tinydb",
    "werkzeug",
}
"""What is in every environment: mockrevio with its dependencies, and pytest."""

environments = pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: each.name)


def libraries(path: Path, seen: set[Path] | None = None) -> set[str]:
    """The libraries that a test imports when it is collected, its conftest files and helpers included."""
    seen = set() if seen is None else seen
    seen.add(path)
    found = set()
    parents = [each / "conftest.py" for each in path.parents if each.is_relative_to(ROOT / "tests")]
    helpers = [each for each in parents if each.exists()]
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top == "tests":
                helpers.append(ROOT / (name.replace(".", "/") + ".py"))
            elif top not in sys.stdlib_module_names:
                found.add(top)
    for helper in helpers:
        if helper not in seen and helper.exists():
            found |= libraries(helper, seen)
    return found


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_imports_only_what_it_declares(name: str) -> None:
    suite = SUITES[name]
    assert suite.paths(), f"no file is {suite.files}"
    imported = set().union(*(libraries(path) for path in suite.paths())) - ALWAYS
    assert imported <= set(suite.libraries)


@environments
def test_an_environment_installs_what_its_suites_import(environment: Environment) -> None:
    installed = {re.split(r"[^\w-]", each)[0] for each in environment.requirements} | {environment.extra}
    for library in environment.libraries():
        assert installed & set(PROVIDED_BY.get(library, (library,))), f"nothing brings {library}"


@environments
def test_the_page_has_a_row_for_each_environment(environment: Environment) -> None:
    line = rows(PAGE.read_text("utf-8"))[environment.name]
    *_, versions, suites = (cell.strip() for cell in line.strip("|").split("|"))
    assert suites == ", ".join(environment.suites), "run `make matrix`"
    if versions != NOT_RUN:
        for requirement in environment.requirements:
            assert re.split(r"[^\w-]", requirement)[0] in versions


def test_the_page_has_no_other_rows_and_is_up_to_date() -> None:
    page = PAGE.read_text("utf-8")
    assert list(rows(page)) == [each.name for each in ENVIRONMENTS]
    assert updated(page, {}) == page, "run `python -m tests.matrix.page` with an empty folder"


def test_a_run_replaces_only_its_own_rows() -> None:
    first, second = ENVIRONMENTS[:2]
    page = "".join(
        f"<!-- matrix: {name} -->\n<!-- end of matrix -->\n" for name in ("environments", "suites")
    )
    record = {"python": "3.12.1", "versions": {"pytest": "8.2.0"}}
    page = updated(page, {first.name: row(first, record)})
    page = updated(page, {second.name: row(second, record)})
    assert "| 3.12.1 | pytest 8.2.0 |" in rows(page)[first.name]
    assert "| 3.12.1 | pytest 8.2.0 |" in rows(page)[second.name]
    assert NOT_RUN in rows(page)[ENVIRONMENTS[2].name]


def test_every_python_is_run_and_every_suite_somewhere() -> None:
    assert {each.python for each in ENVIRONMENTS if each.python} == set(PYTHONS)
    assert {name for each in ENVIRONMENTS for name in each.suites} == set(SUITES)
    assert (
        f">={PYTHONS[0]}"
        == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    )


def test_ci_runs_a_users_environment_and_the_lowest_versions_on_every_change() -> None:
    quick = [each for each in ENVIRONMENTS if each.quick]
    assert any(not each.requirements and not each.extra for each in quick)
    assert any(each.lowest_dependencies and each.extra == "[tls]" for each in quick)
    assert "-t quick" in (ROOT / ".ci" / "run").read_text("utf-8")


@environments
def test_every_library_installed_in_its_lowest_version_declares_one(environment: Environment) -> None:
    if environment.lowest:
        for requirement in (environment.pytest, *environment.requirements):
            assert ">=" in requirement, f"uv would pick the first release of {requirement}"


def test_the_tests_of_this_repository_allow_the_oldest_supported_versions() -> None:
    """They are what its own suite is run with, too."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    declared = [each.partition(";")[0].strip() for each in extras["dev"]]
    assert set(OLDEST_SUPPORTED.values()) - set(declared) <= {OLDEST_SUPPORTED["trio"]}


def test_a_python_is_found_by_its_version_or_not_at_all() -> None:
    assert find_python(None) == sys.executable
    assert find_python(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert find_python("3.99") is None
