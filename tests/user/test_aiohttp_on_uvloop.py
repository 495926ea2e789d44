"""With aiohttp on uvloop: calls to Rev.io's own address."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import aiohttp
import uvloop  # noqa: F401 (the suite below needs it)

from tests.user.common import run_suite

VERSIONS = (aiohttp.__version__, version("uvloop"))

SUITE = """
import base64, aiohttp, uvloop

def test_status(mock_revio):
    async def get():
        token = base64.b64encode(":".join(mock_revio.credentials).encode()).decode()
        async with aiohttp.ClientSession(headers={"Authorization": f"Basic {token}"}) as session:
            async with session.get("https://restapi.rev.io/v1/SystemStatus") as answer:
                return answer.status

    with mock_revio.intercept():
        assert uvloop.run(get()) == 200
"""


def test_aiohttp_is_intercepted_on_uvloop(tmp_path: Path) -> None:
    result = run_suite(tmp_path, SUITE, "-q", "-p", "no:faker")
    assert "1 passed" in result.stdout, (VERSIONS, result.stdout)
