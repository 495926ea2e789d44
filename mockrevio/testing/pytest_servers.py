"""The servers of a test session: one that all tests share, and some for the settings of a few tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from mockrevio.errors import MockrevioError, ServerError
from mockrevio.revio.behaviours import assumed_rules
from mockrevio.seeding.fixture_files import names_in
from mockrevio.testing.handle import MockRevio
from mockrevio.testing.intercept.proxies import exempt_from_proxies
from mockrevio.testing.pytest_options import option, strictness
from mockrevio.testing.pytest_use import Session

if TYPE_CHECKING:
    from mockrevio.types.calls import Strictness

SHARED = (
    "all tests of the session share this server, so no test can start or stop it: use mock_revio without a "
    "with statement, and to take the server away for a while, mock_revio.down() and mock_revio.up()"
)
"""The error of a test that stops the server of the session."""


def allowed_rules(config: pytest.Config) -> Sequence[str]:
    """The assumed rules that the option allows. Raises MockrevioError for one that there is not."""
    rules = (option(config, "allow_assumed") or "").split()
    try:
        assumed_rules(rules)
    except ValueError as error:
        raise MockrevioError(f"mock_revio_allow_assumed: {error}") from None
    return rules


def new_session(
    config: pytest.Config, revio: MockRevio, rules: Sequence[str], settings: dict[str, Any]
) -> Session:
    """The mocks of a session that shares this one."""
    strict = cast("Strictness", strictness(config))
    return Session(revio, partial(start_other, config, settings), strict, rules)


@contextmanager
def start_other(
    config: pytest.Config, settings: dict[str, Any], more: Mapping[str, Any]
) -> Iterator[MockRevio]:
    """A server with more settings than the one that tests share."""
    if option(config, "url"):
        raise MockrevioError(
            f"the running server of the session cannot change {', '.join(more)} for one test"
        )
    revio = MockRevio(**{**settings, **_fixture(config), "port": 0, **more})
    with revio.lend(SHARED), exempt_from_proxies(revio.base_url):
        yield revio


def connect_to_running(config: pytest.Config) -> MockRevio | None:
    """A handle for the running server, if one is configured, with a client code that no other run has."""
    import secrets  # slow to import, and rarely needed

    url = option(config, "url")
    if url is None:
        return None
    client = f"pytest-{secrets.token_hex(8)}"
    return MockRevio.connect(url, client=client, admin_token=option(config, "admin_token"))


def start_own(config: pytest.Config, settings: dict[str, Any]) -> MockRevio:
    """The server that all tests share, as options and settings have it."""
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
    names = str(given).split()
    # In the current folder, messages show a path as it was given.
    return {"fixture": names if folder == Path.cwd() else names_in(folder, names)}


def _ports(config: pytest.Config) -> Sequence[int]:
    """The ports that this pytest-xdist worker may take, by the option; none if any will do."""
    port = option(config, "port")
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
