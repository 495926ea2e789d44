"""`intercept()` in environments like a user's, with only the named packages installed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.installing import build_wheel, install_alone
from tests.support import ROOT

SUITE = Path(__file__).with_name("environment_suite.py")


class Environment(NamedTuple):
    """What a user has installed beside pytest and mockrevio, and what they have not."""

    packages: tuple[str, ...]
    libraries: tuple[str, ...]
    absent: tuple[str, ...]


ENVIRONMENTS = {
    "no client": Environment((), (), ("requests", "urllib3", "httpx", "aiohttp", "trio", "idna")),
    "httpx without trio": Environment(("httpx",), ("httpx", "httpx-asyncio"), ("trio", "socksio", "h2")),
    "oldest aiohttp": Environment(("aiohttp==3.10.0",), ("aiohttp",), ("httpx", "requests")),
    "urllib3 1.26": Environment(("urllib3<2", "requests"), ("requests", "urllib3"), ("httpx",)),
    "uvloop": Environment(
        ("uvloop", "httpx", "aiohttp"),
        ("httpx", "httpx-asyncio", "httpx-uvloop", "aiohttp", "aiohttp-uvloop"),
        ("trio",),
    ),
    "on other layers": Environment(("httplib2", "tornado"), ("httplib2", "tornado"), ("requests",)),
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of mockrevio."""
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_calls_are_intercepted_with_what_users_have(wheel: Path, tmp_path: Path, name: str) -> None:
    environment = ENVIRONMENTS[name]
    installation = install_alone(wheel, tmp_path / "venv", "pytest", *environment.packages)
    shutil.copy(SUITE, tmp_path / "test_suite.py")
    variables = {"LIBRARIES": " ".join(environment.libraries), "ABSENT": " ".join(environment.absent)}
    suite = ("-m", "pytest", "-q", "-W", "error", "test_suite.py")
    result = installation.run("python", *suite, cwd=tmp_path, env=variables)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{1 + 4 * (2 + len(environment.libraries))} passed" in result.stdout
