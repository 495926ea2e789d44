"""An API request as plain values, for the matchers of fault rules and of the request log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from sys import getsizeof
from typing import Any
from urllib.parse import parse_qsl

from mockrevio.errors import ApiError
from mockrevio.revio.wire.body import parse_fields
from mockrevio.revio.wire.query import parse_parameters
from mockrevio.revio.wire.secrets import (
    KEY_HEADER,
    KEY_PARAMETER,
    MASK,
    hide_secrets,
    mask_headers,
    mask_query,
)
from mockrevio.scheduling import HEADERS, SERVER

_ACTIVATION = re.compile(r"/webhookreceivers/[^/]*/activate/?\Z", re.IGNORECASE)
"""C3: the path of the requests whose body may have a confirmation code."""


TEXT_OVERHEAD = getsizeof("\xe9") - 1
"""Bytes that the text of a header takes besides one for each character: it may be Latin-1."""


class RequestHeaders(dict[str, str]):
    """Headers by lowercase name. Requests with the same head may share them: do not modify them."""

    @cached_property
    def memory_size(self) -> int:
        """About how many bytes of memory they use; never too low."""
        return _headers_size(self)


def _headers_size(headers: Mapping[str, str]) -> int:
    texts = 2 * len(headers) * TEXT_OVERHEAD + len("".join(headers)) + len("".join(headers.values()))
    return getsizeof(headers) + texts


@dataclass(eq=False)
class ApiRequest:
    """A request: `path` as the client sent it, header names in lowercase, the part of the body that was read.

    `client` and `login` are what the Authorization header claims, not verified; None if it is missing or
    invalid.
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
        """The values of each query parameter; names are in lowercase, without the prefix `search.`."""
        parameters: dict[str, list[str]] = {}
        for name, text in parse_parameters(self.query_string):
            parameters.setdefault(name, []).append(text)
        return parameters

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The fields of the body, with names in lowercase; empty if the body cannot be parsed."""
        if not self.body:
            return {}
        try:
            return parse_fields(self.body, self.headers.get("content-type", ""))
        except ApiError:
            return {}

    @cached_property
    def field_texts(self) -> dict[str, str | None]:
        """What matchers have made of the fields; see `matching`."""
        return {}

    @property
    def memory_size(self) -> int:
        """About how many bytes of memory it uses, without parsed values; never too low."""
        headers = self.headers
        size = headers.memory_size if isinstance(headers, RequestHeaders) else _headers_size(headers)
        return size + getsizeof(self.path) + getsizeof(self.query_string) + len(self.body)

    @property
    def subscription_key(self) -> str | None:
        """The subscription key, from the header (D) or the query (G)."""
        key = self.headers.get(KEY_HEADER)
        if key is None and KEY_PARAMETER in self.query_string.lower():
            pairs = parse_qsl(self.query_string, keep_blank_values=True)
            key = next((text for name, text in pairs if name.lower() == KEY_PARAMETER), None)
        return key or None

    def masked(self) -> ApiRequest:
        """A copy with secrets masked. Use it whenever a request is shown."""
        body = MASK.encode() if self.body and _ACTIVATION.search(self.path) else self.body
        return replace(
            self, headers=mask_headers(self.headers), query_string=mask_query(self.query_string), body=body
        )


def request_headers(environ: Mapping[str, Any]) -> Mapping[str, str]:
    """The headers in a WSGI environment, with names in lowercase."""
    received: Mapping[str, str] | None = environ.get(HEADERS)
    if received is not None:
        return received
    headers = {_header_name(name): text for name, text in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    if environ.get("CONTENT_LENGTH"):
        headers["content-length"] = environ["CONTENT_LENGTH"]
    return headers


@lru_cache(maxsize=1024)
def _header_name(name: str) -> str:
    return name[5:].replace("_", "-").lower()


def original_path(environ: Mapping[str, Any]) -> str:
    """The path of a request as the client spelled it."""
    return _decode_latin1(environ["PATH_INFO"])


def original_query(environ: Mapping[str, Any]) -> str:
    """The query string of a request, decoded."""
    return _decode_latin1(environ.get("QUERY_STRING", ""))


def _decode_latin1(text: str) -> str:
    """Decode a WSGI string: bytes in any encoding, presented as Latin-1."""
    return text if text.isascii() else text.encode("latin-1", "replace").decode("utf-8", "replace")


def hide_secrets_of(environ: Mapping[str, Any], text: str) -> str:
    """Mask the secrets of a WSGI request in a text about it."""
    return hide_secrets(text, request_headers(environ), original_query(environ))


def has_body(environ: Mapping[str, Any]) -> bool:
    """Whether a request has a body; a body of unknown length may be empty."""
    return environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


def has_whole_body(environ: Mapping[str, Any]) -> bool:
    """Whether the body has arrived: servers other than mockrevio's call the app before that."""
    return SERVER in environ or not has_body(environ)
