"""Sending the requests of probes to one service."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from mockrevio.contract.access import Access
from mockrevio.contract.client import Answer, Call, Client, Query
from mockrevio.contract.verify.observations import Unseen
from mockrevio.errors import AnswerLost

ATTEMPTS = 3
"""How often a request is sent that gets a 5xx or no answer: chance says nothing about a rule."""

Record = dict[str, Any]


class Session:
    """Sends requests, and keeps the errors that they get.

    `with_at` is a user of it whose login contains @. `on_send` is called before each request.
    """

    def __init__(
        self,
        client: Client,
        *,
        with_at: Access | None = None,
        on_send: Callable[[Call], None] = lambda _: None,
    ) -> None:
        self.client = client
        self.access = client.access
        self.absent_text = f"mockrevio-{secrets.token_hex(6)}"
        """A text that no record contains."""
        self.errors: dict[str, Answer] = {}
        """Responses with errors, by what was tried."""
        self.with_at = with_at
        self._on_send = on_send

    def send(self, call: Call) -> Answer:
        """Send a request. All but a POST may be repeated: probes change a link to what they choose.

        Raises AnswerLost if a POST has no answer, Unseen if another request has none time after time.
        """
        answer: Answer | None = None
        for sent_before in range(ATTEMPTS):
            self._on_send(call)
            try:
                answer = self.client.send(call)
                answer = replace(answer, attempts=answer.attempts + sent_before)
            except AnswerLost:
                if call.method == "POST":
                    raise
                continue
            if answer.status < 500 or call.method == "POST":
                return answer
        if answer is None:
            raise Unseen(f"every response to {call.method} was lost")
        return answer

    def get(self, path: str, *query: tuple[str, object]) -> Answer:
        """Send a GET."""
        return self.send(Call("GET", path, _as_query(query)))

    def status(self, path: str, *query: tuple[str, object]) -> int:
        """The status of a GET. An error is kept for the probes that look at errors."""
        answer = self.get(path, *query)
        self.keep_error(answer, answer.call.target.partition("?")[2] or f"GET {path}")
        return answer.status

    def keep_error(self, answer: Answer, label: str) -> None:
        """Keep a response with an error."""
        if answer.status >= 400:
            self.errors.setdefault(label, answer)

    def records(self, path: str, *query: tuple[str, object]) -> list[Record]:
        """The records of a page. Raises Unseen if there is no page."""
        answer = self.get(path, *query)
        found = answer.object().get("records")
        if answer.status != 200 or not isinstance(found, list):
            raise Unseen(f"GET {path} responds with a {answer.status} without records")
        return [record for record in found if isinstance(record, dict)]

    def anonymous(self, text: str) -> str:
        """A text of the service without secrets, and without what names the user or the host."""
        login, _, client = self.access.username.rpartition("@")
        text = self.access.redact(text)
        host = urlsplit(self.access.url).hostname or ""
        for word, stand_in in ((host, "HOST"), (login, "LOGIN"), (client, "CLIENT")):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", stand_in, text, flags=re.IGNORECASE)
        return text


def _as_query(query: tuple[tuple[str, object], ...]) -> Query:
    return [(name, str(value)) for name, value in query]
