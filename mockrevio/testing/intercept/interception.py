"""`Interception`: a block, a function or a class whose calls to Rev.io reach a mock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from mockrevio.errors import InterceptionError
from mockrevio.revio.addresses import HOSTS
from mockrevio.testing.intercept import installed
from mockrevio.testing.intercept.forms import Forms, already_active
from mockrevio.testing.intercept.hosts import HostPattern
from mockrevio.testing.intercept.routes import Route
from mockrevio.testing.intercept.target import Target

__tracebackhide__ = True  # a failure points at the line of the test


class Interception(Forms["Interception"]):
    """Redirects calls to `hosts` to the mock at `base_url`, from `start` to `stop`.

    Use it in `with` or `async with`, or as a decorator. If several are active, the one that started last has
    precedence for its hosts. They can stop in any order and in any thread.

    Raises InterceptionError for an invalid host.
    """

    def __init__(self, base_url: str, hosts: Iterable[object] = HOSTS) -> None:
        self._base_url = base_url
        self._hosts = tuple(hosts)
        self._patterns = tuple(HostPattern.parse(host) for host in self._hosts)
        if not self._patterns:
            raise InterceptionError("there is no host to intercept")
        self._route: Route | None = None

    def start(self) -> Self:
        """Start redirecting. Raises ServerError if it is active already, or if the mock has no address."""
        if self._route is not None:
            raise already_active()
        route = Route(self._patterns, Target.of(self._base_url))
        installed.start(route)
        self._route = route
        return self

    def stop(self) -> None:
        """Stop redirecting and close the connections to the mock. Does nothing if it is not active."""
        route, self._route = self._route, None
        if route is not None:
            installed.stop(route)
            route.target.disconnect()

    def _renewed(self) -> Interception:
        return Interception(self._base_url, self._hosts)
