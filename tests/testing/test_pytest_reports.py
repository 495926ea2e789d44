"""What a failing test of a user's suite shows of its calls."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.testing.suites import prepare, run

pytest_plugins = ["pytester"]

SECTION = "*- mockrevio: calls of this test -*"


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    return prepare(pytester)


FAILING = """
from create import create, get

def test_fails(mock_revio):
    mock_revio.faults.add({"status": 503}, when={"times": 1}, name="outage")
    create(mock_revio)
    create(mock_revio, internal_id=4711)
    get(mock_revio, "Customers?page_size=3&subscription-key=hush-hush")
    get(mock_revio, "Custmers")
    assert False, "the test's own error"
"""

LINES = [
    SECTION,
    "POST /v1/IntegrationKeyLink -> 503 server_error (fault 1 (outage))",
    "POST /v1/IntegrationKeyLink -> 400 entity_not_found",
    '    customer 4711 does not exist; nearest 1025; add it with mock_revio.entities.add("CUSTOMER", 4711)',
    "GET /v1/Customers[?]page_size=3&subscription-key=[*][*][*] -> 200",
    "GET /v1/Custmers -> 404 not_found",
    "    did you mean /v1/Customers?",
]


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["one process", "xdist"])
def test_a_failing_test_shows_its_calls_with_advice_in_python(
    suite: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    suite.makepyfile(FAILING)
    result = run(suite, *arguments)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the test's own error*", *LINES], consecutive=False)
    output = result.stdout.str()
    assert "hush-hush" not in output.split("mockrevio: calls of this test")[1]
    assert "/__admin" not in output


def test_the_calls_are_in_junit_xml(suite: pytest.Pytester) -> None:
    suite.makepyfile(FAILING)
    run(suite, "--junitxml=results.xml")
    failure = ET.parse(suite.path / "results.xml").find(".//failure")  # noqa: S314 (pytest wrote it)
    assert failure is not None
    text = str(failure.text)
    assert "mockrevio: calls of this test" in text
    assert 'mock_revio.entities.add("CUSTOMER", 4711)' in text


def test_failures_in_setup_and_teardown_of_other_fixtures_show_the_calls(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import create, get

        @pytest.fixture
        def broken_setup(mock_revio):
            create(mock_revio)
            raise ValueError("setup")

        @pytest.fixture
        def broken_teardown(mock_revio):
            yield
            get(mock_revio, "Agents")
            raise ValueError("teardown")

        def test_setup(broken_setup): pass

        def test_teardown(broken_teardown): pass
        """
    )
    result = run(suite)
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(
        ["*ValueError: setup", SECTION, "POST /v1/IntegrationKeyLink -> 201"], consecutive=False
    )
    result.stdout.fnmatch_lines(["*ValueError: teardown", SECTION, "GET /v1/Agents -> 200"])


def test_only_the_last_calls_are_listed_and_the_others_are_counted(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from create import get

        def test_fails(mock_revio):
            for number in range(25):
                get(mock_revio, f"Customers?page={number + 1}")
            assert False
        """
    )
    output = run(suite).stdout.str()
    assert "... 5 earlier\nGET /v1/Customers?page=6 -> 200\n" in output
    assert "GET /v1/Customers?page=25 -> 200\n" in output
    assert "page=5 ->" not in output


def test_a_reset_within_the_test_is_mentioned(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from create import get

        def test_fails(mock_revio):
            get(mock_revio, "Agents")
            mock_revio.reset()
            get(mock_revio)
            assert False
        """
    )
    run(suite).stdout.fnmatch_lines(
        [SECTION, "... those before the last reset() are forgotten", "GET /v1/SystemStatus -> 200"]
    )


def test_connection_faults_and_calls_in_progress_are_shown_as_such(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import threading, requests
        from create import get

        def test_fails(mock_revio):
            mock_revio.lose_answer()
            try:
                get(mock_revio)
            except requests.ConnectionError:
                pass
            mock_revio.slow("60s", times=1)
            threading.Thread(target=get, args=(mock_revio, "Agents"), daemon=True).start()
            mock_revio.assert_called(path="/v1/Agents", timeout="5s")
            assert False
        """
    )
    run(suite).stdout.fnmatch_lines(
        [
            SECTION,
            "GET /v1/SystemStatus -> 200, connection fault reset (fault 1)",
            "GET /v1/Agents -> in progress (fault 2)",
        ]
    )


def test_passing_tests_and_tests_without_a_mock_show_nothing(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import get

        def test_passes(mock_revio):
            get(mock_revio)

        @pytest.mark.xfail
        def test_fails_as_expected(mock_revio):
            get(mock_revio)
            assert False

        def test_without(): assert False
        """
    )
    result = run(suite, "-rA")
    result.assert_outcomes(passed=1, xfailed=1, failed=1)
    assert "calls of this test" not in result.stdout.str()


def test_tests_that_share_a_world_show_only_their_own_calls(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import get

        @pytest.fixture(scope="module")
        def world(mock_revio_server):
            mock_revio_server.reset()
            return mock_revio_server

        def test_passes(world):
            get(world, "Agents")

        def test_fails(world):
            get(world, "Bills")
            assert False
        """
    )
    result = run(suite)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([SECTION, "GET /v1/Bills -> 200"])
    assert "/v1/Agents ->" not in result.stdout.str()


def test_a_failing_check_is_reported_once(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from create import create

        def test_count(mock_revio):
            create(mock_revio)
            mock_revio.assert_called(times=0, method="POST")

        def test_count_requests(mock_revio):
            mock_revio.webhooks.assert_delivered(timeout="1ms")
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["E*expected 0 requests *, but 1 matched", "E*matched: POST /v1/IntegrationKeyLink -> 201"]
    )
    output = result.stdout.str()
    assert "During handling of" not in output
    assert "direct cause" not in output
    assert "AdminCallRefused" not in output


@pytest.mark.parametrize("arguments", [(), ("-n2",)], ids=["one process", "xdist"])
def test_the_summary_names_the_assumed_rules_of_all_calls(
    suite: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    suite.makepyfile(
        """
        from create import create, get

        def test_duplicates(mock_revio):
            for _ in range(3):
                create(mock_revio)
            mock_revio.reset()
            get(mock_revio)

        def test_slash(mock_revio):
            get(mock_revio, "SystemStatus/")
            get(mock_revio)
        """
    )
    result = run(suite, *arguments)
    result.assert_outcomes(passed=2)
    line = "mockrevio: 3 of 6 calls relied on assumed rules: link.duplicate (2), path.trailing_slash (1)"
    assert result.outlines.count(line) == 1


def test_there_is_no_summary_without_assumed_rules(suite: pytest.Pytester) -> None:
    suite.makepyfile("from create import get\ndef test_status(mock_revio): get(mock_revio)")
    assert "relied on assumed" not in run(suite).stdout.str()
