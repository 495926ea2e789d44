"""With aiohttp on uvloop: calls to Rev.io's own address."""

from __future__ import annotations

import aiohttp
import pytest
import uvloop

from mockrevio import MockRevio
from tests.user.common import REVIO, basic


@pytest.mark.xfail(
    raises=TypeError,
    strict=False,
    reason="intercept() shuts down a socket of uvloop that cannot be shut down",
)
def test_aiohttp_is_intercepted_on_uvloop(mock_revio: MockRevio) -> None:
    async def get() -> int:
        async with (
            aiohttp.ClientSession(headers=basic(mock_revio)) as session,
            session.get(f"{REVIO}/SystemStatus") as answer,
        ):
            return answer.status

    with mock_revio.intercept():
        assert uvloop.run(get()) == 200
