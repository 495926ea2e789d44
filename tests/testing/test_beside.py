"""The mock beside other test libraries, in an environment that has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.pages import Runner, read_page
from tests.installing import Installation, build_wheel, install_alone
from tests.programs import needs
from tests.support import ROOT, process

LIBRARIES = (
    "anyio",
    "freezegun",
    "httpretty",
    "httpx",
    "mocket",
    "pook",
    "pytest",
    "pytest-asyncio",
    "pytest-httpx",
    "pytest-randomly",
    "pytest-socket",
    "pytest-timeout",
    "pytest-xdist",
    "requests",
    "requests-mock",
    "respx",
    "responses",
    "time-machine",
    "vcrpy",
)

PATCHES = """
import contextlib
import freezegun, httpretty, pook, pytest, pytest_socket, requests, time_machine, vcr
from mocket import Mocketizer
from mockrevio import MockRevio


@contextlib.contextmanager
def no_sockets():
    pytest_socket.disable_socket()
    try:
        yield
    finally:
        pytest_socket.enable_socket()


@contextlib.contextmanager
def everything_answered_by_pook():
    pook.on()
    try:
        yield
    finally:
        pook.off()


PATCHES = {
    "freezegun": lambda: freezegun.freeze_time("2020-01-01"),
    "httpretty": lambda: httpretty.enabled(allow_net_connect=False),
    "mocket": lambda: Mocketizer(strict_mode=True),
    "pook": everything_answered_by_pook,
    "pytest-socket": no_sockets,
    "time-machine": lambda: time_machine.travel("2020-01-01", tick=False),
    "vcrpy": lambda: vcr.use_cassette("calls.yaml", record_mode="none"),
}
"""

STARTED_AMONG_PATCHES = """
@pytest.mark.parametrize("name", PATCHES)
def test_start(name):
    with PATCHES[name]():
        revio = MockRevio().start()
        revio.links.add(1015, "0012D0")
        assert (len(revio.links), revio.links[0]["external_id"]) == (1, "0012D0")
        assert revio.clock.now.year > 2025
        with pytest.raises(AssertionError):
            revio.assert_called(timeout="100ms")
        revio.check()
    response = requests.get(revio.url + "/IntegrationKeyLink", auth=revio.credentials, timeout=5)
    assert response.json()["record_count"] == 1
    revio.stop()


@pytest.mark.parametrize("name", PATCHES)
def test_connected(name, connected):
    with PATCHES[name]():
        connected.reset()
        connected.links.add(1015, "0012D0")
        assert connected.links[0]["external_id"] == "0012D0"


@pytest.fixture(scope="module")
def connected():
    return MockRevio.connect("{url}", client="ann")
"""

INTERCEPTED_AMONG_PATCHES = """
import asyncio, socket, ssl
import httpx
import mockrevio

URL = "https://restapi.rev.io/v1/SystemStatus"


async def status_by_httpx():
    async with httpx.AsyncClient(auth=("me@acme", "pw")) as client:
        return (await client.get(URL)).status_code


def assert_intercepted():
    assert requests.get(URL, auth=("me@acme", "pw"), timeout=5).status_code == 200
    assert asyncio.run(status_by_httpx()) == 200


def picture():
    connect, send, wrap = socket.socket.connect, ssl.SSLSocket.send, ssl.SSLContext.wrap_socket
    return socket.socket, connect, send, wrap, socket.getaddrinfo, ssl.SSLContext


@pytest.mark.parametrize("name", PATCHES)
@pytest.mark.parametrize("first", ["patch", "interception"])
def test_either_may_start_and_stop_first(name, first):
    before = picture()
    patch, interception = PATCHES[name](), mockrevio.intercept()
    if first == "patch":
        patch.__enter__()
        interception.start()
        patch.__exit__(None, None, None)
        assert_intercepted()
        interception.stop()
    else:
        interception.start()
        patch.__enter__()
        interception.stop()
        patch.__exit__(None, None, None)
    assert picture() == before
    with mockrevio.intercept():
        with PATCHES[name]():
            pass
        assert_intercepted()


def test_mocket_lets_calls_through():
    for outer, inner in ((Mocketizer(), mockrevio.intercept()), (mockrevio.intercept(), Mocketizer())):
        with outer, inner:
            assert requests.get(URL, auth=("me@acme", "pw"), timeout=5).status_code == 200
"""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """mockrevio and the libraries of the page."""
    wheel = build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))
    return install_alone(wheel, tmp_path_factory.mktemp("libraries"), *LIBRARIES)


@needs("bash")
def test_the_snippets_of_the_page_run(libraries: Installation, tmp_path: Path) -> None:
    steps = read_page(ROOT / "docs" / "beside.md")
    results = Runner(tmp_path, python=libraries.program("python")).run(steps)
    wrong = [f"line {step.line}: {why}" for step, why in results if why]
    assert not wrong, "\n".join(wrong)


def test_a_server_may_be_started_and_used_while_a_library_has_patched_the_process(
    libraries: Installation, tmp_path: Path
) -> None:
    with process("--ephemeral", "--isolate-clients") as server:
        text = (PATCHES + STARTED_AMONG_PATCHES).replace("{url}", server.client.url)
        (tmp_path / "test_start.py").write_text(text, "utf-8")
        result = libraries.run("python", "-m", "pytest", "-q", "--timeout", "30", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "14 passed" in result.stdout


def test_an_interception_and_a_library_that_patches_the_process_may_start_and_stop_in_any_order(
    libraries: Installation, tmp_path: Path
) -> None:
    (tmp_path / "test_order.py").write_text(PATCHES + INTERCEPTED_AMONG_PATCHES, "utf-8")
    result = libraries.run("python", "-m", "pytest", "-q", "--timeout", "30", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "15 passed" in result.stdout
