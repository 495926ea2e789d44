"""Conversion between client codes and the names of worlds and their files, safe on every operating system."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_UNESCAPED = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")
_RESERVED = re.compile(r"default|con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""The name of the world that all client codes share, and the names that Windows reserves."""


def world_name(client: str) -> str:
    """The name of a client code's world: `acme` for acme, `%41cme` for Acme.

    Uppercase letters are escaped, because some file systems are case-insensitive.
    """
    escaped = [chr(byte) if byte in _UNESCAPED else f"%{byte:02x}" for byte in client.encode("utf-8")]
    if _RESERVED.fullmatch(client):
        escaped[0] = f"%{ord(client[0]):02x}"
    return "".join(escaped)


def client_code_of(name: str) -> str | None:
    """The client code whose world has this name; None if `world_name` never returns the name."""
    try:
        client = unquote_to_bytes(name).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return client if client and world_name(client) == name else None
