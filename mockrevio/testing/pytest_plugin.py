"""The pytest plugin: `def test_sync(mock_revio): ...`. It imports the rest of mockrevio on first use.

`mock_revio` gives each test a clean world, on one server per session (with pytest-xdist, one per worker).
See docs/pytest.md.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockrevio.testing.handle import MockRevio

_OPTIONS = (
    (
        "fixture",
        "fixtures that each test starts with, by name or file, separated by spaces (default: default)",
    ),
    (
        "port",
        "port of the first worker's server; each further worker takes the next one (default: a free port)",
    ),
    ("url", "address of a running server to use instead (mockrevio serve --isolate-clients)"),
    ("admin_token", "admin token of the running server"),
)
"""Each is `--mock-revio-<name>` on the command line and `mock_revio_<name>` in the ini file."""

_MOCK_REVIO: pytest.StashKey[MockRevio] = pytest.StashKey()
"""The `mock_revio` of a test that uses it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the command-line options and their ini-file equivalents."""
    group = parser.getgroup("mockrevio", "mock Rev.io server (mockrevio)")
    for name, description in _OPTIONS:
        group.addoption(f"--mock-revio-{name.replace('_', '-')}", default=None, help=description)
        parser.addini(f"mock_revio_{name}", description, default="")


def _option(config: pytest.Config, name: str) -> str | None:
    value = config.getoption(f"--mock-revio-{name.replace('_', '-')}") or config.getini(f"mock_revio_{name}")
    return str(value) if value else None


@pytest.fixture(scope="session")
def mock_revio_settings() -> dict[str, Any]:
    """Settings of the server, by name. Override this fixture to change them."""
    return {}


@pytest.fixture(scope="session")
def mock_revio_server(
    pytestconfig: pytest.Config, mock_revio_settings: dict[str, Any]
) -> Iterator[MockRevio]:
    """One server for the session; use `mock_revio` in tests."""
    from mockrevio.errors import MockrevioError
    from mockrevio.testing.intercept.proxies import exempt_from_proxies

    try:
        revio = _connect_to_running(pytestconfig) or _start_own(pytestconfig, mock_revio_settings)
    except MockrevioError as error:
        raise pytest.UsageError(f"mockrevio: {error}") from None
    with revio, exempt_from_proxies(revio.base_url):
        yield revio


def _connect_to_running(config: pytest.Config) -> MockRevio | None:
    """A handle for the running server, if one is configured, with a client code for this worker."""
    from mockrevio.testing.handle import MockRevio

    url = _option(config, "url")
    if url is None:
        return None
    client = f"pytest-{os.getpid()}-{_worker_number(config)}"
    return MockRevio.connect(url, client=client, admin_token=_option(config, "admin_token"))


def _start_own(config: pytest.Config, settings: dict[str, Any]) -> MockRevio:
    from mockrevio.testing.handle import MockRevio

    fixture, port = _option(config, "fixture"), _option(config, "port")
    arguments: dict[str, Any] = dict(settings)
    if fixture is not None:
        arguments["fixture"] = fixture.split()
    if port is not None:
        if not port.isdecimal():
            raise pytest.UsageError(f"mock_revio_port: must be a whole number, not {port!r}")
        arguments["port"] = int(port) + _worker_number(config) if int(port) else 0
    return MockRevio(**arguments).start()


def _worker_number(config: pytest.Config) -> int:
    """The number of this pytest-xdist worker, from 0."""
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0")
    return int(worker.removeprefix("gw"))


@pytest.fixture
def mock_revio(mock_revio_server: MockRevio, request: pytest.FixtureRequest) -> MockRevio:
    """A mock Rev.io with a clean world. The test fails if a fault that it armed never fires."""
    request.node.stash[_MOCK_REVIO] = mock_revio_server
    mock_revio_server.reset()
    return mock_revio_server


@pytest.fixture
def mock_revio_intercepted(mock_revio: MockRevio) -> Iterator[MockRevio]:
    """`mock_revio`, with calls of this process to Rev.io's own addresses redirected to it."""
    with mock_revio.intercept():
        yield mock_revio


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Check the mock after the test, so that the test itself fails and not its teardown.

    A test that fails anyway keeps its own error; the result of the check becomes a section of its report.
    """
    try:
        result = yield
    except (Exception, pytest.fail.Exception):
        revio = item.stash.get(_MOCK_REVIO, None)
        if revio is None:
            raise
        from mockrevio.errors import CheckFailed, ServerError

        try:
            revio.check()
        except (CheckFailed, ServerError) as error:
            item.add_report_section("call", "mockrevio", str(error))
        raise
    # Only now, because a test may request the fixture dynamically.
    revio = item.stash.get(_MOCK_REVIO, None)
    if revio is None:
        return result
    from mockrevio.errors import CheckFailed

    failure = ""
    try:
        revio.check()
    except CheckFailed as error:
        failure = str(error)
    if failure:  # outside of the except block, which pytest would show as a second failure
        pytest.fail(failure, pytrace=False)
    return result
