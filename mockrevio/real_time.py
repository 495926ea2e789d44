"""The real time, whatever a test has done to Python's clocks.

A server in a thread of the tests' process shares its clocks with them: freezegun replaces the functions of
`time` and the classes of `datetime` wherever a module has them, time-machine what some of these functions do.
A server that waited by a clock that stands still would wait for ever.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from importlib.util import module_from_spec
from types import ModuleType


def _unpatched_time() -> ModuleType:
    """A second `time`, of this module alone: the first may be patched already, or be patched later."""
    spec = time.__spec__
    if spec is None or spec.loader is None:  # another implementation of Python
        return time
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Clocks:
    """freezegun looks for functions to replace in modules, not in classes."""

    time = _unpatched_time()


def monotonic() -> float:
    """Seconds, which never go back. time-machine may patch `time.monotonic`, but not this clock."""
    seconds: float = _Clocks.time.perf_counter()
    return seconds


def seconds_since_epoch() -> float:
    """The seconds that have passed since 1970."""
    travel = sys.modules.get("time_machine")
    if travel is not None and travel.escape_hatch.is_travelling():
        real: float = travel.escape_hatch.time.time()
        return real
    seconds: float = _Clocks.time.time()
    return seconds


def utc_now() -> datetime:
    """The date and time in UTC."""
    return datetime.fromtimestamp(seconds_since_epoch(), UTC)
