"""With requests: calls to the mock, and to Rev.io's own address."""

from __future__ import annotations

import requests

from mockrevio import MockRevio
from tests.user.common import LINK, REVIO


def test_requests_calls_the_mock(mock_revio: MockRevio) -> None:
    url, auth = f"{mock_revio.url}/IntegrationKeyLink", mock_revio.credentials
    assert requests.post(url, json=dict(LINK), auth=auth, timeout=10).json() == {"ok": True, "id": 1}


def test_requests_is_intercepted(mock_revio: MockRevio) -> None:
    with mock_revio.intercept(), requests.Session() as session:
        session.auth = mock_revio.credentials
        answers = [session.get(f"{REVIO}/Customers/{number}", timeout=10) for number in (1015, 1016)]
    assert [answer.json()["customer_id"] for answer in answers] == [1015, 1016]
    mock_revio.assert_called(method="GET", times=2)
