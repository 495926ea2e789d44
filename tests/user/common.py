"""Calls that need no library."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockrevio import MockRevio
from tests.programs import PYTEST_OF_A_USER

REVIO = "https://restapi.rev.io/v1"
LINK: Mapping[str, Any] = {
    "integration_system_id": 4,
    "integration_entity_type_id": 2,
    "internal_id": 1015,
    "external_id": "0012D0",
}


def basic(revio: MockRevio) -> dict[str, str]:
    """The Authorization header for this mock."""
    return {"Authorization": "Basic " + base64.b64encode(":".join(revio.credentials).encode()).decode()}


def request(revio: MockRevio, path: str, *, method: str = "GET", body: object = None) -> tuple[int, Any]:
    """Send a request to the mock with `urllib`, and return status and document."""
    return send(f"{revio.url}/{path}", basic(revio), method=method, body=body)


def send(
    url: str, headers: Mapping[str, str], *, method: str = "GET", body: object = None
) -> tuple[int, Any]:
    """Send a request with `urllib`, and return status and document."""
    data = None if body is None else json.dumps(body).encode()
    outgoing = urllib.request.Request(  # noqa: S310 (http and https)
        url, data, {**headers, "Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(outgoing, timeout=10) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def create(revio: MockRevio, **changes: object) -> int:
    """Create a key link, and return the status."""
    status, _ = request(revio, "IntegrationKeyLink", method="POST", body={**LINK, **changes})
    return status


def run_suite(folder: Path, suite: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a suite in a folder with pytest, in a process of its own."""
    (folder / "test_suite.py").write_text(suite, "utf-8")
    options = [*PYTEST_OF_A_USER.split(), "-p", "no:cacheprovider", *arguments]
    command = [sys.executable, "-m", "pytest", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
