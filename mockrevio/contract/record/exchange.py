"""A request that the proxy passed on, with its response, as its recorders see it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

from mockrevio.contract.client import MAX_DEPTH
from mockrevio.contract.record.upstream import MAX_RESPONSE, UpstreamResponse
from mockrevio.documents import exceeds_depth, load_strict_json
from mockrevio.errors import ApiError
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.wire.auth import Caller, parse_authorization
from mockrevio.revio.wire.content_coding import read_decoded
from mockrevio.revio.wire.secrets import is_secret_name


@dataclass(frozen=True)
class Exchange:
    """A request and its response. Header names are in lowercase.

    `target` is the path and the query as the client sent them, `request_body` None if there is none.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    request_body: bytes | None
    response: UpstreamResponse

    @cached_property
    def steps(self) -> list[str] | None:
        """The parts of the path below `/v1`, decoded; None for a path outside. A slash at its end is not
        counted."""
        path = self.target.partition("?")[0]
        start, rest = path[: len(API_PATH)], path[len(API_PATH) :]
        if start.lower() != API_PATH or rest[:1] not in ("", "/"):
            return None
        steps = [_decode(unquote(step, "latin-1")) for step in rest.split("/")[1:]]
        return steps[:-1] if steps and not steps[-1] else steps

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The parameters, as often and in the order as they were sent, without those that are secret."""
        query = self.target.partition("?")[2]
        pairs = parse_qsl(_decode(query), keep_blank_values=True, max_num_fields=None)
        return [(name, text) for name, text in pairs if not is_secret_name(name)]

    @property
    def caller(self) -> Caller | None:
        """Who the Authorization header says the client is."""
        caller = parse_authorization(self.headers.get("authorization"))
        return caller if isinstance(caller, Caller) else None

    @property
    def client(self) -> str | None:
        """The client code."""
        return self.caller.client if self.caller else None

    @cached_property
    def response_headers(self) -> Mapping[str, str]:
        """The headers of the response, names in lowercase."""
        return {name.lower(): value for name, value in self.response.headers}

    @cached_property
    def request_content(self) -> bytes | None:
        """The body of the request, decoded; None if that is impossible."""
        return _decoded(self.request_body or b"", self.headers)

    @cached_property
    def response_content(self) -> bytes | None:
        """The body of the response, decoded; None if that is impossible."""
        return _decoded(self.response.body, self.response_headers)

    @cached_property
    def response_json(self) -> Any:
        """The body of the response as JSON; NOT_JSON if it is anything else."""
        return parse_json(self.response_content)


class _NotJson:
    """What a body is that is no JSON."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_JSON"


NOT_JSON: Any = _NotJson()


def parse_json(content: bytes | None) -> Any:
    """The JSON value in a body, or NOT_JSON."""
    if not content:
        return NOT_JSON
    try:
        value = load_strict_json(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return NOT_JSON
    return NOT_JSON if exceeds_depth(value, MAX_DEPTH) else value


def dump_json(value: Any) -> str:
    """JSON in a form that is the same for the same value."""
    return json.dumps(value, sort_keys=True)


def _decode(text: str) -> str:
    """Bytes as Latin-1, read as UTF-8 where they are."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def _decoded(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    try:
        content = read_decoded(io.BytesIO(body), headers.get("content-encoding", ""), MAX_RESPONSE)
    except ApiError:
        return None
    return content if len(content) <= MAX_RESPONSE else None
