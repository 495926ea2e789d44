"""mockrevio's image in tests, through testcontainers-python: `with MockRevioContainer() as mock: ...`.

Needs the extra `mockrevio[testcontainers]`, a Docker engine, and the image (docs/docker.md).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Self

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
"""The tag that `docker build --tag mockrevio .` gives; there is no registry that everyone can reach."""

PORT = 7384
POLL_INTERVAL = 0.1
"""Seconds between two looks whether it is ready."""


class MockRevioContainer(DockerContainer):
    """A container that keeps nothing, with a world for each client code.

    ```
    with MockRevioContainer(settings={"latency": "200ms"}) as mock:
        revio = mock.handle()
        requests.get(f"{revio.url}/Customers/1015", auth=revio.credentials)
    ```

    `settings` are those of docs/settings.md by name. Fixture files must be mounted
    (`with_volume_mapping`). What else testcontainers' DockerContainer takes may be given too.

    Raises SettingError for a bad setting; `start` raises ServerError, with the container's last words, if it
    is not ready after `patience` seconds.
    """

    def __init__(
        self,
        image: str = IMAGE,
        *,
        settings: Mapping[str, Any] | None = None,
        patience: float = 60.0,
        **container: Any,
    ) -> None:
        super().__init__(image, **container)
        configured = {"ephemeral": True, "isolate_clients": True, **(settings or {})}
        self._mock_settings = Settings.load(configured, environ={})
        self._patience = patience
        self._allowed_hosts = tuple(self._mock_settings.allow_host)
        self.with_exposed_ports(PORT)
        for name, value in configured.items():
            if value is not None:
                self.with_env(variable_name(name), _to_environment(value))

    def start(self) -> Self:
        """Start the container, and return once its fixture is loaded."""
        # The admin side is open to localhost alone, and the engine may be on another machine.
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
        deadline = time.monotonic() + self._patience
        while True:
            try:
                check_health(self.base_url, self._mock_settings)
            except (ServerError, OSError) as error:
                if self._has_exited() or time.monotonic() > deadline:
                    words = b"".join(self.get_logs()).decode("utf-8", "replace").strip()
                    raise ServerError(f"{error}; the container says: {words or 'nothing'}") from None
                time.sleep(POLL_INTERVAL)
            else:
                return

    def _has_exited(self) -> bool:
        container = self.get_wrapped_container()
        container.reload()
        return container.status in ("exited", "dead")

    @property
    def base_url(self) -> str:
        """The server's address, as seen from here."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    @property
    def url(self) -> str:
        """The API's address, for clients that are told one."""
        return f"{self.base_url}/v1"

    @property
    def credentials(self) -> tuple[str, str]:
        """User name and password, as `auth=` of requests and httpx takes them."""
        for login, client, password, _ in self._mock_settings.credentials:
            return f"{login}@{client}", password
        return f"tester@{DEFAULT_CLIENT}", "secret"

    def handle(self, client: str = DEFAULT_CLIENT) -> MockRevio:
        """A `MockRevio` on the world of a client code: faults, request log, reset and all the rest."""
        return MockRevio.connect(self.base_url, client=client, admin_token=self._mock_settings.admin_token)


def _to_environment(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    return str(value)
