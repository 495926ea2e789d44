"""What a fault does to a call: another answer, a delay, a broken delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Literal, NamedTuple, Protocol

from mockrevio.control.faults.presets import PRESETS, status_reply
from mockrevio.documents import Reader, named, one_of, parts, spelled, text, whole, wrong
from mockrevio.quantities import DURATION_FORM, Latency, read_duration
from mockrevio.revio.wire.envelopes import to_json
from mockrevio.revio.wire.gateway_responses import JSON, Reply

Kind = Literal["reset", "empty", "truncate", "garbage", "hang", "drip"]
CONNECTIONS: tuple[Kind, ...] = ("reset", "empty", "truncate", "garbage", "hang")
TEXT = "text/plain; charset=utf-8"
MOST_CHUNKS = 10_000

DELIVERY = "mockrevio.delivery"
"""Where in a WSGI environment the app tells mockrevio's server how an answer is to be delivered."""

PATIENCE = "mockrevio.patience"
"""Where mockrevio's server gives the app a way to hold a call back; no other server does."""


class Patience(Protocol):
    """Holds a call back."""

    def wait(self, seconds: float) -> bool:
        """Wait that long; True, and earlier, where waiting serves nobody any more."""


class Delivery(NamedTuple):
    """How an answer reaches the client, where that is not the ordinary way. `over` is in seconds."""

    kind: Kind
    chunks: int = 0
    over: float = 0.0


class Effect(NamedTuple):
    """What a fault does, as read from its JSON `document`.

    `reply` makes the answer that is given instead of Rev.io's, for the world's error shape; `delivery`
    breaks the connection or lets the body drip. A fault that has neither adds `latency` and nothing else.
    """

    document: Mapping[str, Any]
    latency: Latency | None = None
    reply: Callable[[str], Reply] | None = None
    delivery: Delivery | None = None

    @property
    def decides(self) -> bool:
        """Whether no later rule is asked once this one fired: so it is unless it only adds latency."""
        return self.reply is not None or self.delivery is not None

    @property
    def hinders(self) -> bool:
        """Whether the call is not carried out, where the phase is before the commit.

        A body that merely drips in is that of the call's own answer, so the call is carried out.
        """
        return self.reply is not None or (self.delivery is not None and self.delivery.kind != "drip")


def read_effect(value: Any, place: str) -> Effect:
    """An effect from its JSON; DocumentError names every mistake with its place."""
    found = parts(value, place, _READERS)
    _check_company(found, place)
    return Effect(value, found.get("latency"), _reply(found), _delivery(found))


def _check_company(found: Mapping[str, Any], place: str) -> None:
    """Refuse parts that contradict each other, and an effect without any."""
    for first, second in (("status", "preset"), ("connection", "drip")):
        if first in found and second in found:
            raise wrong(place, f"{first} and {second} exclude each other")
    for name in ("body", "headers"):
        if name in found and "status" not in found:
            raise wrong(f"{place}.{name}", "goes with status alone")
    if found.get("connection") not in (None, "truncate") and ("status" in found or "preset" in found):
        answer = "status" if "status" in found else "preset"
        raise wrong(place, f"a connection that is {found['connection']} delivers no {answer}")
    if not found:
        raise wrong(place, f"does nothing; give some of {', '.join(_READERS)}")


def _reply(found: Mapping[str, Any]) -> Callable[[str], Reply] | None:
    if "preset" in found:
        return PRESETS[found["preset"]]
    if "status" not in found:
        return None
    status, given = found["status"], found.get("headers", {})
    if "body" not in found:
        return lambda shape: _with_headers(status_reply(status, shape), given)
    body = found["body"]
    content_type, data = (TEXT, _utf8(body)) if isinstance(body, str) else (JSON, to_json(body))
    reply = _with_headers(Reply(status, (("Content-Type", content_type),), data), given)
    return lambda _: reply


def _utf8(body: str) -> bytes:
    """Text as bytes; JSON's \\ud800 alone is a character that no text can be sent with."""
    return body.encode("utf-8", "replace")


def _with_headers(reply: Reply, given: Mapping[str, str]) -> Reply:
    taken = {name.lower() for name in given}
    kept = [(name, value) for name, value in reply.headers if name.lower() not in taken]
    return reply._replace(headers=(*kept, *given.items()))


def _delivery(found: Mapping[str, Any]) -> Delivery | None:
    if "connection" in found:
        return Delivery(found["connection"])
    return found.get("drip")


def _any_json(value: Any, place: str) -> Any:
    del place
    return value


def _header_text(value: Any, place: str) -> str:
    line = str(value) if type(value) is int else text(value, place)
    if not line.isprintable() or not line.isascii():
        raise wrong(place, f"must be printable ASCII text, not {value!r}")
    return line


def _headers(value: Any, place: str) -> dict[str, str]:
    found = named(_header_text)(value, place)
    for name in found:
        if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
            raise wrong(f"{place}.{name}", "is no name of a header")
        if name.lower() in ("content-length", "transfer-encoding", "connection"):
            raise wrong(f"{place}.{name}", "is the server's to set; connection faults break the framing")
    return found


def _drip(value: Any, place: str) -> Delivery:
    found = parts(value, place, {"chunks": whole(1, MOST_CHUNKS), "over": _DURATION})
    missing = {"chunks", "over"} - set(found)
    if missing:
        raise wrong(f"{place}.{min(missing)}", "is missing; a drip has chunks (5) and over (2s)")
    return Delivery("drip", found["chunks"], found["over"])


def _status(value: Any, place: str) -> int:
    status = whole(200, 599)(value, place)
    if status not in {each.value for each in HTTPStatus} and status < 400:
        raise wrong(place, f"must be a status of HTTP, not {status}")
    return status


_DURATION: Reader[float] = spelled(read_duration, DURATION_FORM)
_READERS: Mapping[str, Reader[Any]] = {
    "status": _status,
    "body": _any_json,
    "headers": _headers,
    "preset": one_of(tuple(PRESETS)),
    "latency": spelled(Latency.read, Latency.FORM),
    "connection": one_of(CONNECTIONS),
    "drip": _drip,
}
