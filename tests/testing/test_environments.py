"""`intercept()` in environments as users have them: only what is named is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installing import Installation, build_wheel, install_alone
from tests.support import ROOT

SUITE = """
import base64, http.client, importlib.util, urllib.request
import pytest

URL = "https://restapi.rev.io/v1/SystemStatus"


def test_the_environment_is_what_it_should_be():
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

    async def call():
        async with httpx.AsyncClient() as client:
            return (await client.get(URL, auth=mock_revio.credentials)).status_code

    with mock_revio.intercept():
        assert asyncio.run(call()) == 200


def test_nothing_stays_hooked(mock_revio):
    import httpcore

    before = http.client.HTTPSConnection.connect, httpcore.SyncBackend.connect_tcp
    with mock_revio.intercept():
        assert (http.client.HTTPSConnection.connect, httpcore.SyncBackend.connect_tcp) != before
    assert (http.client.HTTPSConnection.connect, httpcore.SyncBackend.connect_tcp) == before
"""


@pytest.fixture(scope="module")
def httpx_without_trio(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """pytest, httpx and mockrevio, with what they depend on."""
    wheel = build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))
    return install_alone(wheel, tmp_path_factory.mktemp("alone"), "pytest", "httpx")


def test_httpx_without_trio_is_intercepted_and_so_is_urllib(
    httpx_without_trio: Installation, tmp_path: Path
) -> None:
    (tmp_path / "test_it.py").write_text(SUITE, "utf-8")
    ended = httpx_without_trio.run("python", "-m", "pytest", "-q", "-W", "error", cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "5 passed" in ended.stdout
