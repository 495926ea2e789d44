"""What a fault does to a call: another answer, a delay, a broken delivery."""

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
from mockrevio.quantities import DURATION_FORM, Latency, parse_duration
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.revio.wire.gateway_responses import JSON, RawResponse

Kind = Literal["reset", "empty", "truncate", "garbage", "hang", "drip"]
CONNECTION_FAULTS: Mapping[Kind, str] = {
    "reset": "connection reset",
    "empty": "connection closed without a response",
    "truncate": "response cut off",
    "garbage": "bytes that are not HTTP",
    "hang": "no response",
}
"""The values of `connection`, each with what the client meets."""

TEXT = "text/plain; charset=utf-8"
MAX_CHUNKS = 10_000

CONNECTION_FAULT_KEY = "mockrevio.delivery"
"""Where in a WSGI environment the app tells mockrevio's server how an answer is to be delivered."""

DELAYER_KEY = "mockrevio.patience"
"""Where mockrevio's server gives the app a way to hold a call back; no other server does."""


class Delayer(Protocol):
    """Holds a call back."""

    def wait(self, seconds: float) -> bool:
        """Wait that long; True, and earlier, where waiting serves nobody any more."""


class ConnectionFault(NamedTuple):
    """How an answer reaches the client, where that is not the ordinary way. `seconds` is in seconds."""

    kind: Kind
    chunks: int = 0
    seconds: float = 0.0


class Effect(NamedTuple):
    """What a fault does, as read from its JSON `document`.

    `response` makes the answer that is given instead of Rev.io's, for the world's error shape; `connection_fault`
    breaks the connection or lets the body drip. A fault that has neither adds `latency` and nothing else.
    """

    document: Mapping[str, Any]
    latency: Latency | None = None
    response: Callable[[str], RawResponse] | None = None
    connection_fault: ConnectionFault | None = None

    @property
    def is_final(self) -> bool:
        """Whether no later rule is asked once this one fired: so it is unless it only adds latency."""
        return self.response is not None or self.connection_fault is not None

    @property
    def prevents_call(self) -> bool:
        """Whether the call is not carried out, where the phase is before the commit.

        A body that merely drips in is that of the call's own answer, so the call is carried out.
        """
        return self.response is not None or (
            self.connection_fault is not None and self.connection_fault.kind != "drip"
        )


def parse_effect(value: Any, place: str) -> Effect:
    """An effect from its JSON; DocumentError names every mistake with its place."""
    found = read_object(value, place, _READERS)
    _check_combination(found, place)
    return Effect(value, found.get("latency"), _parse_response(found), _parse_connection_fault(found))


def _check_combination(found: Mapping[str, Any], place: str) -> None:
    """Refuse parts that contradict each other, and an effect without any."""
    for first, second in (("status", "preset"), ("connection", "drip")):
        if first in found and second in found:
            raise document_error(place, f"{first} and {second} exclude each other")
    for name in ("body", "headers"):
        if name in found and "status" not in found:
            raise document_error(f"{place}.{name}", "goes with status alone")
    if found.get("connection") not in (None, "truncate") and ("status" in found or "preset" in found):
        answer = "status" if "status" in found else "preset"
        raise document_error(place, f"a connection that is {found['connection']} delivers no {answer}")
    if not found:
        raise document_error(place, f"does nothing; give some of {', '.join(_READERS)}")


def _parse_response(found: Mapping[str, Any]) -> Callable[[str], RawResponse] | None:
    if "preset" in found:
        return PRESETS[found["preset"]].respond
    if "status" not in found:
        return None
    status, headers = found["status"], found.get("headers", {})
    if "body" not in found:
        return lambda shape: _with_headers(status_response(status, shape), headers)
    body = found["body"]
    content_type, data = (TEXT, _utf8(body)) if isinstance(body, str) else (JSON, encode_json(body))
    reply = _with_headers(RawResponse(status, (("Content-Type", content_type),), data), headers)
    return lambda _: reply


def _utf8(body: str) -> bytes:
    """Text as bytes; JSON's \\ud800 alone is a character that no text can be sent with."""
    return body.encode("utf-8", "replace")


def _with_headers(reply: RawResponse, headers: Mapping[str, str]) -> RawResponse:
    overridden = {name.lower() for name in headers}
    kept = [(name, value) for name, value in reply.headers if name.lower() not in overridden]
    return reply._replace(headers=(*kept, *headers.items()))


def _parse_connection_fault(found: Mapping[str, Any]) -> ConnectionFault | None:
    if "connection" in found:
        return ConnectionFault(found["connection"])
    return found.get("drip")


def _parse_any(value: Any, place: str) -> Any:
    del place
    return value


def _parse_header_value(value: Any, place: str) -> str:
    line = str(value) if type(value) is int else read_text(value, place)
    if not line.isprintable() or not line.isascii():
        raise document_error(place, f"must be printable ASCII text, not {value!r}")
    return line


def _parse_headers(value: Any, place: str) -> dict[str, str]:
    found = mapping_of(_parse_header_value)(value, place)
    for name in found:
        if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
            raise document_error(f"{place}.{name}", "is no name of a header")
        if name.lower() in ("content-length", "transfer-encoding", "connection"):
            raise document_error(
                f"{place}.{name}", "is the server's to set; connection faults break the framing"
            )
    return found


def _parse_drip(value: Any, place: str) -> ConnectionFault:
    found = read_object(value, place, {"chunks": integer(1, MAX_CHUNKS), "over": _DURATION})
    missing = {"chunks", "over"} - set(found)
    if missing:
        raise document_error(f"{place}.{min(missing)}", "is missing; a drip has chunks (5) and over (2s)")
    return ConnectionFault("drip", found["chunks"], found["over"])


def _parse_status(value: Any, place: str) -> int:
    status = integer(200, 599)(value, place)
    if status not in {each.value for each in HTTPStatus} and status < 400:
        raise document_error(place, f"must be a status of HTTP, not {status}")
    return status


_DURATION: Reader[float] = from_string(parse_duration, DURATION_FORM)
_READERS: Mapping[str, Reader[Any]] = {
    "status": _parse_status,
    "body": _parse_any,
    "headers": _parse_headers,
    "preset": one_of(tuple(PRESETS)),
    "latency": from_string(Latency.read, Latency.FORM),
    "connection": one_of(CONNECTION_FAULTS),
    "drip": _parse_drip,
}
