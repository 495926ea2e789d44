"""`make matrix`: the suites of a user, in environments like users have them (tests/matrix/environments.py).

Each session installs mockrevio's wheel and what the environment names, and nothing else. It runs in a copy of
the tests without the package, so that they import what was installed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # where nox is not started as `python -m nox`

from tests.matrix.environments import ENVIRONMENTS, Environment, files_to_run  # noqa: E402
from tests.matrix.interpreters import find_python  # noqa: E402

WORK = ROOT / ".nox" / "matrix"
COPIED = ("tests", "examples", "clients", "docs", "fixtures", "README.md", "pyproject.toml")

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv"
nox.options.error_on_missing_interpreters = False  # they are named, and a quick one is an error below
nox.options.sessions = ["wheel", *(each.session for each in ENVIRONMENTS), "page"]


@nox.session(python=False, tags=["matrix", "quick"])
def wheel(session: nox.Session) -> None:
    """Build the wheel that the other sessions install."""
    shutil.rmtree(WORK, ignore_errors=True)
    command = (sys.executable, "-m", "uv", "build", "--quiet", "--wheel")  # uv may not be on PATH
    session.run(*command, "--out-dir", str(WORK / "dist"), external=True)


@nox.session(python=False, tags=["matrix"])
def page(session: nox.Session) -> None:
    """Write what was run, with versions, to docs/environments.md, and name what was not."""
    session.run(sys.executable, "-m", "tests.matrix.page", str(WORK))


def _run(session: nox.Session, environment: Environment) -> None:
    if environment.quick and find_python(environment.python) is None:
        session.error(f"Python {environment.python} is missing, and {environment.name!r} must run")
    (built,) = (WORK / "dist").glob("*.whl")
    resolution = ["--resolution", "lowest-direct"] if environment.lowest else []
    packages = [
        f"mockrevio{environment.extra} @ {built.as_uri()}",
        environment.pytest,
        *environment.requirements,
    ]
    if environment.lowest_dependencies:
        packages += _own_requirements(environment.extras)
    session.install("--quiet", *resolution, *packages)
    copy = Path(session.create_tmp()).resolve() / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source,
                copy / name,
                ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", "node_modules"),
            )
        else:
            shutil.copy(source, copy / name)
    session.chdir(copy)
    record = WORK / f"{environment.session}.json"
    record.unlink(missing_ok=True)
    started = record.with_suffix(".started")  # a record only once the suites have passed
    session.run("python", "-m", "tests.matrix.record", environment.session, str(started), silent=True)
    files = [path.relative_to(ROOT).as_posix() for path in files_to_run(environment)]
    # The tests of the plugin start a pytest each, which takes most of the time.
    parallel = ["-n", "2"] if "pytest-xdist" in " ".join(environment.requirements) else []
    options = [
        "-q",
        *parallel,
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.ci_plugin",
        "--min-passed",
        str(len(files)),
    ]
    session.run("python", "-m", "pytest", *options, *session.posargs, *files, env={"CI": "true"})
    started.replace(record)


def _own_requirements(extras: list[str]) -> list[str]:
    """What mockrevio depends on. uv installs the lowest versions only of what it is given by name."""
    project = nox.project.load_toml("pyproject.toml")["project"]
    optional = project["optional-dependencies"]
    return [*project["dependencies"], *(each for name in extras for each in optional[name])]


def _session(environment: Environment) -> None:
    @nox.session(
        name=environment.session,
        python=find_python(environment.python) or environment.python,
        tags=["matrix", *(["quick"] if environment.quick else [])],
    )
    def run(session: nox.Session) -> None:
        _run(session, environment)


for _environment in ENVIRONMENTS:
    _session(_environment)
