"""Replacing attributes of libraries, and restoring them as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Patches:
    """Attributes that were replaced. `undo` restores them, except where somebody replaced them since."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any, Any]] = []
        self._makers: dict[tuple[Any, str], Callable[[Any], Any]] = {}

    def wrap(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Replace a function, or a method for all instances, by what `make` returns for the original.

        Raises AttributeError if there is none.
        """
        stored = vars(owner).get(name, _ABSENT)  # inherited attributes are deleted again, not restored
        original = getattr(owner, name)
        if isinstance(stored, classmethod):
            replacement: Any = classmethod(make(stored.__func__))
        else:
            replacement = make(original)
        setattr(owner, name, replacement)
        self._replaced.append((owner, name, stored, replacement))
        self._makers[owner, name] = make

    def renew(self) -> None:
        """Replace again what somebody has replaced since, or restored as it was before."""
        ours = {(owner, name, replacement) for owner, name, _, replacement in self._replaced}
        for (owner, name), make in list(self._makers.items()):
            if (owner, name, vars(owner).get(name)) not in ours:
                self.wrap(owner, name, make)

    def undo(self) -> None:
        """Restore everything, the last first."""
        self._makers.clear()
        while self._replaced:
            owner, name, stored, replacement = self._replaced.pop()
            if vars(owner).get(name) is not replacement:
                continue  # patched on top of ours, which without an interception only calls the original
            if stored is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, stored)
