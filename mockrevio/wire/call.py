"""One call to the API as plain values: what the matchers of faults and of the request log look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from mockrevio.errors import Refusal
from mockrevio.wire.body import read_fields
from mockrevio.wire.query import parameters

MASK = "***"
KEY_HEADER = "ocp-apim-subscription-key"
"""D: the header that carries the gateway's subscription key."""
KEY_PARAMETER = "subscription-key"
"""G: the query parameter that may carry it instead."""

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", KEY_HEADER})


@dataclass(frozen=True)
class Call:
    """A call: `path` as it was sent, header names in lower case, the body as far as it was read.

    `client` and `login` are what the Basic header claims, unverified; None where it claims nothing.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    client: str | None
    login: str | None

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The query's parameters, named as the API takes them: in lower case, without `search.`."""
        found: dict[str, list[str]] = {}
        for name, text in parameters(self.query_string):
            found.setdefault(name, []).append(text)
        return found

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields of the body, their names in lower case; none where the body cannot be read."""
        if not self.body:
            return {}
        try:
            return read_fields(self.body, self.headers.get("content-type", ""))
        except Refusal:
            return {}

    @property
    def subscription_key(self) -> str | None:
        """The gateway's key, from the header (D) or the query (G)."""
        sent = self.headers.get(KEY_HEADER)
        if sent is None and KEY_PARAMETER in self.query_string.lower():
            pairs = parse_qsl(self.query_string, keep_blank_values=True)
            sent = next((text for name, text in pairs if name.lower() == KEY_PARAMETER), None)
        return sent or None

    def masked(self, longest: int) -> Call:
        """This call fit to be kept and shown: no passwords and keys, no more than `longest` bytes of body."""
        headers = {name: MASK if name in _SECRET_HEADERS else text for name, text in self.headers.items()}
        scheme, blank, _ = self.headers.get("authorization", "").partition(" ")
        if blank:  # what stands alone may be the secret itself
            headers["authorization"] = f"{scheme} {MASK}"
        query_string = "&".join(map(_masked_parameter, self.query_string.split("&")))
        return replace(self, headers=headers, query_string=query_string, body=self.body[:longest])


def _masked_parameter(text: str) -> str:
    name, equals, _ = text.partition("=")
    is_key = unquote_plus(name).lower().removeprefix("search.") == KEY_PARAMETER
    return f"{name}={MASK}" if equals and is_key else text


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a WSGI environment, their names in lower case."""
    headers = {
        name[5:].replace("_", "-").lower(): text for name, text in environ.items() if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers
