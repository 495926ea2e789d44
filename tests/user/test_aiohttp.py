"""With aiohttp: calls to the mock, and to Rev.io's own address."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from mockrevio import MockRevio
from tests.user.common import REVIO, basic


@pytest.mark.parametrize("intercepted", [False, True])
def test_aiohttp_calls_the_mock(mock_revio: MockRevio, *, intercepted: bool) -> None:
    async def get(url: str) -> list[int]:
        async with aiohttp.ClientSession(headers=basic(mock_revio)) as session:
            found = []
            for number in range(1001, 1004):
                async with session.get(f"{url}/Customers/{number}") as answer:
                    found.append((await answer.json())["customer_id"])
            return found

    if intercepted:
        with mock_revio.intercept():
            assert asyncio.run(get(REVIO)) == [1001, 1002, 1003]
    else:
        assert asyncio.run(get(mock_revio.url)) == [1001, 1002, 1003]
    mock_revio.assert_called(method="GET", times=3)
