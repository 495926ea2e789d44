"""With httpx: calls to the mock, and to Rev.io's own address, on threads and on asyncio."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from mockrevio import MockRevio
from tests.user.common import LINK, REVIO


@pytest.mark.parametrize("intercepted", [False, True])
def test_httpx_calls_the_mock(mock_revio: MockRevio, *, intercepted: bool) -> None:
    if intercepted:
        with mock_revio.intercept():
            answer = httpx.post(f"{REVIO}/IntegrationKeyLink", json=dict(LINK), auth=mock_revio.credentials)
    else:
        url = f"{mock_revio.url}/IntegrationKeyLink"
        answer = httpx.post(url, json=dict(LINK), auth=mock_revio.credentials)
    assert answer.json() == {"ok": True, "id": 1}


@pytest.mark.parametrize("intercepted", [False, True])
def test_httpx_calls_the_mock_on_asyncio(mock_revio: MockRevio, *, intercepted: bool) -> None:
    async def get(url: str) -> list[int]:
        async with httpx.AsyncClient(auth=mock_revio.credentials) as client:
            answers = await asyncio.gather(*(client.get(f"{url}/Customers/{n}") for n in range(1001, 1006)))
        return [answer.json()["customer_id"] for answer in answers]

    if intercepted:
        with mock_revio.intercept():
            assert asyncio.run(get(REVIO)) == [1001, 1002, 1003, 1004, 1005]
    else:
        assert asyncio.run(get(mock_revio.url)) == [1001, 1002, 1003, 1004, 1005]
    mock_revio.assert_called(method="GET", times=5)
