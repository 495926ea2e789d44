"""Requests that tests of `MockRevio` send."""

from __future__ import annotations

import requests

from mockrevio import MockRevio
from tests.support import LINK


def post(revio: MockRevio, **changes: object) -> requests.Response:
    """Create the key link of the worked example, with changes."""
    link = {**LINK, **changes}
    return requests.post(f"{revio.url}/IntegrationKeyLink", json=link, auth=revio.credentials, timeout=10)


def get(revio: MockRevio, path: str = "SystemStatus") -> requests.Response:
    """Get a path under `/v1`."""
    return requests.get(f"{revio.url}/{path}", auth=revio.credentials, timeout=10)
