"""The pytest plugin: `def test_sync(mock_revio): ...`. It imports the rest of mockrevio on first use.

`mock_revio` gives each test a clean world, on one server per session (with pytest-xdist, one per worker).
See docs/pytest.md.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
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

_SHARED = (
    "all tests of the session share this server, so no test can start or stop it: use mock_revio without a "
    "with statement, and to take the server away for a while, mock_revio.down() and mock_revio.up()"
)
"""The error of a test that stops the server of the session."""

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
        connected = _connect_to_running(pytestconfig)
        revio = connected or _start_own(pytestconfig, mock_revio_settings)
    except MockrevioError as error:
        raise pytest.UsageError(f"mockrevio: {error}") from None
    with revio.lend(_SHARED), exempt_from_proxies(revio.base_url):
        yield revio
    if connected is not None:
        with suppress(MockrevioError):  # the server may have stopped, or the world been deleted
            connected.delete_world()


def _connect_to_running(config: pytest.Config) -> MockRevio | None:
    """A handle for the running server, if one is configured, with a client code that no other run has."""
    import secrets  # slow to import, and rarely needed

    from mockrevio.testing.handle import MockRevio

    url = _option(config, "url")
    if url is None:
        return None
    client = f"pytest-{secrets.token_hex(8)}"
    return MockRevio.connect(url, client=client, admin_token=_option(config, "admin_token"))


def _start_own(config: pytest.Config, settings: dict[str, Any]) -> MockRevio:
    from mockrevio.errors import ServerError
    from mockrevio.testing.handle import MockRevio

    arguments: dict[str, Any] = {**settings, **_fixture(config)}
    *others, last = _ports(config) or [arguments.get("port", 0)]
    for port in others:
        with suppress(ServerError):  # another worker has it
            return MockRevio(**{**arguments, "port": port}).start()
    return MockRevio(**{**arguments, "port": last}).start()


def _fixture(config: pytest.Config) -> dict[str, Any]:
    """The configured fixtures. Files are relative to where the option was given."""
    name = "mock_revio_fixture"
    given, folder = config.getoption(f"--{name.replace('_', '-')}"), config.invocation_params.dir
    if not given:
        given, folder = config.getini(name), (config.inipath or config.rootpath / "none").parent
    if not given:
        return {}
    from mockrevio.seeding.fixture_files import shipped_names

    shipped = shipped_names()
    in_folder = folder == Path.cwd()  # so that messages show a path as it was given
    names = str(given).split()
    return {"fixture": [each if each in shipped or in_folder else str(folder / each) for each in names]}


def _ports(config: pytest.Config) -> Sequence[int]:
    """The ports that this pytest-xdist worker may take, by the option; none if any will do."""
    port = _option(config, "port")
    if port is None or port == "0":
        return ()
    if not port.isdecimal():
        raise pytest.UsageError(f"mock_revio_port: must be a whole number, not {port!r}")
    worker = getattr(config, "workerinput", {"workerid": "gw0", "workercount": 1})
    number = worker["workerid"].removeprefix("gw")
    if number.isdecimal():
        return (int(port) + int(number),)
    # Ids may be names (`--tx id=blue//popen`): one of as many ports as there are workers is free.
    return range(int(port), int(port) + worker["workercount"])


@pytest.fixture
def mock_revio(mock_revio_server: MockRevio, request: pytest.FixtureRequest) -> MockRevio:
    """A mock Rev.io with a clean world. The test fails if a fault that it armed never fires."""
    request.node.stash[_MOCK_REVIO] = mock_revio_server
    mock_revio_server.up()  # the test before may have left it down
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
