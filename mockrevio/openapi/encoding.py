"""Documents as text: the same bytes each time, so that a diff shows what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.documents import dump_document


def encode(document: Mapping[str, Any]) -> bytes:
    """A document as JSON. An object without objects or lists in it is one line."""
    return dump_document(document).encode("ascii")
