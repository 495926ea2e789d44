"""With httpx on trio: calls to the mock, and to Rev.io's own address."""

from __future__ import annotations

import httpx
import pytest
import trio

from mockrevio import MockRevio
from tests.user.common import REVIO


@pytest.mark.parametrize("intercepted", [False, True])
def test_httpx_calls_the_mock_on_trio(mock_revio: MockRevio, *, intercepted: bool) -> None:
    async def get(url: str) -> int:
        async with httpx.AsyncClient(auth=mock_revio.credentials) as client:
            return (await client.get(f"{url}/SystemStatus")).status_code

    if intercepted:
        with mock_revio.intercept():
            assert trio.run(get, REVIO) == 200
    else:
        assert trio.run(get, mock_revio.url) == 200
    mock_revio.assert_called(path="/v1/SystemStatus", times=1)
