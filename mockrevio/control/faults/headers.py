"""Per-request faults, set by the headers `X-Mock-Fault: status=503` and `X-Mock-Latency: 500ms`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from mockrevio.control.faults.effects import Effect, parse_effect
from mockrevio.control.faults.specification import PHASES, Phase
from mockrevio.documents import Reader, document_error, from_string, one_of, read_object
from mockrevio.quantities import Latency

FAULT_HEADER = "X-Mock-Fault"
LATENCY_HEADER = "X-Mock-Latency"
_FAULT, _LATENCY = FAULT_HEADER.lower(), LATENCY_HEADER.lower()
_EFFECTS = ("status", "preset", "connection")


class PerRequestFault(NamedTuple):
    """The fault that a request sets for itself. Its effect takes precedence over all rules."""

    effect: Effect | None
    phase: Phase
    latency: Latency | None


def parse_fault_headers(headers: Mapping[str, str]) -> PerRequestFault | None:
    """Parse the per-request fault from headers with lowercase names; None if there is none.

    `X-Mock-Fault` has one of `status=503`, `preset=rate_limited` and `connection=reset`, optionally
    followed by `; phase=after_commit`. Raises DocumentError if a header is invalid.
    """
    fault, latency = headers.get(_FAULT), headers.get(_LATENCY)
    if fault is None and latency is None:
        return None
    effect, phase = (None, PHASES[0]) if fault is None else _parse_fault(fault)
    return PerRequestFault(
        effect, phase, None if latency is None else _parse_latency(latency, LATENCY_HEADER)
    )


def _parse_fault(text: str) -> tuple[Effect, Phase]:
    document: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = (token.strip() for token in part.partition("="))
        if not equals or not value or name in document:
            raise document_error(
                FAULT_HEADER,
                f"must look like status=503 or connection=reset; phase=after_commit, not {text!r}",
            )
        document[name] = value
    parts = read_object(document, FAULT_HEADER, _READERS)
    phase = cast(Phase, parts.pop("phase", PHASES[0]))
    if len(parts) != 1:
        raise document_error(FAULT_HEADER, f"must have exactly one of {', '.join(_EFFECTS)}, not {text!r}")
    return parse_effect(parts, FAULT_HEADER), phase


def _parse_status(value: Any, place: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) == 3):
        raise document_error(place, f"must be a status from 200 to 599, not {value!r}")
    return int(value)


def _pass_through(value: Any, place: str) -> Any:
    del place
    return value


_parse_latency: Reader[Latency] = from_string(Latency.parse, Latency.FORMAT)
_READERS: Mapping[str, Reader[Any]] = {
    "status": _parse_status,
    "preset": _pass_through,
    "connection": _pass_through,
    "phase": one_of(PHASES),
}
