"""When the worlds were last used, so that abandoned ones can make room."""

from __future__ import annotations

from collections.abc import Iterable

from mockrevio import real_time


class LastUses:
    """When each client code last used its world. Methods may be called from any thread."""

    def __init__(self, idle_timeout: float) -> None:
        """A world is abandoned if nobody has used it for `idle_timeout` seconds."""
        self._idle_timeout = idle_timeout
        self._used_at: dict[str, float] = {}

    def note(self, client: str) -> None:
        """A client code uses its world."""
        self._used_at[client] = real_time.monotonic()

    def forget(self, client: str) -> None:
        """A client code has no world any more."""
        self._used_at.pop(client, None)

    def longest_abandoned(self, clients: Iterable[str]) -> str | None:
        """Of these client codes, the one with the earliest last use; None if no world is abandoned."""
        earliest = min(clients, key=self._last_use, default=None)
        if earliest is None or real_time.monotonic() - self._last_use(earliest) < self._idle_timeout:
            return None
        return earliest

    def _last_use(self, client: str) -> float:
        return self._used_at.get(client, 0.0)
