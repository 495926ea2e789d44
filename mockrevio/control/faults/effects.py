"""The effects of faults: another response, a delay, a connection fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Literal, NamedTuple, Protocol

from mockrevio.control.faults.presets import PRESETS, status_response
from mockrevio.documents import (
    Reader,
    document_error,
    from_string,
    integer,
    mapping_of,
    one_of,
    read_object,
    read_text,
)
from mockrevio.quantities import DURATION_FORMAT, Latency, parse_duration
from mockrevio.revio.webhooks.delivery_faults import DELIVERY_FAULTS, DeliveryFaultKind
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.revio.wire.gateway_responses import JSON, RawResponse
from mockrevio.scheduling import Wait

ConnectionFaultKind = Literal["reset", "empty", "truncate", "garbage", "hang", "drip"]
CONNECTION_FAULTS: Mapping[ConnectionFaultKind, str] = {
    "reset": "connection reset",
    "empty": "connection closed without a response",
    "truncate": "response cut off",
    "garbage": "bytes that are not HTTP",
    "hang": "no response",
}
"""The values of `connection`, with what the client sees."""

TEXT = "text/plain; charset=utf-8"
MAX_CHUNKS = 10_000

CONNECTION_FAULT_KEY = "mockrevio.connection_fault"
"""WSGI environment key under which the app passes a ConnectionFault to mockrevio's server."""


class SentCallback(Protocol):
    """What is called once a response is out."""

    def __call__(self, *, complete: bool) -> None: ...


class ConnectionFault(NamedTuple):
    """How the connection fails, or how slowly the body drips: in `chunks` pieces over `seconds`.

    When `release_wait` is over, the rest of a drip is sent immediately, or the connection is closed.
    `on_sent` is called after the last chunk, or with `complete=False` if the client has left before.
    """

    kind: ConnectionFaultKind
    chunks: int = 0
    seconds: float = 0.0
    release_wait: Wait | None = None
    on_sent: SentCallback | None = None


class Effect(NamedTuple):
    """What a fault does, parsed from its JSON `document`.

    `response` builds the response that replaces Rev.io's, given the world's error shape;
    `connection_fault` breaks the connection or makes the body drip. A fault with neither only adds
    `latency`. One with `delivery` applies to a notification instead, which is `latency` late if it is late.
    """

    document: Mapping[str, Any]
    latency: Latency | None = None
    response: Callable[[str], RawResponse] | None = None
    connection_fault: ConnectionFault | None = None
    delivery: DeliveryFaultKind | None = None

    @property
    def kind(self) -> str:
        """What it does, in a word: the connection fault, `drip`, the preset, `status`, or `latency`."""
        if self.connection_fault is not None:
            return self.connection_fault.kind
        if self.delivery is not None:
            return self.delivery
        return "latency" if self.response is None else str(self.document.get("preset", "status"))

    @property
    def is_final(self) -> bool:
        """Whether no later rule is checked once this one fired: true unless it only adds latency."""
        return self.response is not None or self.connection_fault is not None

    @property
    def hangs(self) -> bool:
        """Whether it holds the request until the client gives up."""
        return self.connection_fault is not None and self.connection_fault.kind == "hang"

    @property
    def prevents_request(self) -> bool:
        """Whether a request is not carried out if this effect applies before the commit.

        A drip alone slows the real response, so it needs the request to be carried out.
        """
        return self.response is not None or (
            self.connection_fault is not None and self.connection_fault.kind != "drip"
        )


def parse_effect(value: Any, place: str) -> Effect:
    """Parse an effect from JSON. Raises DocumentError, which lists every mistake with its place."""
    parts = read_object(value, place, _READERS)
    _check_combination(parts, place)
    return Effect(
        value,
        parts.get("latency"),
        _parse_response(parts),
        _parse_connection_fault(parts),
        parts.get("delivery"),
    )


def _check_combination(parts: Mapping[str, Any], place: str) -> None:
    """Raise DocumentError if the effect is empty or its parts contradict each other."""
    for first, second in (("status", "preset"), ("connection", "drip")):
        if first in parts and second in parts:
            raise document_error(place, f"{first} and {second} cannot be combined; remove one")
    for name in ("body", "headers"):
        if name in parts and "status" not in parts:
            raise document_error(
                f"{place}.{name}", f"is only allowed with status; add status or remove {name}"
            )
    if parts.get("connection") not in (None, "truncate") and ("status" in parts or "preset" in parts):
        part = "status" if "status" in parts else "preset"
        raise document_error(
            place, f"connection {parts['connection']} sends no response; remove {part} or use truncate"
        )
    if "delivery" in parts:
        _check_delivery(parts, place)
    if not parts:
        raise document_error(place, f"is empty; add at least one of {', '.join(_READERS)}")


def _check_delivery(parts: Mapping[str, Any], place: str) -> None:
    """Raise DocumentError if an effect on notifications has parts that only make sense for another one."""
    for name in parts:
        if name not in ("delivery", "latency"):
            message = f"delivery applies to notifications, {name} to calls; use two rules, or remove one"
            raise document_error(place, message)
    if parts["delivery"] == "late" and "latency" not in parts:
        message = 'is missing; delivery late requires it: {"delivery": "late", "latency": "30s"}'
        raise document_error(f"{place}.latency", message)
    if parts["delivery"] != "late" and "latency" in parts:
        message = f"is only allowed with delivery late, not with {parts['delivery']}"
        raise document_error(f"{place}.latency", message)


def _parse_response(parts: Mapping[str, Any]) -> Callable[[str], RawResponse] | None:
    if "preset" in parts:
        return PRESETS[parts["preset"]].respond
    if "status" not in parts:
        return None
    status, headers = parts["status"], parts.get("headers", {})
    if "body" not in parts:
        return lambda shape: _with_headers(status_response(status, shape), headers)
    body = parts["body"]
    content_type, data = (TEXT, _utf8(body)) if isinstance(body, str) else (JSON, encode_json(body))
    response = _with_headers(RawResponse(status, (("Content-Type", content_type),), data), headers)
    return lambda _: response


def _utf8(body: str) -> bytes:
    """Encode text, replacing lone surrogates: JSON allows \\ud800, UTF-8 does not."""
    return body.encode("utf-8", "replace")


def _with_headers(response: RawResponse, headers: Mapping[str, str]) -> RawResponse:
    overridden = {name.lower() for name in headers}
    kept = [(name, value) for name, value in response.headers if name.lower() not in overridden]
    return response._replace(headers=(*kept, *headers.items()))


def _parse_connection_fault(parts: Mapping[str, Any]) -> ConnectionFault | None:
    if "connection" in parts:
        return ConnectionFault(parts["connection"])
    return parts.get("drip")


def _parse_any(value: Any, place: str) -> Any:
    del place
    return value


def _parse_header_value(value: Any, place: str) -> str:
    text = str(value) if type(value) is int else read_text(value, place)
    if not text.isprintable() or not text.isascii():
        raise document_error(place, f"must be printable ASCII text, not {value!r}")
    return text


def _parse_headers(value: Any, place: str) -> dict[str, str]:
    headers = mapping_of(_parse_header_value)(value, place)
    for name in headers:
        if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
            raise document_error(
                f"{place}.{name}", "is not a valid header name; use ASCII letters, digits, - and _"
            )
        if name.lower() in ("content-length", "transfer-encoding", "connection"):
            raise document_error(
                f"{place}.{name}", "is set by the server; to break the framing, use a connection fault"
            )
    return headers


def _parse_drip(value: Any, place: str) -> ConnectionFault:
    parts = read_object(value, place, {"chunks": integer(1, MAX_CHUNKS), "over": _DURATION})
    missing = {"chunks", "over"} - set(parts)
    if missing:
        raise document_error(
            f"{place}.{min(missing)}", 'is missing; a drip has both parts: {"chunks": 5, "over": "2s"}'
        )
    return ConnectionFault("drip", parts["chunks"], parts["over"])


def _parse_status(value: Any, place: str) -> int:
    status = integer(200, 599)(value, place)
    if status not in {known.value for known in HTTPStatus} and status < 400:
        raise document_error(place, f"must be an HTTP status, not {status}")
    return status


_DURATION: Reader[float] = from_string(parse_duration, DURATION_FORMAT)
_READERS: Mapping[str, Reader[Any]] = {
    "status": _parse_status,
    "body": _parse_any,
    "headers": _parse_headers,
    "preset": one_of(tuple(PRESETS)),
    "latency": from_string(Latency.parse, Latency.FORMAT),
    "connection": one_of(CONNECTION_FAULTS),
    "drip": _parse_drip,
    "delivery": one_of(DELIVERY_FAULTS),
}
