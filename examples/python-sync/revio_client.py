"""A client for Rev.io's Integration Linking API that retries safely.

- 429: wait the number of seconds in the message, plus one.
- 502, 503, 504 and other codes above 500: back off, doubling the delay each time. A 500 is not retried.
- No response: retry reads. Before retrying a create, check whether the link already exists.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

Record = dict[str, Any]
PAGE_SIZE = 500
INITIAL_BACKOFF = 0.5
"""Seconds before the second attempt."""


class RevioError(Exception):
    """Rev.io rejected a request or failed to process it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class RevioUnavailable(Exception):
    """No response, or one from a proxy on the way: the request may or may not have been processed."""


class RevioClient:
    """Rev.io's API for one client code. `url` ends in `/v1`; tests replace `sleep`."""

    def __init__(
        self,
        url: str,
        credentials: tuple[str, str],
        *,
        max_attempts: int = 4,
        timeout: float = 10.0,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._url = url
        self._max_attempts = max_attempts
        self._timeout = timeout
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = credentials

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def check_credentials(self) -> None:
        """Raise RevioError (401) if Rev.io does not accept the credentials."""
        self._get("SystemStatus")

    def lookup_id(self, collection: str, **name: str) -> int:
        """Return the id of the one record with this name.

        For example: `lookup_id("IntegrationSystem", system_name="SALESFORCE")`.
        """
        [record] = self._get(collection, **name)["records"]
        return next(value for field, value in record.items() if field.endswith("_id"))  # type: ignore[no-any-return]

    def links(self, **search: Any) -> Iterator[Record]:
        """Iterate over all key links that match a search, page by page."""
        page, has_more = 1, True
        while has_more:
            body = self._get("IntegrationKeyLink", page=page, page_size=PAGE_SIZE, **search)
            yield from body["records"]
            page, has_more = page + 1, body["has_more"]

    def create_link(self, link: Record) -> int:
        """Create a key link exactly once and return its id."""
        for attempt in range(self._max_attempts):
            try:
                return int(self._send("POST", "IntegrationKeyLink", json=link)["id"])
            except RevioUnavailable:
                self._back_off_or_raise(attempt)
            # The previous attempt may have created the link even though no response arrived.
            for found in self.links(**link):
                return int(found["integration_key_link_id"])
        raise AssertionError("the last attempt returns or raises")

    def update_link(self, link_id: int, link: Record) -> None:
        """Replace a key link. Safe to retry."""
        self._send_with_retries("PUT", f"IntegrationKeyLink/{link_id}", json=link)

    def _get(self, path: str, **query: Any) -> Record:
        return self._send_with_retries("GET", path, params=query)

    def _send_with_retries(self, method: str, path: str, **kwargs: Any) -> Record:
        for attempt in range(self._max_attempts):
            try:
                return self._send(method, path, **kwargs)
            except RevioUnavailable:
                self._back_off_or_raise(attempt)
        raise AssertionError("the last attempt returns or raises")

    def _back_off_or_raise(self, attempt: int) -> None:
        """Wait before the next attempt, or re-raise the current exception after the last one."""
        if attempt == self._max_attempts - 1:
            raise  # noqa: PLE0704 (called from within an except block)
        self._sleep(INITIAL_BACKOFF * 2**attempt)

    def _send(self, method: str, path: str, **kwargs: Any) -> Record:
        """Send a request, retry it after each 429, and return the response body."""
        for attempt in range(self._max_attempts):
            response = self._send_once(method, path, **kwargs)
            if response.status_code != 429 or attempt == self._max_attempts - 1:
                break
            self._sleep(_retry_seconds(_error_message(response)) + 1)
        if response.status_code > 500:
            raise RevioUnavailable(f"{method} {path}: {response.status_code}")
        if not response.ok:
            raise RevioError(response.status_code, _error_message(response))
        return dict(response.json())

    def _send_once(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        try:
            return self._session.request(method, f"{self._url}/{path}", timeout=self._timeout, **kwargs)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as exc:
            raise RevioUnavailable(f"{method} {path}: no response") from exc


def _error_message(response: requests.Response) -> str:
    """Return a readable message. Rev.io sends errors as lists, its gateway as objects, proxies as HTML."""
    try:
        body = response.json()
        return str((body[0] if isinstance(body, list) else body)["message"])
    except (ValueError, LookupError, TypeError):
        return f"{response.status_code} {response.reason}"


def _retry_seconds(message: str) -> int:
    """Return the first number in the message of a 429."""
    match = re.search(r"\d+", message)
    return int(match.group()) if match else 30
