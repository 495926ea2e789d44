"""Salted hashes of secrets, for secrets that only need to be compared."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

_PREFIX = "sha256:"
_HASH = re.compile(r"sha256:(?P<salt>[0-9a-f]{1,64}):(?P<digest>[0-9a-f]{64})", re.ASCII)
HASH_FORM = "sha256:SALT:HEX"


class MalformedHash(ValueError):
    """A text that starts like a hash, but is invalid."""

    hint = f"a hash is {HASH_FORM}, with a hexadecimal salt and 64 hexadecimal digits"


def hash_secret(text: str) -> str:
    """The hash of a secret as `sha256:SALT:HEX`; a hash is returned unchanged. Raises MalformedHash.

    The salt is derived from the secret. So the same secret always has the same hash, and setting it again
    does not show up as a change in a snapshot or in version control.
    """
    if text.startswith(_PREFIX):
        if not _HASH.fullmatch(text):
            raise MalformedHash(text)
        return text
    salt = _digest("mockrevio", text)[:16]
    return f"{_PREFIX}{salt}:{_digest(salt, text)}"


def verify_secret(hashed: str, text: str) -> bool:
    """Whether a text is the secret with this hash, in constant time."""
    match = _HASH.fullmatch(hashed)
    if match is None:
        raise MalformedHash(hashed)
    return hmac.compare_digest(match["digest"], _digest(match["salt"], text))


def _digest(salt: str, text: str) -> str:
    return hmac.new(salt.encode(), text.encode("utf-8", "surrogatepass"), sha256).hexdigest()
