"""`mockrevio.intercept`: an interception with its own mock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockrevio.revio.addresses import HOSTS
from mockrevio.testing.handle import MockRevio
from mockrevio.testing.intercept.forms import Forms, already_active
from mockrevio.testing.intercept.hosts import HostPattern
from mockrevio.testing.intercept.interception import Interception

__tracebackhide__ = True  # a failure points at the line of the test


class OwnInterception(Forms[MockRevio]):
    """Redirects calls to `hosts` to a mock that it starts and stops itself; `with` gives the `MockRevio`."""

    def __init__(self, hosts: Iterable[object], settings: dict[str, Any]) -> None:
        self._hosts = tuple(hosts)
        for host in self._hosts:
            HostPattern.parse(host)
        self._settings = settings
        self._mock: MockRevio | None = None
        self._interception: Interception | None = None

    def start(self) -> MockRevio:
        """Start a mock and redirect calls to it. Raises what starting either raises."""
        if self._mock is not None:
            raise already_active()
        mock = MockRevio(**self._settings).start()
        try:
            self._interception = Interception(mock.base_url, self._hosts).start()
        except BaseException:
            mock.stop()
            raise
        self._mock = mock
        return mock

    def stop(self) -> None:
        """Stop redirecting, then the mock. Does nothing if it is not active."""
        interception, self._interception = self._interception, None
        mock, self._mock = self._mock, None
        try:
            if interception is not None:
                interception.stop()
        finally:
            if mock is not None:
                mock.stop()

    def _renewed(self) -> OwnInterception:
        return OwnInterception(self._hosts, self._settings)


def intercept(*hosts: str, **settings: Any) -> OwnInterception:
    """Redirect calls to Rev.io's own addresses, or to `hosts`, to a mock that is started for this.

    ```
    with mockrevio.intercept() as revio:
        requests.get("https://restapi.rev.io/v1/Customers", auth=revio.credentials)


    @mockrevio.intercept("restapi.rev.io", fixture="demo")
    def test_sync(): ...
    ```

    `settings` are those of `MockRevio`. A decorated function gets a new mock for each call, a decorated class
    one for each test. Raises InterceptionError for an invalid host.
    """
    return OwnInterception(hosts or HOSTS, settings)
