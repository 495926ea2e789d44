"""The pytest plugin in a user's suite: each test runs a suite in a separate process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support import process
from tests.testing.suites import prepare, run, run_alone

pytest_plugins = ["pytester"]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    return prepare(pytester)


def test_each_test_has_a_clean_world_with_ids_from_1(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import create

        @pytest.mark.parametrize("number", range(3))
        def test_create(mock_revio, number):
            assert create(mock_revio).json() == {"ok": True, "id": 1}
            assert [link["external_id"] for link in mock_revio.links] == ["a"]
            mock_revio.entities.add("CUSTOMER", 42)
            mock_revio.clock.freeze("2030-01-01")

        def test_the_world_is_clean(mock_revio):
            assert (len(mock_revio.links), mock_revio.entities.get("CUSTOMER", 42)) == (0, None)
            assert mock_revio.clock.now.year != 2030
        """
    )
    run(suite).assert_outcomes(passed=4)


def test_a_fault_that_never_fires_fails_the_test(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from create import create

        def test_never_fires(mock_revio):
            mock_revio.fail(times=2, status=503, method="PUT")
            create(mock_revio)

        def test_optional(mock_revio):
            mock_revio.fail(optional=True)

        def test_fired(mock_revio):
            mock_revio.fail(times=1)
            assert [create(mock_revio).status_code for _ in range(2)] == [503, 201]
        """
    )
    result = run(suite)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(['*fault 1, {"status": 503}, never fired: method is POST, not PUT*'])
    # pytest shows no error twice. The summary line repeats it or not: that depends on the width and on CI.
    failures, _, _ = result.stdout.str().partition("short test summary info")
    assert failures.count("fault 1, ") == 1


def test_a_failing_test_keeps_its_own_error(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test_both(mock_revio):
            mock_revio.fail()
            assert 1 == 2
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*assert 1 == 2*", "*mockrevio: what the test would fail for otherwise*", "*never fired*"]
    )


def test_an_exception_in_the_server_fails_the_test_with_its_traceback(
    suite: pytest.Pytester,
) -> None:
    suite.makepyfile(
        """
        import requests
        from mockrevio.world.world import World

        def test_broken(mock_revio, monkeypatch):
            def broken_page(*_):
                raise ZeroDivisionError("inside the mock")
            monkeypatch.setattr(World, "page", broken_page)
            response = requests.get(mock_revio.url + "/Customers", auth=mock_revio.credentials, timeout=10)
            assert response.status_code == 500

        def test_the_next_test_passes(mock_revio):
            pass
        """
    )
    result = run(suite)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*mockrevio raised an exception on GET /v1/Customers*", "*ZeroDivisionError: inside the mock*"]
    )


def test_a_missing_request_fails_the_test_with_the_nearest_misses(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from create import create

        def test_called(mock_revio):
            create(mock_revio)
            mock_revio.assert_called(method="POST", path="/v1/IntegrationKeyLink", times=1)
            mock_revio.assert_called(method="GET", path="/v1/IntegrationSystem", times=3)
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*expected 3 requests *, but 0 matched*",
            "*nearest miss: POST /v1/IntegrationKeyLink (method is POST, not GET; *",
        ]
    )


@pytest.mark.parametrize("source", ["ini", "command line"])
def test_fixture_and_port_are_options(suite: pytest.Pytester, source: str) -> None:
    suite.makefile(".json", mine='{"entities": {"CUSTOMER": [5]}}')
    suite.makepyfile(
        """
        def test_options(mock_revio):
            assert mock_revio.entities.get("CUSTOMER", 5)["customer_id"] == 5
            assert mock_revio.entities.get("CUSTOMER", 1015) is None
        """
    )
    if source == "ini":
        suite.makeini("[pytest]\nmock_revio_fixture = empty mine.json\nmock_revio_port = 0\n")
        run(suite).assert_outcomes(passed=1)
    else:
        options = ("--mock-revio-fixture", "empty mine.json", "--mock-revio-port", "0")
        run(suite, *options).assert_outcomes(passed=1)


def test_a_suite_can_change_the_server_settings(suite: pytest.Pytester) -> None:
    suite.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mock_revio_settings():
            return {"error_shape": "object", "credentials": ("ann@acme:pw",)}
        """
    )
    suite.makepyfile(
        """
        from create import create

        def test_settings(mock_revio):
            assert mock_revio.credentials == ("ann@acme", "pw")
            create(mock_revio)
            assert create(mock_revio).json()["error"] == "duplicate"
        """
    )
    run(suite).assert_outcomes(passed=1)


def test_an_invalid_option_is_reported_without_a_traceback(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_nothing(mock_revio): pass")
    result = run(suite, "--mock-revio-fixture", "nothing.json")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mockrevio: nothing.json: cannot be read*"])
    assert "Traceback" not in result.stdout.str()


def test_each_xdist_worker_has_its_own_server(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import create

        @pytest.mark.parametrize("number", range(20))
        def test_create(mock_revio, number):
            assert create(mock_revio, str(number)).json()["id"] == 1
            assert [link["external_id"] for link in mock_revio.links] == [str(number)]
        """
    )
    run_alone(suite, "-n2").assert_outcomes(passed=20)


def test_each_xdist_worker_has_its_own_client_code_on_a_running_server(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import create

        @pytest.mark.parametrize("number", range(20))
        def test_create(mock_revio, mock_revio_server, number):
            assert create(mock_revio, str(number)).json()["id"] == 1
            with open("clients", "a") as file: print(mock_revio.credentials[0], file=file)
        """
    )
    with process("--ephemeral", "--isolate-clients") as server:
        run_alone(suite, "-n2", "--mock-revio-url", server.client.url).assert_outcomes(passed=20)
    assert len(set((suite.path / "clients").read_text("utf-8").split())) == 2


def test_a_running_server_without_isolated_worlds_is_rejected(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_nothing(mock_revio): pass")
    with process("--ephemeral") as server:
        result = run(suite, "--mock-revio-url", server.client.url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*start it with --isolate-clients*"])


def test_unittest_classes_can_use_the_fixture(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import unittest
        import pytest
        from create import create

        class TestSync(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def revio(self, mock_revio):
                self.revio = mock_revio

            def test_create(self):
                assert create(self.revio).json()["id"] == 1

            def test_never_fired(self):
                self.revio.fail()
        """
    )
    run(suite).assert_outcomes(passed=1, failed=1)


def test_a_suite_that_does_not_use_the_fixture_imports_nothing(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import sys

        def test_nothing_is_imported():
            assert "mockrevio.testing.pytest_plugin" in sys.modules
            imported = {name for name in sys.modules if name.startswith("mockrevio")}
            assert imported == {
                "mockrevio", "mockrevio.testing",
                "mockrevio.testing.pytest_options", "mockrevio.testing.pytest_plugin"}
            assert not {"flask", "tinydb", "httptools", "click"} & set(sys.modules)
        """
    )
    run_alone(suite).assert_outcomes(passed=1)


def test_the_options_are_in_the_help_of_pytest() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "--help"], capture_output=True, text=True, check=True
    )
    for option in ("fixture", "port", "url", "admin-token"):
        assert f"--mock-revio-{option}" in result.stdout


def test_a_fault_that_never_fires_is_reported_for_a_test_that_fails_anyway(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest, requests

        def test_no_error(mock_revio):
            mock_revio.fail(times=1, path="/v1/Typo")
            with pytest.raises(requests.HTTPError):
                requests.get(mock_revio.url + "/SystemStatus", auth=mock_revio.credentials).raise_for_status()
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*DID NOT RAISE*", "*fault 1, *never fired*"])


def test_a_dynamically_requested_fixture_is_checked_too(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test_dynamic(request):
            request.getfixturevalue("mock_revio").fail(times=1, path="/v1/Typo")
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*fault 1, *never fired*"])
