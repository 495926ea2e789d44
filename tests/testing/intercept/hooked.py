"""What hooks change: a picture of every module they touch, to compare before and after."""

from __future__ import annotations

import os
import sys
from typing import Any

from mockrevio.testing.intercept.installed import HOOKS


def picture() -> dict[str, Any]:
    """The attributes of modules with hooks and of their classes, the import system, and the environment."""
    found: dict[str, Any] = {"environ": dict(os.environ), "meta_path": list(sys.meta_path)}
    for name in {*(hook.module for hook in HOOKS), *_MORE} & set(sys.modules):
        for attribute, value in vars(sys.modules[name]).items():
            found[f"{name}.{attribute}"] = value
            if isinstance(value, type):
                found |= {f"{name}.{attribute}.{each}": member for each, member in vars(value).items()}
    return {name: value for name, value in found.items() if not name.rpartition(".")[2].startswith("__")}


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The names of what is not the same object any more."""
    return [
        name
        for name in {**before, **after}
        if before.get(name) is not after.get(name) and before.get(name) != after.get(name)
    ]


_MORE = (
    "urllib3.connection",
    "urllib3.connectionpool",
    "httpcore._sync.connection",
    "httpcore._async.connection",
    "httpcore._sync.http_proxy",
    "httpcore._async.http_proxy",
    "aiohttp.connector",
    "aiohttp.client",
    "trio._ssl",
)
"""Modules whose names the hooked modules only import."""
