"""The services that intercepted calls must not reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.testing.intercept.services import Running

# The services need trustme, which not every environment has that runs the tests without services.


@pytest.fixture
def real() -> Iterator[Running]:
    """A service that stands in for the real Rev.io, with HTTPS."""
    from tests.testing.intercept import services

    with services.service() as running:
        yield running


@pytest.fixture
def real_http() -> Iterator[Running]:
    """The same without TLS."""
    from tests.testing.intercept import services

    with services.service(tls=False) as running:
        yield running


@pytest.fixture
def proxy() -> Iterator[Running]:
    """A proxy."""
    from tests.testing.intercept import services

    with services.proxy() as running:
        yield running
