"""`intercept()` in an environment like a user's, with only the named packages installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installing import Installation, build_wheel, install_alone
from tests.support import ROOT

SUITE = """
import base64, http.client, importlib.util, urllib.request
import pytest

URL = "https://restapi.rev.io/v1/SystemStatus"


def test_environment():
    assert importlib.util.find_spec("httpcore") and not importlib.util.find_spec("trio")


def test_urllib(mock_revio):
    user = base64.b64encode(":".join(mock_revio.credentials).encode()).decode()
    header = {"Authorization": f"Basic {user}"}
    with mock_revio.intercept():
        assert urllib.request.urlopen(urllib.request.Request(URL, headers=header)).status == 200


def test_httpx(mock_revio):
    import httpx

    with mock_revio.intercept():
        assert httpx.get(URL, auth=mock_revio.credentials).status_code == 200


def test_httpx_with_asyncio(mock_revio):
    import asyncio, httpx

    async def get():
        async with httpx.AsyncClient() as client:
            return (await client.get(URL, auth=mock_revio.credentials)).status_code

    with mock_revio.intercept():
        assert asyncio.run(get()) == 200


def test_everything_is_restored(mock_revio):
    import httpcore

    before = http.client.HTTPSConnection.connect, httpcore.SyncBackend.connect_tcp
    with mock_revio.intercept():
        assert (http.client.HTTPSConnection.connect, httpcore.SyncBackend.connect_tcp) != before
    assert (http.client.HTTPSConnection.connect, httpcore.SyncBackend.connect_tcp) == before
"""


@pytest.fixture(scope="module")
def httpx_without_trio(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """pytest, httpx and mockrevio, with their dependencies."""
    wheel = build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))
    return install_alone(wheel, tmp_path_factory.mktemp("alone"), "pytest", "httpx")


def test_httpx_without_trio_and_urllib_are_intercepted(
    httpx_without_trio: Installation, tmp_path: Path
) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE, "utf-8")
    result = httpx_without_trio.run("python", "-m", "pytest", "-q", "-W", "error", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "5 passed" in result.stdout
