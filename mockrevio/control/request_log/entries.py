"""The entries of the request log: one for each call, from its arrival to its response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from sys import getsizeof
from typing import Any, NamedTuple

from mockrevio.control.faults.decisions import Cause
from mockrevio.control.request_log.trace_context import trace_id_of
from mockrevio.documents import parse_document
from mockrevio.errors import DocumentError
from mockrevio.explanations import Explanation, explanation_as_json
from mockrevio.revio.behaviours import ASSUMED
from mockrevio.revio.wire.dates import format_date
from mockrevio.revio.wire.request import TEXT_OVERHEAD, ApiRequest
from mockrevio.revio.wire.secrets import mask_query

MAX_LOGGED_BODY = 64 * 1024
"""Bytes of a body that an entry shows. Response bodies are stored up to here, request bodies in full."""

_HEADER_OVERHEAD = getsizeof(("", "")) + 2 * TEXT_OVERHEAD
"""Bytes that a header of a response takes in addition to its characters."""

ENTRY_OVERHEAD = 2000
"""About how many bytes an entry uses in addition to its bodies, path and headers."""


class LoggedResponse(NamedTuple):
    """The response to a request; `status` is None if there was none."""

    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    size: int
    connection_fault: str | None = None
    explanation: Explanation | None = None
    """What its X-Mock-Explain header says."""

    @property
    def failed(self) -> bool:
        """Whether the client got an error, no response or a broken one."""
        return self.status is None or self.status >= 400 or self.connection_fault is not None

    def as_json(self) -> dict[str, Any]:
        """The response as the admin API returns it."""
        body = {"status": self.status, "headers": dict(self.headers), **_body_as_json(self.body, self.size)}
        return body if self.connection_fault is None else {**body, "delivered": self.connection_fault}


class Peer(NamedTuple):
    """The address of the client; some servers do not provide the port."""

    host: str
    port: str | None = None

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Peer | None:
        """The client of a WSGI request, if the server names it."""
        host = environ.get("REMOTE_ADDR")
        return cls(host, environ.get("REMOTE_PORT")) if host else None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


@dataclass(eq=False, slots=True)
class LogEntry:
    """One call. `response` and `duration` are None until it has a response.

    `received_at` is mock time, `duration` is in seconds of real time. `receiving` means that the body has not
    arrived completely. Only the RequestLog changes its entries.

    `request` contains secrets: use `masked_request` to show it.
    """

    id: str
    request: ApiRequest
    received_at: datetime
    peer: Peer | None = None
    duration: float | None = None
    response: LoggedResponse | None = None
    causes: Sequence[Cause] = ()
    """The faults that fired."""
    behaviours: Sequence[str] = ()
    error: str | None = None
    receiving: bool = False
    sending: bool = False
    """Whether the response is being sent in chunks."""
    client_left: bool = False
    started: float = 0.0
    """When it arrived, by `real_time.monotonic`."""
    number: int = 0
    """The number of its arrival: that of the first call is 1."""
    size: int = 0
    """About how many bytes of memory it uses, as the log counts them."""
    epoch: object = None
    """Identifies the contents of the log, and changes when it is cleared. None if the entry was evicted."""

    @property
    def fault(self) -> str | None:
        """The faults that fired, in words."""
        return ", ".join(cause.label for cause in self.causes) or None

    @property
    def masked_request(self) -> ApiRequest:
        """The request with its secrets masked. Created on each access, so that the log need not store it."""
        return self.request.masked()

    @property
    def in_progress(self) -> bool:
        """Whether the call has no response yet, or not all of it."""
        return self.response is None or self.sending

    def summary(self) -> dict[str, Any]:
        """The entry in short, without headers and bodies; `query` is the query string."""
        response = self.response  # read once: another thread may set it
        return {
            "id": self.id,
            "at": format_date(self.received_at),
            "client": self.request.client,
            "method": self.request.method,
            "path": self.request.path,
            "query": mask_query(self.request.query_string),
            "status": None if response is None else response.status,
            "delivered": None if response is None else response.connection_fault,
            "duration_ms": None if response is None else _milliseconds(self.duration),
            "fault": self.fault,
            "explain": None if response is None else response.explanation,
            "assumed": [] if response is None else [name for name in self.behaviours if name in ASSUMED],
            "client_left": self.client_left,
            "in_progress": response is None or self.sending,
        }

    def as_json(self) -> dict[str, Any]:
        """The entry as the admin API returns it."""
        response = self.response  # read once: another thread may set it
        answered = response is not None
        request = self.masked_request
        return {
            "id": self.id,
            "at": format_date(self.received_at),
            "peer": None if self.peer is None else str(self.peer),
            "client": request.client,
            "login": request.login,
            "trace_id": trace_id_of(request.headers),
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": dict(request.headers),
            **_body_as_json(request.body[:MAX_LOGGED_BODY], len(request.body)),
            "json": _parse_json(request.body),
            "response": response.as_json() if response is not None else None,
            "duration_ms": _milliseconds(self.duration) if answered else None,
            "client_left": self.client_left,
            "fault": self.fault,
            **_explanation_as_json(response),
            "behaviours": list(self.behaviours) if answered else [],
            "error": self.error,
        }


def _milliseconds(duration: float | None) -> float | None:
    return None if duration is None else round(duration * 1000, 3)


def _explanation_as_json(response: LoggedResponse | None) -> dict[str, Any]:
    explanation = None if response is None else response.explanation
    return {"explain": explanation, **explanation_as_json(explanation)}


def request_size(request: ApiRequest) -> int:
    """About how many bytes of memory a request uses in the log."""
    return ENTRY_OVERHEAD + request.memory_size


def response_size(response: LoggedResponse, error: str | None) -> int:
    """About how many bytes of memory a response uses in the log, with the traceback of an internal error."""
    headers = response.headers
    size = getsizeof(headers) + len(headers) * _HEADER_OVERHEAD
    size += len("".join(chain.from_iterable(headers)))  # faster than adding the lengths
    size += len(response.body)
    if response.explanation is not None:
        size += getsizeof(response.explanation)
    return size if error is None else size + getsizeof(error)


def _body_as_json(data: bytes, size: int) -> dict[str, Any]:
    body: dict[str, Any] = {"body": data.decode("utf-8", "replace") if data else None}
    if size > len(data):
        body["body_truncated"] = f"{len(data)} of {size} bytes"
    return body


def _parse_json(data: bytes) -> Any:
    """The body parsed as JSON; None if it is too large or not JSON."""
    if len(data) > MAX_LOGGED_BODY:
        return None
    try:
        return parse_document(data, "body")
    except DocumentError:
        return None
