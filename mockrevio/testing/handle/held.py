"""What the parts of a `MockRevio` share."""

from __future__ import annotations

from collections.abc import Iterable
from reprlib import Repr
from typing import Any

from mockrevio.errors import MockrevioError
from mockrevio.testing.handle.admin_client import AdminClient

__tracebackhide__ = True  # a failure points at the line of the test


class Held:
    """A part of a mock. Two are equal if they are the same part of the same mock."""

    def __init__(self, admin_client: AdminClient) -> None:
        self._admin_client = admin_client

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._admin_client is other._admin_client

    def __hash__(self) -> int:
        return hash((type(self), id(self._admin_client)))

    def __repr__(self) -> str:
        try:
            contents = self._describe()
        except MockrevioError as error:  # the mock has stopped
            contents = f"not available: {error}"
        return f"<{type(self).__name__}: {contents}>"

    def _describe(self) -> str:
        """What there is in it, in short."""
        raise NotImplementedError

    def __dir__(self) -> Iterable[str]:
        return public_names(super().__dir__())


def public_names(names: Iterable[str]) -> list[str]:
    """The names without those that begin with a single underscore."""
    return [name for name in names if name.startswith("__") or not name.startswith("_")]


class _ShortRepr(Repr):
    """Shows enough of a record to recognize it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxdict = self.maxlist = 8
        self.maxstring = self.maxother = 60

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """A record, whose fields keep their order."""
        shown = [
            f"{self.repr1(name, level - 1)}: {self.repr1(value, level - 1)}"
            for name, value in [*x.items()][: self.maxdict]
        ]
        return f"{{{', '.join([*shown, *(['...'] if len(x) > self.maxdict else [])])}}}"


short_repr = _ShortRepr().repr
