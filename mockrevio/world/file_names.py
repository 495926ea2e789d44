"""Client codes as names of worlds and their files, on every operating system, and back."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_UNESCAPED = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
_RESERVED = re.compile(r"default|con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""The world that all share, and the names that Windows keeps for itself."""


def world_name(client: str) -> str:
    """The name of a client code's world: `acme`, and `%41cme` for Acme.

    Capitals are escaped, since some file systems do not tell them from small letters.
    """
    escaped = [chr(byte) if byte in _UNESCAPED else f"%{byte:02x}" for byte in client.encode("utf-8")]
    if _RESERVED.fullmatch(client):
        escaped[0] = f"%{ord(client[0]):02x}"
    return "".join(escaped)


def client_code_of(name: str) -> str | None:
    """The client code whose world has this name; None for a name that `world_name` gives to nobody."""
    try:
        client = unquote_to_bytes(name).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return client if client and world_name(client) == name else None
