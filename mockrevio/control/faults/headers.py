"""Faults that one call asks for itself: `X-Mock-Fault: status=503`, `X-Mock-Latency: 500ms`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from mockrevio.control.faults.effects import Effect, parse_effect
from mockrevio.control.faults.specification import PHASES, Phase
from mockrevio.documents import Reader, document_error, from_string, one_of, read_object
from mockrevio.quantities import Latency

FAULT_HEADER = "X-Mock-Fault"
LATENCY_HEADER = "X-Mock-Latency"
_KINDS = ("status", "preset", "connection")


class PerRequestFault(NamedTuple):
    """What a call asks for: it comes before every rule, and counts for none."""

    effect: Effect | None
    phase: Phase
    latency: Latency | None


def parse_fault_headers(headers: Mapping[str, str]) -> PerRequestFault | None:
    """What a call's headers (named in lower case) ask for; None where they ask for nothing.

    `X-Mock-Fault` holds one of `status=503`, `preset=rate_limited` and `connection=reset`, and behind a
    semicolon `phase=after_commit` if wanted. Raises DocumentError for a header that cannot be read.
    """
    fault, latency = headers.get(FAULT_HEADER.lower()), headers.get(LATENCY_HEADER.lower())
    if fault is None and latency is None:
        return None
    effect, phase = (None, PHASES[0]) if fault is None else _parse_fault(fault)
    return PerRequestFault(
        effect, phase, None if latency is None else _parse_latency(latency, LATENCY_HEADER)
    )


def _parse_fault(text: str) -> tuple[Effect, Phase]:
    given: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = (each.strip() for each in part.partition("="))
        if not equals or not value or name in given:
            raise document_error(
                FAULT_HEADER, f"must be like status=503 or connection=reset; phase=after_commit, not {text!r}"
            )
        given[name] = value
    found = read_object(given, FAULT_HEADER, _READERS)
    phase = cast(Phase, found.pop("phase", PHASES[0]))
    if len(found) != 1:
        raise document_error(FAULT_HEADER, f"must have exactly one of {', '.join(_KINDS)}, not {text!r}")
    return parse_effect(found, FAULT_HEADER), phase


def _parse_status(value: Any, place: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) == 3):
        raise document_error(place, f"must be a status from 200 to 599, not {value!r}")
    return int(value)


def _pass_through(value: Any, place: str) -> Any:
    del place
    return value


_parse_latency: Reader[Latency] = from_string(Latency.read, Latency.FORM)
_READERS: Mapping[str, Reader[Any]] = {
    "status": _parse_status,
    "preset": _pass_through,
    "connection": _pass_through,
    "phase": one_of(PHASES),
}
