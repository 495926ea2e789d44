"""The codes that confirm receivers.

A code is never stored: it is computed from the receiver's record and from a key of the world. So neither the
API nor a state document can show one, and still it is the same after a restart, and for a record that a
state document brings back.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from mockrevio.revio.webhooks import KEYS
from mockrevio.storage import Change, LiveDatabase


class ConfirmationCodes:
    """The confirmation codes of one world."""

    def __init__(self, database: LiveDatabase, seed: int | None) -> None:
        self._database = database
        self._seed = seed
        self._keys = database.live_table(KEYS)

    def code_of(self, receiver: Mapping[str, Any]) -> str:
        """The code of a receiver. Raises StorageError if the world has no key yet and it cannot be stored."""
        identity = [receiver.get(name) for name in ("webhook_receiver_id", "url", "created_date")]
        return hmac.new(self._key(), repr(identity).encode(), sha256).hexdigest()[:32]

    def is_code_of(self, receiver: Mapping[str, Any], code: str) -> bool:
        """Whether this is the code of a receiver."""
        return hmac.compare_digest(self.code_of(receiver).encode(), code.encode("utf-8", "replace"))

    def _key(self) -> bytes:
        """The key, which is made when it is first needed; with a seed it is always the same."""
        with self._database.writing():
            record = self._keys.documents.get(1)
            if record is None:
                key = secrets.token_hex(32) if self._seed is None else f"{self._seed}:webhooks"
                record = {"key": key}
                self._database.commit([("put", KEYS, 1, record)])
        return str(record["key"]).encode("utf-8", "replace")

    def persistent_changes(self) -> list[Change]:
        """What keeps the key when the rest of the world is replaced."""
        return [("put", KEYS, key_id, record) for key_id, record in self._keys.documents.items()]
