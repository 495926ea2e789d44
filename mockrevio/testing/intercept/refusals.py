"""Rejecting calls that would leave the machine, with the library's name and version."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from mockrevio.errors import InterceptionError
from mockrevio.testing.intercept import routes


class Refusal(NamedTuple):
    """A library that could not be hooked, and why."""

    library: str
    reason: str


_refused: dict[str, Refusal] = {}


def add(library: str, reason: str) -> None:
    """Reject the library from now on, if it is used for an intercepted host."""
    _refused[library] = Refusal(library, reason)


def clear() -> None:
    """Forget which libraries are rejected."""
    _refused.clear()


def check(host: object) -> None:
    """Raise InterceptionError if the caller is a rejected library. `host` is an intercepted one."""
    if not _refused:
        return
    for library in _callers():
        if library in _refused:
            raise unsupported(library, host, _refused[library].reason)


def unsupported(library: str, host: object, reason: str) -> InterceptionError:
    """The error for a library that cannot be intercepted."""
    name = f"{library} {version(library)}".strip()
    return InterceptionError(
        f"intercept() cannot redirect calls to {_text(host)} by {name}: {reason}. The call was not made. "
        "Pass the mock's address to your code instead (revio.url)"
    )


def leaving(host: object, what: str) -> InterceptionError:
    """The error for a connection that does not lead to the mock, with the library that uses it."""
    library = next((each for each in _callers() if each not in sys.stdlib_module_names), None)
    by = f" by {library} {version(library)}".rstrip() if library else ""
    return InterceptionError(
        f"intercept() stopped a call to {_text(host)}{by}: {what}. Open connections to this host inside of "
        "intercept(), and without a proxy"
    )


def version(library: str) -> str:
    """The version of an imported library, or an empty string if it does not say."""
    from importlib import metadata  # slow to import, and rarely needed

    loaded = getattr(sys.modules.get(library), "__version__", None)
    if isinstance(loaded, str):
        return loaded
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def guard(library: str, reason: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of a library reject calls with an intercepted host among its arguments."""

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            for host, port in _hosts_in((*args, *kwargs.values())):
                if routes.find(host, port) is not None:
                    raise unsupported(library, host, reason)
            return original(*args, **kwargs)

        return guarded

    return make


def _hosts_in(arguments: tuple[Any, ...]) -> Iterator[tuple[object, object]]:
    """Whatever in the arguments may be a host: a URL, an object with one, or an object for one host."""
    for argument in arguments:
        address = getattr(argument, "url", argument)
        if isinstance(address, bytes):
            address = address.decode("latin-1")
        if isinstance(address, str):
            try:
                parts = urlsplit(address if "//" in address else f"//{address}")
                yield parts.hostname, parts.port
            except ValueError:
                continue
        else:
            yield getattr(address, "host", None), getattr(address, "port", None)


def _callers() -> Iterator[str]:
    """The top-level packages on the stack, without this one."""
    frame = sys._getframe(1)
    seen = {"mockrevio"}
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in seen:
            seen.add(package)
            yield package
        frame = frame.f_back  # type: ignore[assignment]


def _text(host: object) -> str:
    text = host.decode("latin-1") if isinstance(host, bytes) else str(host)
    return routes.host_of(text) or text
