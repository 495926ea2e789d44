"""Salted hashes of secrets: what is kept and shown of a secret that others only have to be compared with."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

_PREFIX = "sha256:"
_HASH = re.compile(r"sha256:(?P<salt>[0-9a-f]{1,64}):(?P<digest>[0-9a-f]{64})", re.ASCII)
HASH_FORM = "sha256:SALT:HEX"


class MalformedHash(ValueError):
    """A text that begins as a hash, and is none."""

    hint = f"after {_PREFIX} come a salt and 64 digits, both hexadecimal: {HASH_FORM}"


def hash_secret(text: str) -> str:
    """The hash of a secret as `sha256:SALT:HEX`; a hash is returned as it is. Raises MalformedHash.

    The salt is derived from the secret. So a secret that is set again, in another process too, does not look
    like a change in a snapshot or in a fixture under version control.
    """
    if text.startswith(_PREFIX):
        if not _HASH.fullmatch(text):
            raise MalformedHash(text)
        return text
    salt = _digest("mockrevio", text)[:16]
    return f"{_PREFIX}{salt}:{_digest(salt, text)}"


def verify_secret(hashed: str, text: str) -> bool:
    """Whether a text is the secret of this hash. Takes as long for every text."""
    match = _HASH.fullmatch(hashed)
    if match is None:
        raise MalformedHash(hashed)
    return hmac.compare_digest(match["digest"], _digest(match["salt"], text))


def _digest(salt: str, text: str) -> str:
    return hmac.new(salt.encode(), text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
