"""mockrevio's image in testcontainers-python: `with MockRevioContainer() as mock: ...`.

Requires `mockrevio[testcontainers]`, a Docker engine and the image (see docs/docker.md).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Self

from mockrevio import real_time
from mockrevio.errors import ServerError
from mockrevio.settings import Settings, variable_name
from mockrevio.testing.handle import DEFAULT_CLIENT, MockRevio
from mockrevio.testing.health import check_health

try:
    from testcontainers.core.container import DockerContainer
except ImportError as missing:
    raise ImportError(
        f"{__name__} needs testcontainers: pip install 'mockrevio[testcontainers]' ({missing})"
    ) from missing

__all__ = ["MockRevioContainer"]

IMAGE = "mockrevio"
"""The tag of `docker build --tag mockrevio .`; the image is not published in a registry."""

PORT = 7384
POLL_INTERVAL = 0.1
"""Seconds between two health checks while the container starts."""


class MockRevioContainer(DockerContainer):
    """A container that stores nothing and gives each client code its own world.

    ```
    with MockRevioContainer(settings={"latency": "200ms"}) as mock:
        revio = mock.handle()
        requests.get(f"{revio.url}/Customers/1015", auth=revio.credentials)
    ```

    `settings` are the settings of docs/settings.md, by name. Mount fixture files with `with_volume_mapping`.
    All other arguments are passed to testcontainers' DockerContainer.

    Raises SettingError for an invalid setting. `start` raises ServerError, with the container's log, if the
    mock is not ready within `startup_timeout` seconds.
    """

    def __init__(
        self,
        image: str = IMAGE,
        *,
        settings: Mapping[str, Any] | None = None,
        startup_timeout: float = 60.0,
        **container: Any,
    ) -> None:
        super().__init__(image, **container)
        configured = {"ephemeral": True, "isolate_clients": True, **(settings or {})}
        self._mock_settings = Settings.load(configured, environ={})
        self._startup_timeout = startup_timeout
        self._allowed_hosts = tuple(self._mock_settings.allow_host)
        self.with_exposed_ports(PORT)
        for name, value in configured.items():
            if value is not None:
                self.with_env(variable_name(name), _to_environment(value))

    def start(self) -> Self:
        """Start the container and wait until its fixture is loaded. Raises ServerError."""
        # The admin API accepts only localhost by default, and the engine may be on another machine.
        allowed = (*self._allowed_hosts, self.get_docker_client().host())
        self.with_env(variable_name("allow_host"), _to_environment(allowed))
        super().start()
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def _wait_until_ready(self) -> None:
        deadline = real_time.monotonic() + self._startup_timeout
        while True:
            try:
                check_health(self.base_url, self._mock_settings)
            except (ServerError, OSError) as error:
                if self._has_exited() or real_time.monotonic() > deadline:
                    log = b"".join(self.get_logs()).decode("utf-8", "replace").strip()
                    raise ServerError(f"{error}; container log: {log or 'empty'}") from None
                time.sleep(POLL_INTERVAL)
            else:
                return

    def _has_exited(self) -> bool:
        container = self.get_wrapped_container()
        container.reload()
        return container.status in ("exited", "dead")

    @property
    def base_url(self) -> str:
        """The server's address, as seen from the tests."""
        address = f"{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"
        return f"http://{address}{self._mock_settings.base_path}"

    @property
    def url(self) -> str:
        """The address of the API, for the client under test."""
        return f"{self.base_url}/v1"

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password, for `auth=` in requests and httpx."""
        for login, client, password, _ in self._mock_settings.credentials:
            return f"{login}@{client}", password
        return f"tester@{DEFAULT_CLIENT}", "secret"

    def handle(self, client: str = DEFAULT_CLIENT) -> MockRevio:
        """A `MockRevio` for the world of a client code."""
        return MockRevio.connect(self.base_url, client=client, admin_token=self._mock_settings.admin_token)


def _to_environment(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    return str(value)
