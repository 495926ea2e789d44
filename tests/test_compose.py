"""compose.yaml, checked without Docker: it matches the Dockerfile, and its commands run as processes."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockrevio.settings import Settings, declared_settings, variable_name
from tests.support import ROOT, process
from tests.test_dockerfile import BASE, ENVIRONMENT, FINAL, free_port, health_command, values

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MOCKS = [name for name, service in SERVICES.items() if service["image"] == "mockrevio"]


@pytest.mark.parametrize("name", MOCKS)
def test_a_service_builds_the_image_and_publishes_its_port_on_localhost_only(name: str) -> None:
    assert (ROOT / SERVICES[name]["build"] / "Dockerfile").is_file()
    for published in SERVICES[name]["ports"]:
        assert re.fullmatch(rf"127\.0\.0\.1:\d+:{ENVIRONMENT['MOCKREVIO_PORT']}", published)


def test_no_two_services_publish_the_same_port() -> None:
    published = [port for name in MOCKS for port in SERVICES[name]["ports"]]
    assert len(set(published)) == len(published)


@pytest.mark.parametrize("name", MOCKS)
def test_a_service_uses_the_health_check_of_the_image(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"] == ["CMD", *health_command()]
    for part in ("interval", "timeout"):
        assert re.fullmatch(r"\d+s", check[part])


@pytest.mark.parametrize("name", MOCKS)
def test_the_settings_of_a_service_are_valid(name: str) -> None:
    known = {variable_name(setting) for setting, _, _ in declared_settings()}
    environment = SERVICES[name]["environment"]
    assert set(environment) <= known
    assert all(isinstance(value, str) for value in environment.values())
    settings = Settings.load(environ={**ENVIRONMENT, **environment})
    assert name in settings.allow_host


@pytest.mark.parametrize("name", MOCKS)
def test_the_root_is_read_only_and_only_data_is_mounted(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    ephemeral = service["environment"].get("MOCKREVIO_EPHEMERAL") == "true"
    mounts = [volume.split(":") for volume in service.get("volumes", [])]
    assert [target for _, target in mounts] == ([] if ephemeral else [ENVIRONMENT["MOCKREVIO_DATA"]])
    assert {source for source, _ in mounts} <= set(COMPOSE["volumes"])


def test_only_the_main_service_starts_by_default() -> None:
    assert [name for name in SERVICES if not SERVICES[name].get("profiles")] == ["mockrevio"]


def test_the_client_service_waits_for_health_and_uses_the_same_python() -> None:
    service = SERVICES["first-call"]
    assert service["depends_on"] == {"mockrevio": {"condition": "service_healthy"}}
    assert service["image"] == BASE
    address = re.fullmatch(r"http://([\w-]+):(\d+)/v1", service["environment"]["REVIO_URL"])
    assert address is not None
    assert address.groups() == ("mockrevio", values(FINAL, "EXPOSE")[0])


def test_the_commands_run_in_the_order_of_compose(tmp_path: Path) -> None:
    port = free_port()
    environment = {**SERVICES["mockrevio"]["environment"], "MOCKREVIO_PORT": str(port)}
    health = [sys.executable, "-m", *SERVICES["mockrevio"]["healthcheck"]["test"][1:]]
    assert _run(health, environment).returncode == 1  # the server has not started

    with process("--port", str(port), "--data", str(tmp_path), env=environment):
        deadline = time.monotonic() + 30
        while _run(health, environment).returncode and time.monotonic() < deadline:
            time.sleep(0.1)
        _, *arguments = SERVICES["first-call"]["command"]
        result = _run([sys.executable, *arguments], {"REVIO_URL": f"http://127.0.0.1:{port}/v1"})
        assert '"system_name":"SALESFORCE"' in result.stdout, result.stderr
        # Another service would use this host name, which the service allows.
        by_name = f'import urllib.request as u; u.urlopen(u.Request("http://127.0.0.1:{port}/__admin/health",'
        by_name += ' headers={"Host": "mockrevio:7384"})).read()'
        assert _run([sys.executable, "-c", by_name], {}).returncode == 0


def _run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_documentation_shows_the_commands_of_the_file_header() -> None:
    commands = re.findall(
        r"^# (docker compose .+?)(?:  |$)", (ROOT / "compose.yaml").read_text("utf-8"), re.MULTILINE
    )
    text = (ROOT / "docs" / "docker.md").read_text("utf-8")
    assert len(commands) == 3
    for command in commands:
        assert f"\n{command}\n" in text
        assert command.split()[-1] in (*SERVICES, "up")


def test_no_page_and_no_example_publishes_the_port_on_every_interface() -> None:
    files = [ROOT / "README.md", ROOT / "compose.yaml"]
    for folder in ("docs", "examples"):
        files += [
            path for path in (ROOT / folder).rglob("*") if path.suffix in (".md", ".yml", ".yaml", ".sh")
        ]
    published = [
        (path.name, port) for path in files for port in re.findall(r"[\d.:]*:7384\b", path.read_text("utf-8"))
    ]
    assert ("docker.md", "127.0.0.1:7384:7384") in published
    assert [each for each in published if re.fullmatch(r"\d+:7384", each[1])] == []
