"""A client of Rev.io's Integration Linking API that copes with bad days.

- 429: it waits as many seconds as the message says, plus one.
- 502, 503, 504 and the like: it waits, twice as long each time. A 500 is not tried again.
- No answer: reading is tried again. Creating looks first whether the link is there already.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

Record = dict[str, Any]
PAGE_SIZE = 500
FIRST_PAUSE = 0.5
"""Seconds before the second attempt."""


class RevIoError(Exception):
    """Rev.io refused a call, or could not carry it out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Unanswered(Exception):
    """Nobody knows whether the call was carried out: no answer came, or one from a proxy on the way."""


class RevIo:
    """Rev.io for one customer of theirs. `url` ends in `/v1`; `sleep` is for tests."""

    def __init__(
        self,
        url: str,
        credentials: tuple[str, str],
        *,
        attempts: int = 4,
        timeout: float = 10.0,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._url = url
        self._attempts = attempts
        self._timeout = timeout
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = credentials

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def check_credentials(self) -> None:
        """Raise RevIoError (401) unless Rev.io knows us."""
        self._get("SystemStatus")

    def id_of(self, collection: str, **name: str) -> int:
        """The id of the one record with this name: `id_of("IntegrationSystem", system_name="SALESFORCE")`."""
        [record] = self._get(collection, **name)["records"]
        return next(value for field, value in record.items() if field.endswith("_id"))  # type: ignore[no-any-return]

    def links(self, **search: Any) -> Iterator[Record]:
        """All key links that a search finds, page by page."""
        page, more = 1, True
        while more:
            answer = self._get("IntegrationKeyLink", page=page, page_size=PAGE_SIZE, **search)
            yield from answer["records"]
            page, more = page + 1, answer["has_more"]

    def create_link(self, link: Record) -> int:
        """Create a key link, once, and answer its id."""
        for attempt in range(self._attempts):
            try:
                return int(self._send("POST", "IntegrationKeyLink", json=link)["id"])
            except Unanswered:
                self._pause_or_give_up(attempt)
            # It may have been created although we were not told.
            for found in self.links(**link):
                return int(found["integration_key_link_id"])
        raise AssertionError("the last attempt returns or raises")

    def change_link(self, link_id: int, link: Record) -> None:
        """Replace a key link. Doing it twice does no harm."""
        self._again_until_answered("PUT", f"IntegrationKeyLink/{link_id}", json=link)

    def _get(self, path: str, **query: Any) -> Record:
        return self._again_until_answered("GET", path, params=query)

    def _again_until_answered(self, method: str, path: str, **content: Any) -> Record:
        for attempt in range(self._attempts):
            try:
                return self._send(method, path, **content)
            except Unanswered:
                self._pause_or_give_up(attempt)
        raise AssertionError("the last attempt returns or raises")

    def _pause_or_give_up(self, attempt: int) -> None:
        """Within an `except`: pause, or raise what was caught once there have been enough attempts."""
        if attempt == self._attempts - 1:
            raise  # noqa: PLE0704 (called while the exception is handled)
        self._sleep(FIRST_PAUSE * 2**attempt)

    def _send(self, method: str, path: str, **content: Any) -> Record:
        """Send a call, again after each 429, and answer the body."""
        for attempt in range(self._attempts):
            answer = self._send_once(method, path, **content)
            if answer.status_code != 429 or attempt == self._attempts - 1:
                break
            self._sleep(_seconds(_message(answer)) + 1)
        if answer.status_code > 500:
            raise Unanswered(f"{method} {path}: {answer.status_code}")
        if not answer.ok:
            raise RevIoError(answer.status_code, _message(answer))
        return dict(answer.json())

    def _send_once(self, method: str, path: str, **content: Any) -> requests.Response:
        try:
            return self._session.request(method, f"{self._url}/{path}", timeout=self._timeout, **content)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as lost:
            raise Unanswered(f"{method} {path}: no answer") from lost


def _message(answer: requests.Response) -> str:
    """What a person should read. Rev.io sends errors as lists, its gateway as objects, a proxy as pages."""
    try:
        body = answer.json()
        return str((body[0] if isinstance(body, list) else body)["message"])
    except (ValueError, LookupError, TypeError):
        return f"{answer.status_code} {answer.reason}"


def _seconds(message: str) -> int:
    """The first number in the message of a 429."""
    found = re.search(r"\d+", message)
    return int(found.group()) if found else 30
