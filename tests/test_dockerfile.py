"""The Dockerfile, checked without Docker: what it copies, builds, installs and runs, and as which user."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mockrevio import __version__
from tests.installing import Installation, UnprivilegedUser, can_switch_user
from tests.support import LINK, ROOT, Client


class Instruction(NamedTuple):
    name: str
    value: str

    @property
    def words(self) -> list[str]:
        """The words of an instruction in exec form, a JSON list."""
        words = json.loads(self.value)
        assert isinstance(words, list)
        return words


def read_dockerfile() -> list[list[Instruction]]:
    """The instructions before the first stage, and those of each stage."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    stages: list[list[Instruction]] = [[]]
    for line in filter(None, lines):
        name, _, value = line.partition(" ")
        if name == "FROM":
            stages.append([])
        stages[-1].append(Instruction(name, value.strip()))
    return stages


BEFORE, BUILD, FINAL = read_dockerfile()


def values(stage: list[Instruction], name: str) -> list[str]:
    return [instruction.value for instruction in stage if instruction.name == name]


def pairs(name: str) -> dict[str, str]:
    items: dict[str, str] = {}
    for value in values(FINAL, name):
        items.update(
            {key: text or bare for key, text, bare in re.findall(r'([\w.]+)=(?:"([^"]*)"|(\S+))', value)}
        )
    return items


ENVIRONMENT = pairs("ENV")


def arguments(stage: list[Instruction]) -> dict[str, str]:
    """The build arguments of a stage with their defaults, those from before the first stage included."""
    given = dict(value.partition("=")[::2] for value in values(BEFORE, "ARG"))
    own = dict(value.partition("=")[::2] for value in values(stage, "ARG"))
    return {name: default.strip('"') or given.get(name, "") for name, default in own.items()}


BASE = dict(value.partition("=")[::2] for value in values(BEFORE, "ARG"))["BASE"]


def test_both_stages_use_the_same_exact_version_of_a_supported_python() -> None:
    assert [value.split()[0] for stage in (BUILD, FINAL) for value in values(stage, "FROM")] == [
        "${BASE}"
    ] * 2
    version = re.fullmatch(r"python:3\.(\d+)\.\d+-slim-[a-z]+", BASE)
    assert version is not None
    assert int(version[1]) >= 11


def test_the_labels_name_title_license_and_what_the_build_is_told() -> None:
    labels = {
        name.removeprefix("org.opencontainers.image."): re.sub(
            r"\$\{(\w+)\}", lambda argument: arguments(FINAL)[argument[1]], value
        )
        for name, value in pairs("LABEL").items()
    }
    assert labels["version"] == __version__
    assert labels["licenses"] == "MIT"
    assert labels["title"] == "mockrevio"
    assert labels["base.name"] == BASE
    told = {"version", "base.name", "revision", "source", "url", "documentation", "created"}
    assert {name for name in told if "${" in pairs("LABEL")[f"org.opencontainers.image.{name}"]} == told


def test_docker_starts_the_process_without_a_shell() -> None:
    (entrypoint,) = values(FINAL, "ENTRYPOINT")
    (command,) = values(FINAL, "CMD")
    assert Instruction("ENTRYPOINT", entrypoint).words == ["mockrevio"]
    assert Instruction("CMD", command).words == ["serve"]
    assert health_command() == ["mockrevio", "healthcheck"]
    assert values(FINAL, "STOPSIGNAL") == ["SIGTERM"]


def health_command() -> list[str]:
    (check,) = values(FINAL, "HEALTHCHECK")
    return Instruction("CMD", check.partition("CMD ")[2]).words


def test_the_container_runs_as_an_unprivileged_user_in_group_0() -> None:
    (user,) = values(FINAL, "USER")
    assert re.fullmatch(r"[1-9]\d*:0", user)


def test_port_data_and_volume_agree() -> None:
    assert ENVIRONMENT["MOCKREVIO_HOST"] == "0.0.0.0"  # noqa: S104 (in a container)
    assert values(FINAL, "EXPOSE") == [ENVIRONMENT["MOCKREVIO_PORT"]]
    assert values(FINAL, "VOLUME") == [ENVIRONMENT["MOCKREVIO_DATA"]]


def test_the_documentation_describes_the_image_correctly() -> None:
    text = (ROOT / "docs" / "docker.md").read_text("utf-8")
    for name in ("MOCKREVIO_HOST", "MOCKREVIO_PORT", "MOCKREVIO_DATA"):
        assert f"| `{name}` | `{ENVIRONMENT[name]}` |" in text
    assert f"user {values(FINAL, 'USER')[0].partition(':')[0]}" in text
    assert f"| `BASE` | `{BASE}` |" in text
    assert f"--build-arg BASE={BASE}@sha256:" in text
    assert f"| `VERSION` | `{__version__}`, " in text
    assert set(arguments(FINAL)) == set(re.findall(r"^\| `([A-Z]+)` \|", text, re.MULTILINE))


def sources() -> Iterator[tuple[str, str]]:
    """What the build stage copies from the checkout, as (source, destination)."""
    for value in values(BUILD, "COPY"):
        *names, destination = value.split()
        yield from ((name, destination) for name in names)


def test_the_build_context_contains_only_what_is_copied() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == {name for name, _ in sources()}


def test_everything_that_is_installed_comes_from_a_lock_with_hashes_or_from_the_checkout() -> None:
    (run,) = values(BUILD, "RUN")
    installs = [step for step in run.split(" && ") if " pip install " in step]
    assert len(installs) == 3
    for step in installs:
        assert "--require-hashes" in step or ("--no-index" in step and "--no-deps" in step), step
    for step in run.split(" && "):
        if " pip wheel " in step:
            assert "--no-build-isolation" in step, "pip would fetch what it builds with by itself"
            assert "--no-deps" in step


def build_steps(folder: Path, version: str) -> str:
    """The commands of the build stage for this version, with its folders moved into this one."""
    (run,) = values(BUILD, "RUN")
    run = run.replace("${VERSION}", version)
    for place in ("/build", "/dist", "/opt"):
        run = re.sub(rf"(?<![\w.]){place}\b", str(folder / place[1:]), run)
    return run.replace("python -m venv", f"{sys.executable} -m venv")


@pytest.fixture(scope="module")
def image() -> Iterator[Installation]:
    """The contents of the image in /opt/mockrevio, built by the commands of the Dockerfile.

    It is readable for every user, as in an image.
    """
    folder = Path(tempfile.mkdtemp(prefix="mockrevio-image-"))
    try:
        folder.chmod(0o755)
        for name, destination in sources():
            target = folder / "src" / destination
            target.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():  # Docker copies the contents of the folder
                shutil.copytree(ROOT / name, target, dirs_exist_ok=True)
            else:
                shutil.copy(ROOT / name, target)
        built = subprocess.run(
            ["sh", "-c", build_steps(folder, arguments(BUILD)["VERSION"])],
            cwd=folder / "src",
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stdout + built.stderr
        yield Installation(folder / "opt" / "mockrevio")
    finally:
        shutil.rmtree(folder)


def test_a_build_for_another_version_than_the_packages_fails(image: Installation, tmp_path: Path) -> None:
    steps = build_steps(tmp_path, "9.9.9").split(" && ")
    (install,) = [step for step in steps if "mockrevio-9.9.9" in step]
    folder = image.folder.parent.parent
    ended = subprocess.run(
        ["sh", "-c", install.replace(str(tmp_path), str(folder))], capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert "mockrevio-9.9.9" in ended.stdout + ended.stderr


def test_the_image_has_the_versions_of_the_lock_and_nothing_else(image: Installation) -> None:
    lock = (ROOT / "requirements" / "image.txt").read_text("utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==(\S+) (?!; sys_platform)", lock, flags=re.MULTILINE))
    freeze = image.run("python", "-m", "pip", "list", "--format=json", cwd=image.folder).stdout
    installed = {each["name"].lower().replace("_", "-"): each["version"] for each in json.loads(freeze)}
    assert installed.pop("mockrevio") == __version__
    assert {name: installed[name] for name in locked} == locked
    assert installed.keys() - locked.keys() <= {"pip", "setuptools"}


@pytest.fixture
def data(image: Installation) -> Path:
    """The volume, writable for everyone as in the Dockerfile."""
    (mode,) = re.findall(r"chmod (\d+) /data", values(FINAL, "RUN")[0])
    folder = Path(tempfile.mkdtemp(dir=image.folder.parent))
    folder.chmod(int(mode, 8))
    return folder


def environment(data: Path, port: int) -> dict[str, str]:
    """The environment in the container, without HOME, but with this folder and port."""
    return {**ENVIRONMENT, "MOCKREVIO_DATA": str(data), "MOCKREVIO_PORT": str(port)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.skipif(not can_switch_user(), reason="only root can switch users")
@pytest.mark.parametrize(
    "user", [UnprivilegedUser(10001), UnprivilegedUser(12345), UnprivilegedUser(4242, 4242)], ids=str
)
def test_any_user_can_serve_check_health_and_stop_cleanly(
    user: UnprivilegedUser, image: Installation, data: Path
) -> None:
    env = environment(data, free_port())
    root = Path("/")
    program, *check = health_command()
    assert image.run(program, *check, cwd=root, env=env, user=user).returncode == 1

    with image.start("mockrevio", "serve", cwd=root, env=env, user=user) as server:
        health = image.run(program, *check, cwd=root, env=env, user=user)
        assert (health.returncode, health.stderr) == (0, "")
        client = Client(server.url)
        assert client.post("/v1/IntegrationKeyLink", json=LINK).status_code == 201
        client.close()
        assert server.stop() == 0

    data_file = data / "default.json"
    assert data_file.stat().st_uid == user.uid
    assert LINK["external_id"] in data_file.read_text("utf-8")


@pytest.mark.skipif(not can_switch_user(), reason="only root can switch users")
def test_a_folder_without_write_permission_is_reported_with_a_message(
    image: Installation, data: Path
) -> None:
    data.chmod(0o755)
    result = image.run(
        "mockrevio", "serve", cwd=Path("/"), env=environment(data, 0), user=UnprivilegedUser(12345)
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    for part in (str(data), "Permission denied", "--data", "--ephemeral"):
        assert part in result.stderr
