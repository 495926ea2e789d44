"""What a test cannot do to the server of its session, and what a run leaves behind on a shared server."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress

import pytest

from tests.support import process
from tests.testing.suites import prepare, run, run_alone

pytest_plugins = ["pytester"]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    return prepare(pytester)


REACHABLE = """
import pytest, requests

def reachable(revio):
    return requests.get(revio.url + "/SystemStatus", auth=revio.credentials, timeout=5).status_code == 200
"""


def two_free_ports() -> int:
    """The first of two ports in a row that are free."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def test_a_test_that_stops_the_shared_server_fails_and_the_others_go_on(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        REACHABLE
        + """
def test_stop(mock_revio):
    mock_revio.stop()

def test_with(mock_revio):
    with mock_revio:
        pass

def test_stop_the_server(mock_revio_server):
    mock_revio_server.stop()

def test_the_others(mock_revio):
    assert reachable(mock_revio)
"""
    )
    result = run(suite)
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        ["*ServerError: all tests of the session share this server, so no test can start or stop it: *"]
    )


def test_a_test_that_leaves_the_server_down_does_so_only_for_itself(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        REACHABLE
        + """
urls = set()

def test_down(mock_revio):
    urls.add(mock_revio.url)
    mock_revio.down()
    with pytest.raises(requests.ConnectionError):
        reachable(mock_revio)

def test_up(mock_revio):
    urls.add(mock_revio.url)
    assert reachable(mock_revio)
    assert len(urls) == 1
"""
    )
    run(suite).assert_outcomes(passed=2)


def test_runs_on_a_shared_server_have_worlds_of_their_own_and_remove_them(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test_world(mock_revio):
            with open("clients", "a") as file:
                print(mock_revio.credentials[0], file=file)
        """
    )
    with process("--ephemeral", "--isolate-clients", "--max-worlds", "2") as server:
        for _ in range(3):
            run(suite, "--mock-revio-url", server.client.url).assert_outcomes(passed=1)
        assert server.client.get("/__admin/worlds").json()["worlds"] == []
    clients = (suite.path / "clients").read_text("utf-8").split()
    assert len(set(clients)) == 3
    assert all(client.startswith("tester@pytest-") for client in clients)


def test_a_run_that_was_killed_makes_room_for_others(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import os

        def test_world(mock_revio):
            if os.environ.get("KILL"):
                os.kill(os.getpid(), 9)
        """
    )
    options = ("--ephemeral", "--isolate-clients", "--max-worlds", "1", "--world-idle-timeout", "100ms")
    with process(*options) as server:
        os.environ["KILL"] = "1"
        try:
            assert run_alone(suite, "--mock-revio-url", server.client.url).ret == -signal.SIGKILL
        finally:
            del os.environ["KILL"]
        assert server.client.get("/__admin/worlds").json()["count"] == 1
        time.sleep(0.2)  # until its world counts as abandoned
        run(suite, "--mock-revio-url", server.client.url).assert_outcomes(passed=1)


def test_workers_may_have_names_instead_of_numbers(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        REACHABLE
        + """
@pytest.mark.parametrize("number", range(6))
def test_reachable(mock_revio, number, worker_id):
    assert worker_id in ("blue", "red-1")
    assert reachable(mock_revio)
"""
    )
    workers = ("--dist", "load", "--tx", "id=blue//popen", "--tx", "id=red-1//popen")
    arguments = ("-p", "no:cacheprovider", *workers)
    suite.runpytest_subprocess(*arguments).assert_outcomes(passed=6)
    port = str(two_free_ports())
    suite.runpytest_subprocess(*arguments, "--mock-revio-port", port).assert_outcomes(passed=6)


OWN_FIXTURE = """
def test_fixture(mock_revio):
    assert [customer["customer_id"] for customer in mock_revio.entities.all("CUSTOMER")] == [5]
"""


def test_files_in_the_ini_file_are_relative_to_it(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\nmock_revio_fixture = empty fixtures/mine.json\n")
    suite.mkdir("fixtures").joinpath("mine.json").write_text('{"entities": {"CUSTOMER": [5]}}', "utf-8")
    tests = suite.mkdir("tests")
    tests.joinpath("test_fixture.py").write_text(OWN_FIXTURE, "utf-8")
    os.chdir(tests)
    run(suite, "test_fixture.py").assert_outcomes(passed=1)


def test_files_on_the_command_line_are_relative_to_where_it_was_given(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\nmock_revio_fixture = nothing.json\n")
    folder = suite.mkdir("tests")
    folder.joinpath("mine.json").write_text('{"entities": {"CUSTOMER": [5]}}', "utf-8")
    folder.joinpath("test_fixture.py").write_text(
        "import os\n\ndef test_elsewhere(tmp_path, request):\n    os.chdir(tmp_path)\n"
        "    request.getfixturevalue('mock_revio')\n" + OWN_FIXTURE,
        "utf-8",
    )
    os.chdir(folder)
    run(suite, "test_fixture.py", "--mock-revio-fixture", "empty mine.json").assert_outcomes(passed=2)


def test_a_missing_file_of_the_ini_file_is_named_with_its_folder(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\nmock_revio_fixture = nothing.json\n")
    tests = suite.mkdir("tests")
    tests.joinpath("test_fixture.py").write_text(OWN_FIXTURE, "utf-8")
    os.chdir(tests)
    result = run(suite, "test_fixture.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*mockrevio: {suite.path}{os.sep}nothing.json: cannot be read*"])
