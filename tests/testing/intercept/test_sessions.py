"""Clients reach the mock during an interception and the real service outside, with the same session."""

from __future__ import annotations

import pytest

from mockrevio import MockRevio
from tests.testing.intercept.clients import CLIENTS, POOLED, PROXIED, client
from tests.testing.intercept.services import Running

each_client = pytest.mark.parametrize("name", CLIENTS)
each_pooled = pytest.mark.parametrize("name", POOLED)
each_proxied = pytest.mark.parametrize("name", PROXIED)


def posts(revio: MockRevio) -> int:
    return revio.requests.count(method="POST", path="/v1/Bills")


@each_client
def test_a_session_changes_sides_with_the_interception(revio: MockRevio, real: Running, name: str) -> None:
    with client(name) as call:
        assert call(f"{real.url}/v1/Bills") == "real"
        for expected in (1, 2, 3):
            seen = real.connections, real.requests
            with revio.intercept("localhost"):
                assert call(f"{real.url}/v1/Bills") != "real"
                assert call(f"{real.url}/v1/Bills") != "real"
            assert (real.connections, real.requests) == seen
            assert posts(revio) == 2 * expected
            assert call(f"{real.url}/v1/Bills") == "real"
        assert posts(revio) == 6
