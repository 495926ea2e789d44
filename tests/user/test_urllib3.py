"""With urllib3: calls to the mock, and to Rev.io's own address."""

from __future__ import annotations

import pytest
import urllib3

from mockrevio import MockRevio
from tests.user.common import REVIO, basic


@pytest.mark.parametrize("intercepted", [False, True])
def test_urllib3_calls_the_mock(mock_revio: MockRevio, *, intercepted: bool) -> None:
    with urllib3.PoolManager(headers=basic(mock_revio), retries=False, timeout=10) as pool:
        if intercepted:
            with mock_revio.intercept():
                statuses = [pool.request("GET", f"{REVIO}/SystemStatus").status for _ in range(2)]
        else:
            statuses = [pool.request("GET", f"{mock_revio.url}/SystemStatus").status for _ in range(2)]
    assert statuses == [200, 200]
    mock_revio.assert_called(path="/v1/SystemStatus", times=2)
