"""The pytest plugin: `def test_sync(mock_revio): ...`. It imports the rest of mockrevio on first use.

`mock_revio` gives each test a clean world, on one server per session (with pytest-xdist, one per worker).
See docs/pytest.md.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from mockrevio.testing.pytest_options import add_options, strictness, target_access

if TYPE_CHECKING:
    from mockrevio.contract.client import Client
    from mockrevio.testing.handle import MockRevio
    from mockrevio.testing.pytest_use import Reliance, Session, Use
    from mockrevio.testing.revio_target import RevioTarget

_MARKER = (
    "mock_revio(*, fixture, strict, allow_errors, allow_assumed, **settings): what the world of a test "
    "starts with, and what a strict check of it lets pass. The closest of test, class and module decides."
)

_SESSION: pytest.StashKey[Session] = pytest.StashKey()
"""The mocks of the session, while they run."""
_RELIANCE: pytest.StashKey[Reliance] = pytest.StashKey()
"""What all calls of the session relied on."""
_ITEM: pytest.StashKey[pytest.Item] = pytest.StashKey()
"""The test that runs."""
_USE: pytest.StashKey[Use] = pytest.StashKey()
"""The use of a mock by a test."""
_ALSO: pytest.StashKey[str] = pytest.StashKey()
"""What the check of a test that fails anyway found."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the command-line options and their ini-file equivalents."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and check the options that can be checked."""
    config.addinivalue_line("markers", _MARKER)
    strictness(config)
    target_access(config)
    config.pluginmanager.register(_Summary(config), "mockrevio-summary")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which service the suite runs against, if it is not the mock."""
    access = target_access(config)
    return None if access is None else f"mockrevio: revio_target is {access.url}, as {access.username}"


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
    from mockrevio.testing import pytest_servers as servers
    from mockrevio.testing.intercept.proxies import exempt_from_proxies

    try:
        rules = servers.allowed_rules(pytestconfig)
        connected = servers.connect_to_running(pytestconfig)
        revio = connected or servers.start_own(pytestconfig, mock_revio_settings)
    except MockrevioError as error:
        raise pytest.UsageError(f"mockrevio: {error}") from None
    session = servers.new_session(pytestconfig, revio, rules, mock_revio_settings)
    pytestconfig.stash[_SESSION] = session
    _watch(pytestconfig.stash[_ITEM], session)  # the test that starts the server
    with revio.lend(servers.SHARED), closing(session), exempt_from_proxies(revio.base_url):
        yield revio
    if connected is not None:
        with suppress(MockrevioError):  # the server may have stopped, or the world been deleted
            connected.delete_world()


@pytest.fixture
def mock_revio(
    mock_revio_server: MockRevio, mock_revio_settings: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[MockRevio]:
    """A mock Rev.io with a clean world. The test fails if a fault that it armed never fires."""
    from mockrevio.errors import MockrevioError
    from mockrevio.testing.intercept.proxies import exempt_from_proxies

    failure, config = "", request.config
    try:
        session = config.stash.get(_SESSION, None)
        if session is None or session.shared is not mock_revio_server:  # a suite has a server of its own
            from mockrevio.testing import pytest_servers as servers

            rules = servers.allowed_rules(config)
            session = servers.new_session(config, mock_revio_server, rules, mock_revio_settings)
            config.stash[_SESSION] = session
        use = request.node.stash[_USE] = session.begin(request.node)
    except MockrevioError as error:
        failure = str(error)
    if failure:
        pytest.fail(failure, pytrace=False)
    with exempt_from_proxies(use.revio.base_url):  # again: a fixture may have changed the environment since
        yield use.revio


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which calls a test makes to a server that it shares with others."""
    item.config.stash[_ITEM] = item
    keys: tuple[pytest.StashKey[Any], ...] = (_USE, _ALSO)
    for key in keys:  # of an earlier run of the same test
        if key in item.stash:
            del item.stash[key]
    session = item.config.stash.get(_SESSION, None)
    if session is None or session.closed:
        return
    session.end_test()
    _watch(item, session)


def _watch(item: pytest.Item, session: Session) -> None:
    names = getattr(item, "fixturenames", ())
    if "mock_revio_server" in names and "mock_revio" not in names:
        item.stash[_USE] = session.watch(item)


@pytest.fixture
def mock_revio_intercepted(mock_revio: MockRevio) -> Iterator[MockRevio]:
    """`mock_revio`, with calls of this process to Rev.io's own addresses redirected to it."""
    with mock_revio.intercept():
        yield mock_revio


@pytest.fixture(scope="session")
def _revio_service(pytestconfig: pytest.Config) -> Iterator[Client | None]:
    """A client of the real service, if `--mock-revio-target` names one."""
    access = target_access(pytestconfig)
    if access is None:
        yield None
        return
    from mockrevio.errors import MockrevioError
    from mockrevio.testing.revio_target import open_client

    try:
        client = open_client(access)
    except MockrevioError as error:
        raise pytest.UsageError(f"mockrevio: {error}") from None
    with client:
        yield client


@pytest.fixture
def revio_target(_revio_service: Client | None, request: pytest.FixtureRequest) -> Iterator[RevioTarget]:
    """What the suite runs against: the mock, or the real service that `--mock-revio-target` names."""
    from mockrevio.testing.revio_target import target_of_test

    with target_of_test(_revio_service, request) as target:
        yield target


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Check the mock after the test, so that the test itself fails and not its teardown.

    A test that fails anyway keeps its own error; the result of the check becomes a section of its report.
    """
    try:
        result = yield
    except (Exception, pytest.fail.Exception):
        use = item.stash.get(_USE, None)
        if use is not None:
            from mockrevio.errors import ServerError

            with suppress(ServerError):  # which is what the test fails for
                item.stash[_ALSO] = use.failure() or ""
        raise
    # Only now, because a test may request the fixture dynamically.
    use = item.stash.get(_USE, None)
    failure = None if use is None else use.failure()
    if failure:
        pytest.fail(failure, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the calls of a failed test, and pass on which assumed rules calls relied on."""
    report = yield
    use = item.stash.get(_USE, None)
    if use is not None and report.failed:
        from mockrevio.testing.pytest_use import SECTION, add_section

        also = item.stash.get(_ALSO, "") if report.when == "call" else ""
        if also:
            add_section(report, "mockrevio: what the test would fail for otherwise", also)
        add_section(report, SECTION, use.calls())
    session = item.config.stash.get(_SESSION, None)
    if session is not None and report.when == "teardown":
        vars(report)["mock_revio_reliance"] = session.take_reliance()
    return report


class _Summary:
    """The line below the results that says which assumed rules calls relied on, also of other processes."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a test's calls relied on."""
        reliance = vars(report).get("mock_revio_reliance")
        if reliance is None:
            return
        from mockrevio.testing.pytest_use import Reliance

        self._config.stash.setdefault(_RELIANCE, Reliance()).add(reliance)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the line, if there is anything to say."""
        reliance = self._config.stash.get(_RELIANCE, None)
        if reliance is not None and reliance.relying:
            terminalreporter.write_line(str(reliance))
