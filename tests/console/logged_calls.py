"""Calls in the live log: making them, and what the page shows of them."""

from __future__ import annotations

from typing import Any

from tests.console.common import Console
from tests.support import LINK, Client

ROWS = ".log-rows"
DETAIL = ".log-detail"
NO_CUSTOMER = {**LINK, "internal_id": 99942, "external_id": 'O\'Brien "Ünï" \\ $HOME `x`'}
"""A key link that is rejected, with text that each language quotes differently."""


def row_texts(page: Console) -> list[str]:
    """The text of each row, newest first."""
    script = "return [...document.querySelectorAll('.log-row')].map((row) => row.innerText)"
    return list(page.driver.execute_script(script))


def call(client: Client, path: str, count: int = 1, **options: Any) -> list[str]:
    """Call the API, and return the ids of the calls in the log."""
    method = options.pop("method", "GET")
    responses = [client.request(method, path, **options) for _ in range(count)]
    return [response.headers["X-Mock-Request-Id"] for response in responses]


def paths(page: Console) -> list[str]:
    """The path of each row, newest first."""
    script = "return [...document.querySelectorAll('.log-path')].map((path) => path.firstChild.data)"
    return list(page.driver.execute_script(script))


def logged(client: Client, request_id: str) -> dict[str, Any]:
    """An entry of the log."""
    entry: dict[str, Any] = client.get(f"/__admin/requests/{request_id}").json()
    return entry
