"""Which calls the report of a failing test shows, and how."""

from __future__ import annotations

import pytest

from tests.testing.suites import prepare, run

pytest_plugins = ["pytester"]

SECTION = "*- mockrevio: calls of this test -*"


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    return prepare(pytester)


def test_each_failure_of_a_test_shows_the_calls_until_then(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import get

        @pytest.fixture
        def teardown(mock_revio):
            yield
            get(mock_revio, "InTeardown")
            raise RuntimeError("teardown")

        def test_fails_twice(mock_revio, teardown):
            get(mock_revio, "InTest")
            assert False
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines_random(
        ["GET /v1/InTest -> 404 not_found", "GET /v1/InTeardown -> 404 not_found"]
    )


def test_long_and_unprintable_targets_are_shown_in_one_short_line(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from create import get

        def test_fails(mock_revio):
            get(mock_revio, "Customers/%0A%1B[31mred")
            get(mock_revio, "Customers?search.name=" + 5000 * "z")
            assert False
        """
    )
    result = run(suite)
    result.stdout.fnmatch_lines(["GET /v1/Customers/%0A%1B[[]31mred -> 404 not_found"])
    calls = [line for line in result.stdout.lines if line.startswith("GET /v1/Customers[?]")]
    assert all(len(line) < 400 for line in calls)
    result.stdout.fnmatch_lines(["GET /v1/Customers[?]search.name=zzz*zzz... -> *"])


def test_the_test_that_starts_the_shared_server_shows_its_calls(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from create import get

        def test_fails(mock_revio_server):
            get(mock_revio_server, "Custmers")
            assert False
        """
    )
    run(suite).stdout.fnmatch_lines([SECTION, "GET /v1/Custmers -> 404 not_found"])
