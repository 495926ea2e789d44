"""A delivery: one notification, or the confirmation of a receiver, on its way to that receiver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mockrevio.documents import Reader, document_error, from_string, integer, list_of, read_bool, read_object
from mockrevio.documents import read_text as text
from mockrevio.errors import DocumentError, Mistake
from mockrevio.revio.fields import MAX_INTEGER
from mockrevio.revio.wire.dates import DATE_EXAMPLE, is_stored_date
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.revio.wire.secrets import CODE_HEADER

RETRY_DELAYS = (10.0, 60.0, 300.0, 1800.0)
"""A: seconds of the world's clock between the attempts of a delivery. After the last one it has failed."""


class Delivery(NamedTuple):
    """A delivery that is still to be made. One without an event confirms its receiver.

    `attempts` counts those that failed, and `next_attempt` is when the next is due; None: now.
    `held` and `lost` are what a fault did to it: it waits for another one to be delivered first, or is not
    sent at all.
    """

    id: int
    webhook_receiver_id: int
    created_date: str
    event_id: int | None = None
    event_type: str | None = None
    object_id: int | None = None
    attempts: int = 0
    next_attempt: str | None = None
    fault: str | None = None
    held: bool = False
    lost: bool = False

    @property
    def is_confirmation(self) -> bool:
        """Whether it carries the confirmation code rather than an event."""
        return self.event_type is None

    def due_in(self, now: datetime) -> float:
        """Seconds until it may be sent; not positive if it may be sent now.

        A wait that is longer than the whole pause means that the clock was set back meanwhile: it is due. The
        pause before a first attempt began when the delivery was created.
        """
        if self.next_attempt is None:
            return 0.0
        due = _parse_moment(self.next_attempt)
        wait = (due - now).total_seconds()
        whole = (due - _parse_moment(self.created_date)).total_seconds()
        longest = RETRY_DELAYS[self.attempts - 1] if self.attempts else whole
        return wait if wait <= longest else 0.0

    def as_document(self) -> dict[str, Any]:
        """The delivery as it is stored, without default values."""
        defaults = self._field_defaults
        return {
            name: value
            for name, value in self._asdict().items()
            if name not in defaults or value != defaults[name]
        }

    def request(self, url: str, code: str = "") -> ApiRequest:
        """The request that delivers it. D: JSON, or the code in its header. A: the names of the members."""
        parts = urlsplit(url)
        if self.is_confirmation:
            headers, body = {CODE_HEADER.lower(): code}, b""
        else:
            names = ("event_id", "event_type", "created_date", "object_id")
            body = encode_json({name: getattr(self, name) for name in names})
            headers = {"content-type": "application/json"}
        return ApiRequest("POST", parts.path or "/", parts.query, headers, body, None, None)


def _parse_moment(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=UTC)


# Deliveries in documents.


def parse_deliveries(value: Any, place: str) -> list[Delivery]:
    """Parse the `deliveries` of a document. Raises DocumentError, which lists every mistake."""
    deliveries = list_of(parse_delivery)(value, place)
    first_use: dict[int, int] = {}
    mistakes = [
        Mistake(f"{place}[{index}].id", f"id {delivery.id} is already used by {place}[{first}]")
        for index, delivery in enumerate(deliveries)
        if (first := first_use.setdefault(delivery.id, index)) != index
    ]
    if mistakes:
        raise DocumentError(mistakes)
    return deliveries


def parse_delivery(value: Any, place: str) -> Delivery:
    """Parse one of them."""
    members = read_object(value, place, _READERS)
    for name in _required(members):
        if name not in members:
            raise document_error(f"{place}.{name}", "is missing")
    return Delivery(**members)


def _required(members: Mapping[str, Any]) -> Sequence[str]:
    required = ("id", "webhook_receiver_id", "created_date")
    return (*required, "event_id", "event_type") if {"event_id", "event_type"} & members.keys() else required


def _parse_stored_date(text: str) -> str:
    if not is_stored_date(text):
        raise ValueError(text)
    return text


_ID = integer(1, MAX_INTEGER)
_DATE: Reader[str] = from_string(_parse_stored_date, f"a date such as {DATE_EXAMPLE}")
_READERS: Mapping[str, Reader[Any]] = {
    "id": _ID,
    "webhook_receiver_id": _ID,
    "created_date": _DATE,
    "event_id": _ID,
    "event_type": text,
    "object_id": lambda value, place: None if value is None else _ID(value, place),
    "attempts": integer(0, len(RETRY_DELAYS)),
    "next_attempt": _DATE,
    "fault": text,
    "held": read_bool,
    "lost": read_bool,
}
