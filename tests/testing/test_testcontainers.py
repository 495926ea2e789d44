"""`MockRevioContainer` without a Docker engine: a process stands in for the container.

The process gets the environment that the container would get, on top of that of the image.
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
    """What docker-py calls a container, as far as testcontainers asks for it."""

    id = short_id = "0123456789ab"

    def __init__(self, command: list[str], env: dict[str, str], said: Path) -> None:
        self.said = said
        with said.open("wb") as output:
            self.process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)

    @property
    def status(self) -> str:
        return "running" if self.process.poll() is None else "exited"

    def reload(self) -> None:
        """A process needs no asking."""

    def logs(self, *, stdout: bool = True, stderr: bool = True) -> bytes:
        return self.said.read_bytes() if stdout and not stderr else b""

    def remove(self, **_: object) -> None:
        self.process.kill()
        self.process.wait(30)


class Engine:
    """What testcontainers calls a DockerClient. The engine is on this machine."""

    folder: Path
    created: list[dict[str, Any]]
    running: list[Container]

    def __init__(self, **_: object) -> None:
        self.client = self
        self.port_found = free_port()

    def host(self) -> str:
        return "localhost"

    def get_connection_mode(self) -> ConnectionMode:
        return ConnectionMode.docker_host

    def create(self, image: str, **given: Any) -> Container:
        self.created.append({"image": image, **given})
        env = {**os.environ, **ENVIRONMENT, **given["environment"], "PATH": os.environ["PATH"]}
        env |= {"MOCKREVIO_PORT": str(self.port_found), "MOCKREVIO_DATA": str(self.folder / "data")}
        command = [sys.executable, "-m", "mockrevio", *(given["command"] or ["serve"])]
        container = Container(command, env, self.folder / "said")
        self.running.append(container)
        return container

    def start(self, _: Container) -> None:
        """Processes start when they are made."""

    def port(self, container: str, port: int) -> str:
        assert (container, port) == (Container.id, PORT)
        return str(self.port_found)

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Engine]]:
    monkeypatch.setattr(core, "DockerClient", Engine)
    monkeypatch.setattr(testcontainers_config, "ryuk_disabled", True)
    Engine.folder, Engine.created, Engine.running = tmp_path, [], []
    yield Engine
    assert all(each.process.poll() is not None for each in Engine.running), "the container was left running"


def test_it_asks_for_the_image_its_port_and_worlds_apart(engine: type[Engine]) -> None:
    with MockRevioContainer():
        pass

    [asked] = engine.created
    assert (asked["image"], asked["command"]) == ("mockrevio", None)
    assert asked["ports"] == {ENVIRONMENT["MOCKREVIO_PORT"]: None}
    assert asked["environment"] == {
        "MOCKREVIO_EPHEMERAL": "true",
        "MOCKREVIO_ISOLATE_CLIENTS": "true",
        "MOCKREVIO_ALLOW_HOST": "localhost",
    }


def test_it_is_ready_when_it_has_started_and_offers_a_handle(engine: type[Engine]) -> None:
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
    assert not (engine.folder / "data").exists()  # it keeps nothing


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
        answer = requests.get(f"{mock.url}/Customers/999999", auth=mock.credentials, timeout=10)
        assert answer.json()["error"] == "not_found"
        assert len(mock.handle("acme").entities.all("CUSTOMER")) == 150


def test_a_bad_setting_is_told_before_anything_starts(engine: type[Engine]) -> None:
    with pytest.raises(SettingError, match="--latency: 'fast' is not allowed"):
        MockRevioContainer(settings={"latency": "fast"})
    assert engine.created == []


def test_what_testcontainers_offers_besides_still_works(engine: type[Engine]) -> None:
    mock = (
        MockRevioContainer(name="revio")
        .with_env("MOCKREVIO_SEED", "7")
        .with_command(["serve", "--seed", "8"])
    )
    with mock:
        assert (engine.created[0]["name"], engine.created[0]["command"][0]) == ("revio", "serve")


def test_a_container_that_ends_at_once_is_told_with_its_last_words() -> None:
    with pytest.raises(ServerError, match=r"the container says: .*nothing\.json: cannot be read"):
        MockRevioContainer(settings={"fixture": "nothing.json"}).start()


def test_one_that_is_never_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def unready(*_: object) -> str:
        raise ServerError("not ready: 503")

    monkeypatch.setattr("mockrevio.testing.testcontainers.check_health", unready)
    with pytest.raises(ServerError, match="not ready: 503; the container says: "):
        MockRevioContainer(patience=0).start()


def test_the_snippet_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    shown = [step for step in read_page(ROOT / "docs/docker.md") if step.words == ("python", "no-run")]
    assert len(shown) == 1
    exec(shown[0].text, {})  # noqa: S102 (our own documentation)
    assert "('tester@mockrevio', 'secret')" in capsys.readouterr().out


def test_without_the_extra_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['testcontainers'] = None; import mockrevio.testing.testcontainers"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert "pip install 'mockrevio[testcontainers]'" in ended.stderr.splitlines()[-1]
