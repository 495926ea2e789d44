"""The trace that a request belongs to, as its client says in the header `traceparent` (W3C Trace Context)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")


def trace_id_of(headers: Mapping[str, str]) -> str | None:
    """The trace id of a request; None if it names none or its header is invalid. Names are in lowercase.

    Later versions of the standard may add fields, version 00 has none; ff is no version, and an id of zeros
    is none.
    """
    text = headers.get("traceparent")
    match = None if text is None else _TRACEPARENT.fullmatch(text.strip())
    if match is None:
        return None
    version, trace_id, parent_id, more = match.groups()
    if version == "ff" or (version == "00" and more is not None):
        return None
    return None if not (trace_id.strip("0") and parent_id.strip("0")) else trace_id
