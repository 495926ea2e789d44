"""What a proxy does with the exchanges that it sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from mockrevio.contract.record.exchange import Exchange
from mockrevio.contract.record.headers import Headers


class Output(Protocol):
    """Looks at exchanges, from any thread, and writes what it made of them."""

    @property
    def status(self) -> int:
        """The exit status of the command, as far as this decides it."""

    def __call__(self, exchange: Exchange, /) -> Headers:
        """Look at an exchange. Returns headers to add to the response."""

    def save(self) -> None:
        """Write what is new. Raises StorageError."""

    def summary(self) -> Iterator[str]:
        """Lines to print at the end."""
