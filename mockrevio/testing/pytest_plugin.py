"""The pytest plugin: `def test_sync(mock_revio): ...`. It imports the rest of mockrevio on first use.

`mock_revio` gives each test a clean world, on one server per session (with pytest-xdist, one per worker).
See docs/pytest.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockrevio.testing.handle import MockRevio
    from mockrevio.testing.pytest_use import Reliance, Session, Use

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
    (
        "strict",
        "also fail tests for unexpected errors (calls), for relying on assumed rules (assumed), or all",
    ),
    ("allow_assumed", "assumed rules that strict tests may rely on, such as link.*, separated by spaces"),
)
"""Each is `--mock-revio-<name>` on the command line and `mock_revio_<name>` in the ini file."""

_SHARED = (
    "all tests of the session share this server, so no test can start or stop it: use mock_revio without a "
    "with statement, and to take the server away for a while, mock_revio.down() and mock_revio.up()"
)
"""The error of a test that stops the server of the session."""

_STRICT = ("off", "calls", "assumed", "all")

_MARKER = (
    "mock_revio(*, fixture, strict, allow_errors, allow_assumed, **settings): what the world of a test "
    "starts with, and what a strict check of it lets pass. The closest of test, class and module decides."
)

_SESSION: pytest.StashKey[Session] = pytest.StashKey()
"""The mocks of the session, while they run."""
_RELIANCE: pytest.StashKey[Reliance] = pytest.StashKey()
"""What all calls of the session relied on."""
_USE: pytest.StashKey[Use] = pytest.StashKey()
"""The use of a mock by a test."""
_ALSO: pytest.StashKey[str] = pytest.StashKey()
"""What the check of a test that fails anyway found."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the command-line options and their ini-file equivalents."""
    group = parser.getgroup("mockrevio", "mock Rev.io server (mockrevio)")
    for name, description in _OPTIONS:
        group.addoption(f"--mock-revio-{name.replace('_', '-')}", default=None, help=description)
        parser.addini(f"mock_revio_{name}", description, default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and check the option that has few values."""
    config.addinivalue_line("markers", _MARKER)
    strict = _option(config, "strict")
    if strict not in (None, *_STRICT):
        raise pytest.UsageError(f"mock_revio_strict: must be {' or '.join(_STRICT)}, not {strict!r}")
    config.pluginmanager.register(_Summary(config), "mockrevio-summary")


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

    try:
        rules = _allowed_rules(pytestconfig)
        connected = _connect_to_running(pytestconfig)
        revio = connected or _start_own(pytestconfig, mock_revio_settings)
    except MockrevioError as error:
        raise pytest.UsageError(f"mockrevio: {error}") from None
    session = pytestconfig.stash[_SESSION] = _new_session(pytestconfig, revio, rules, mock_revio_settings)
    with revio.lend(_SHARED), closing(session):
        yield revio
    if connected is not None:
        with suppress(MockrevioError):  # the server may have stopped, or the world been deleted
            connected.delete_world()


def _allowed_rules(config: pytest.Config) -> Sequence[str]:
    """The assumed rules that the option allows. Raises MockrevioError for one that there is not."""
    from mockrevio.errors import MockrevioError
    from mockrevio.revio.behaviours import assumed_rules

    rules = (_option(config, "allow_assumed") or "").split()
    try:
        assumed_rules(rules)
    except ValueError as error:
        raise MockrevioError(f"mock_revio_allow_assumed: {error}") from None
    return rules


def _new_session(
    config: pytest.Config, revio: MockRevio, rules: Sequence[str], settings: dict[str, Any]
) -> Session:
    from mockrevio.testing.pytest_use import Session

    strict: Any = _option(config, "strict") or "off"
    return Session(revio, partial(_start_other, config, settings), strict, rules)


def _start_other(
    config: pytest.Config, settings: dict[str, Any], more: Mapping[str, Any]
) -> AbstractContextManager[MockRevio]:
    """A server with more settings than the one that tests share."""
    from mockrevio.errors import MockrevioError
    from mockrevio.testing.handle import MockRevio

    if _option(config, "url"):
        raise MockrevioError(
            f"the running server of the session cannot change {', '.join(more)} for one test"
        )
    return MockRevio(**{**settings, **_fixture(config), "port": 0, **more}).lend(_SHARED)


def _connect_to_running(config: pytest.Config) -> MockRevio | None:
    """A handle for the running server, if one is configured, with a client code that no other run has."""
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
def mock_revio(
    mock_revio_server: MockRevio, mock_revio_settings: dict[str, Any], request: pytest.FixtureRequest
) -> MockRevio:
    """A mock Rev.io with a clean world. The test fails if a fault that it armed never fires."""
    from mockrevio.errors import MockrevioError

    failure, config = "", request.config
    try:
        session = config.stash.get(_SESSION, None)
        if session is None or session.shared is not mock_revio_server:  # a suite has a server of its own
            rules = _allowed_rules(config)
            session = _new_session(config, mock_revio_server, rules, mock_revio_settings)
            config.stash[_SESSION] = session
        use = request.node.stash[_USE] = session.begin(request.node)
    except MockrevioError as error:
        failure = str(error)
    if failure:
        pytest.fail(failure, pytrace=False)
    revio: MockRevio = use.revio
    return revio


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which calls a test makes to a server that it shares with others."""
    names = getattr(item, "fixturenames", ())
    session = item.config.stash.get(_SESSION, None)
    if (
        session is not None
        and not session.closed
        and "mock_revio_server" in names
        and "mock_revio" not in names
    ):
        item.stash[_USE] = session.watch(item)


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
