"""Noticing imports: a library that is imported during an interception is hooked once its module has run."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class ImportWatcher(MetaPathFinder):
    """Calls `imported` with each module of these names, right after it was executed."""

    def __init__(self, names: frozenset[str], imported: Callable[[ModuleType], None]) -> None:
        self._names = names
        self._imported = imported
        self._searching = threading.local()

    @property
    def active(self) -> bool:
        """Whether it notices imports."""
        return self in sys.meta_path

    def start(self) -> None:
        """Notice imports from now on."""
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Leave the import system as it was."""
        if self.active:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders find, with a loader that calls `imported`."""
        if fullname not in self._names or getattr(self._searching, "name", None) == fullname:
            return None
        self._searching.name = fullname
        try:
            spec = find_spec(fullname)
        finally:
            self._searching.name = None
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _NotifyingLoader(spec.loader, self._imported)
        return spec


class _NotifyingLoader(Loader):
    """A module's own loader, which stays the one that the module knows."""

    def __init__(self, loader: Any, imported: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._imported = imported

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """What the module's own loader creates."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module with its own loader, then hook it."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._imported(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
