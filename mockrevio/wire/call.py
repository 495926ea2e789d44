"""One call to the API as plain values: what the matchers of faults and of the request log look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from mockrevio.errors import Refusal
from mockrevio.wire.body import read_fields
from mockrevio.wire.query import parameters

MASK = "***"
KEY_HEADER = "ocp-apim-subscription-key"
"""D: the header that carries the gateway's subscription key."""
KEY_PARAMETER = "subscription-key"
"""G: the query parameter that may carry it instead."""

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", KEY_HEADER})
_SECRET_PARAMETER = re.compile(rf"(?i)(^|&)({KEY_PARAMETER}=)[^&]*")


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
        if "authorization" in headers:
            headers["authorization"] = f"{self.headers['authorization'].partition(' ')[0]} {MASK}"
        query_string = _SECRET_PARAMETER.sub(rf"\1\2{MASK}", self.query_string)
        return replace(self, headers=headers, query_string=query_string, body=self.body[:longest])


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a WSGI environment, their names in lower case."""
    headers = {
        name[5:].replace("_", "-").lower(): text for name, text in environ.items() if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers
