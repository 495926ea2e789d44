"""All hooks: installed when the first interception starts, gone when the last one stops."""

from __future__ import annotations

import sys
import threading
from itertools import chain
from types import ModuleType

from mockrevio.testing.intercept import (
    aiohttp,
    async_tls,
    event_loops,
    http_client,
    httpcore,
    names,
    other_clients,
    refusals,
    routes,
    sockets,
    socks,
    tls,
    urllib3,
)
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.imports import ImportWatcher
from mockrevio.testing.intercept.patches import Patches

HOOKS: tuple[Hook, ...] = tuple(
    chain.from_iterable(
        each.HOOKS
        for each in (
            names,
            sockets,
            tls,
            event_loops,
            async_tls,
            http_client,
            socks,
            urllib3,
            httpcore,
            aiohttp,
            other_clients,
        )
    )
)
"""The lower layers first, which the others rely on."""

_lock = threading.RLock()
_patches: list[Patches] = []


def start(route: routes.Route) -> None:
    """Let a route apply, and install the hooks if it is the first one."""
    with _lock:
        routes.add(route)
        try:
            if not _watcher.active:
                _hook_all()
        except BaseException:  # an interrupt; what fails in a library is handled below
            stop(route)
            raise


def stop(route: routes.Route) -> None:
    """End a route, and remove the hooks if it was the last one."""
    with _lock:
        routes.remove(route)
        if routes.active():
            return
        _watcher.stop()
        while _patches:
            _patches.pop().undo()
        refusals.clear()


def _hook_all() -> None:
    """Hook what is imported, and from now on, what gets imported."""
    _watcher.start()
    for name in dict.fromkeys(hook.module for hook in HOOKS):
        module = sys.modules.get(name)
        if module is not None:
            _hook(module)


def _hook(module: ModuleType) -> None:
    """Hook a module. If it cannot be hooked, only its own calls to intercepted hosts fail."""
    with _lock:
        if not _watcher.active:
            return  # the last interception stopped while the module was being imported
        for hook in HOOKS:
            if hook.module == module.__name__:
                _install(hook, module)


def _install(hook: Hook, module: ModuleType) -> None:
    patches = Patches()
    _patches.append(patches)
    try:
        hook.install(module, patches)
    except Exception as error:  # whatever a library of another shape raises
        patches.undo()
        reason = f"mockrevio does not know this version of it ({error})"
        refusals.add(hook.library, reason)
        _guard(hook, module, patches, reason)


def _guard(hook: Hook, module: ModuleType, patches: Patches, reason: str) -> None:
    """Reject a library at its entrances, as far as it has those."""
    for entrance in hook.entrances:
        *owners, name = entrance.split(".")
        owner = module
        for each in owners:
            owner = getattr(owner, each, None)  # type: ignore[assignment]
        if hasattr(owner, name):
            patches.wrap(owner, name, refusals.guard(hook.library, reason))


_watcher = ImportWatcher(frozenset(hook.module for hook in HOOKS), _hook)
