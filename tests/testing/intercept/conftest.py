"""The services that intercepted calls must not reach."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.testing.intercept import services
from tests.testing.intercept.services import Running


@pytest.fixture
def real() -> Iterator[Running]:
    """A service that stands in for the real Rev.io, with HTTPS."""
    with services.service() as running:
        yield running


@pytest.fixture
def real_http() -> Iterator[Running]:
    """The same without TLS."""
    with services.service(tls=False) as running:
        yield running


@pytest.fixture
def proxy() -> Iterator[Running]:
    """A proxy."""
    with services.proxy() as running:
        yield running
