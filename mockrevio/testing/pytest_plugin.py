"""The pytest plugin: `def test_sync(mock_revio): ...`. Nothing of mockrevio is imported before it is used.

`mock_revio` is a clean world for each test, on one server for the session (and for each worker of
pytest-xdist). docs/pytest.md describes it.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockrevio.testing.handle import MockRevio

_OPTIONS = (
    ("fixture", "fixtures that every test starts with, by name or file, separated by blanks (default)"),
    ("port", "port of the first worker's server; each further worker takes the next (a free one)"),
    ("url", "address of a running server (mockrevio serve --isolate-clients) to use instead of one's own"),
    ("admin_token", "admin token of the running server"),
)
"""Each is `--mock-revio-<name>` on the command line and `mock_revio_<name>` in the ini file."""


_MOCK_REVIO: pytest.StashKey[MockRevio] = pytest.StashKey()
"""Where a test that uses `mock_revio` has it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, and the same as settings of the ini file."""
    group = parser.getgroup("mockrevio", "a mock Rev.io (mockrevio)")
    for name, description in _OPTIONS:
        group.addoption(f"--mock-revio-{name.replace('_', '-')}", default=None, help=description)
        parser.addini(f"mock_revio_{name}", description, default="")


def _option(config: pytest.Config, name: str) -> str | None:
    given = config.getoption(f"--mock-revio-{name.replace('_', '-')}") or config.getini(f"mock_revio_{name}")
    return str(given) if given else None


@pytest.fixture(scope="session")
def mock_revio_settings() -> dict[str, Any]:
    """Settings for the server, by name: override this fixture to start it otherwise."""
    return {}


@pytest.fixture(scope="session")
def mock_revio_server(
    pytestconfig: pytest.Config, mock_revio_settings: dict[str, Any]
) -> Iterator[MockRevio]:
    """One server for the session; use `mock_revio` in tests."""
    from mockrevio.errors import MockrevioError

    try:
        revio = _connect_to_running(pytestconfig) or _start_own(pytestconfig, mock_revio_settings)
    except MockrevioError as error:
        raise pytest.UsageError(f"mockrevio: {error}") from None
    with revio:
        yield revio


def _connect_to_running(config: pytest.Config) -> MockRevio | None:
    """A handle on a running server, with a client code of this worker's own."""
    from mockrevio.testing.handle import MockRevio

    url = _option(config, "url")
    if url is None:
        return None
    client = f"pytest-{os.getpid()}-{_worker_number(config)}"
    return MockRevio.connect(url, client=client, admin_token=_option(config, "admin_token"))


def _start_own(config: pytest.Config, settings: dict[str, Any]) -> MockRevio:
    from mockrevio.testing.handle import MockRevio

    fixture, port = _option(config, "fixture"), _option(config, "port")
    given: dict[str, Any] = dict(settings)
    if fixture is not None:
        given["fixture"] = fixture.split()
    if port is not None:
        if not port.isdecimal():
            raise pytest.UsageError(f"mock_revio_port: {port!r} is not allowed; it takes a whole number")
        given["port"] = int(port) + _worker_number(config) if int(port) else 0
    return MockRevio(**given).start()


def _worker_number(config: pytest.Config) -> int:
    """The number of this worker of pytest-xdist, from 0."""
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0")
    return int(worker.removeprefix("gw"))


@pytest.fixture
def mock_revio(mock_revio_server: MockRevio, request: pytest.FixtureRequest) -> MockRevio:
    """A mock Rev.io whose world is clean. The test fails if a fault that it armed never fired."""
    request.node.stash[_MOCK_REVIO] = mock_revio_server
    mock_revio_server.reset()
    return mock_revio_server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail the test itself, not its teardown, for what went wrong on the server's side.

    A test that fails anyway keeps its own error; what the server has to say stands below it.
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
        except (CheckFailed, ServerError) as found:
            item.add_report_section("call", "mockrevio", str(found))
        raise
    revio = item.stash.get(_MOCK_REVIO, None)  # only now: a test may ask for the fixture in its midst
    if revio is None:
        return result
    from mockrevio.errors import CheckFailed

    try:
        revio.check()
    except CheckFailed as found:
        pytest.fail(str(found), pytrace=False)
    return result
