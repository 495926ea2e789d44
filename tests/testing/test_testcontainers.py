"""`MockRevioContainer` without a Docker engine: a process stands in for the container.

The process runs with the environment of the image and that of the container.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from testcontainers.core import container as core
from testcontainers.core.config import ConnectionMode, testcontainers_config

from mockrevio.errors import ServerError, SettingError
from mockrevio.testing.testcontainers import PORT, MockRevioContainer
from tests.examples.pages import read_page
from tests.support import LINK, ROOT
from tests.test_dockerfile import ENVIRONMENT, free_port


class Container:
    """A fake of docker-py's container, with what testcontainers uses."""

    id = short_id = "0123456789ab"

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)

    @property
    def status(self) -> str:
        return "running" if self.process.poll() is None else "exited"

    def reload(self) -> None:
        """Do nothing: the status of a process is always current."""

    def logs(self, *, stdout: bool = True, stderr: bool = True) -> bytes:
        return self.log.read_bytes() if stdout and not stderr else b""

    def remove(self, **_: object) -> None:
        self.process.kill()
        self.process.wait(30)


class Engine:
    """A fake of testcontainers' DockerClient, with an engine on this machine."""

    folder: Path
    created: list[dict[str, Any]]
    running: list[Container]

    def __init__(self, **_: object) -> None:
        self.client = self
        self.free_port = free_port()

    def host(self) -> str:
        return "localhost"

    def get_connection_mode(self) -> ConnectionMode:
        return ConnectionMode.docker_host

    def create(self, image: str, **options: Any) -> Container:
        self.created.append({"image": image, **options})
        env = {**os.environ, **ENVIRONMENT, **options["environment"], "PATH": os.environ["PATH"]}
        env |= {"MOCKREVIO_PORT": str(self.free_port), "MOCKREVIO_DATA": str(self.folder / "data")}
        command = [sys.executable, "-m", "mockrevio", *(options["command"] or ["serve"])]
        container = Container(command, env, self.folder / "log")
        self.running.append(container)
        return container

    def start(self, _: Container) -> None:
        """Do nothing: the process is running already."""

    def port(self, container: str, port: int) -> str:
        assert (container, port) == (Container.id, PORT)
        return str(self.free_port)

    def close(self) -> None:
        """Do nothing: no connection is open."""


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Engine]]:
    monkeypatch.setattr(core, "DockerClient", Engine)
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)
    Engine.folder, Engine.created, Engine.running = tmp_path, [], []
    yield Engine
    assert all(container.process.poll() is not None for container in Engine.running), (
        "the container was left running"
    )


def test_the_container_gets_the_image_port_and_isolated_worlds(engine: type[Engine]) -> None:
    with MockRevioContainer():
        pass

    [options] = engine.created
    assert (options["image"], options["command"]) == ("mockrevio", None)
    assert options["ports"] == {ENVIRONMENT["MOCKREVIO_PORT"]: None}
    assert options["environment"] == {
        "MOCKREVIO_EPHEMERAL": "true",
        "MOCKREVIO_ISOLATE_CLIENTS": "true",
        "MOCKREVIO_ALLOW_HOST": "localhost",
    }


def test_a_started_container_is_ready_and_offers_a_handle(engine: type[Engine]) -> None:
    with MockRevioContainer("registry/mockrevio:1") as mock:
        revio = mock.handle()
        assert (mock.url, mock.credentials) == (revio.url, revio.credentials)
        created = requests.post(
            f"{mock.url}/IntegrationKeyLink", json=LINK, auth=mock.credentials, timeout=10
        )
        assert created.status_code == 201
        assert [link["internal_id"] for link in revio.links] == [LINK["internal_id"]]
        assert len(mock.handle("somebody-else").links) == 0
    assert engine.created[0]["image"] == "registry/mockrevio:1"
    assert not (engine.folder / "data").exists()  # it stores nothing


def test_settings_reach_the_server() -> None:
    settings = {
        "fixture": ["default", "demo"],
        "credentials": ["ann@acme:pw"],
        "admin_token": "sesame",
        "error_shape": "object",
        "latency": None,
    }
    with MockRevioContainer(settings=settings) as mock:
        assert mock.credentials == ("ann@acme", "pw")
        response = requests.get(f"{mock.url}/Customers/999999", auth=mock.credentials, timeout=10)
        assert response.json()["error"] == "not_found"
        assert len(mock.handle("acme").entities.all("CUSTOMER")) == 150


def test_an_invalid_setting_is_rejected_before_the_start(engine: type[Engine]) -> None:
    with pytest.raises(SettingError, match=r"--latency: must be a duration .*, not 'fast'"):
        MockRevioContainer(settings={"latency": "fast"})
    assert engine.created == []


def test_other_features_of_testcontainers_still_work(engine: type[Engine]) -> None:
    mock = (
        MockRevioContainer(name="revio")
        .with_env("MOCKREVIO_SEED", "7")
        .with_command(["serve", "--seed", "8"])
    )
    with mock:
        assert (engine.created[0]["name"], engine.created[0]["command"][0]) == ("revio", "serve")


def test_a_container_that_exits_at_once_is_reported_with_its_log() -> None:
    with pytest.raises(ServerError, match=r"(?s)container log: .*nothing\.json: cannot be read"):
        MockRevioContainer(settings={"fixture": "nothing.json"}).start()


def test_a_container_that_is_never_ready_is_reported_with_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_ready(*_: object) -> str:
        raise ServerError("not ready: 503")

    monkeypatch.setattr("mockrevio.testing.testcontainers.check_health", not_ready)
    with pytest.raises(ServerError, match="not ready: 503; container log: "):
        MockRevioContainer(startup_timeout=0).start()


def test_the_snippet_in_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    snippets = [step for step in read_page(ROOT / "docs/docker.md") if step.words == ("python", "no-run")]
    assert len(snippets) == 1
    exec(snippets[0].text, {})  # noqa: S102 (our own documentation)
    assert "('tester@mockrevio', 'secret')" in capsys.readouterr().out


def test_without_the_extra_the_error_says_what_to_install() -> None:
    program = "import sys; sys.modules['testcontainers'] = None; import mockrevio.testing.testcontainers"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert "pip install 'mockrevio[testcontainers]'" in result.stderr.splitlines()[-1]
