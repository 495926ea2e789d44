"""What a hook is: changes to one module, made when it is imported or if it is already."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

from mockrevio.testing.intercept.patches import Patches


class Hook(NamedTuple):
    """How to redirect what one module of a library does.

    `install` raises an exception if the module does not look as expected. The library is then rejected when
    it is used for an intercepted host: in its `entrances`, which are functions of the module that get the URL
    (`"ClientSession._request"`), and when it resolves the host or connects to it.
    """

    module: str
    library: str
    install: Callable[[ModuleType, Patches], None]
    entrances: tuple[str, ...] = ()
