"""Strict suites: unexpected errors and assumed rules fail a test."""

from __future__ import annotations

import pytest

from tests.testing.suites import prepare, run

pytest_plugins = ["pytester"]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    suite = prepare(pytester)
    suite.makepyfile(
        """
        import pytest
        from create import create, get

        def test_unknown_customer(mock_revio):
            create(mock_revio, internal_id=4711)

        def test_unknown_path(mock_revio):
            get(mock_revio, "Custmers")

        def test_duplicate(mock_revio):
            create(mock_revio)
            create(mock_revio)

        def test_slash(mock_revio):
            get(mock_revio, "SystemStatus/")

        def test_fault(mock_revio):
            mock_revio.fail(status=404)
            get(mock_revio)

        def test_asserted(mock_revio):
            create(mock_revio, internal_id=4711)
            mock_revio.assert_called(status=400, times=1)

        def test_allowed(mock_revio):
            mock_revio.allow_errors(404, path="/v1/Customers/*")
            get(mock_revio, "Customers/4711")
        """
    )
    return suite


def failed(result: pytest.RunResult) -> set[str]:
    return {line.split("::")[1].split(" ")[0] for line in result.outlines if line.startswith("FAILED test_")}


CALLS = {"test_unknown_customer", "test_unknown_path", "test_duplicate"}
ASSUMED = {"test_duplicate", "test_slash"}


@pytest.mark.parametrize(
    ("strict", "expected"),
    [("off", set()), ("calls", CALLS), ("assumed", ASSUMED), ("all", CALLS | ASSUMED)],
)
def test_strict_modes(suite: pytest.Pytester, strict: str, expected: set[str]) -> None:
    assert failed(run(suite, f"--mock-revio-strict={strict}")) == expected


def test_the_ini_file_is_strict_and_the_command_line_overrides_it(suite: pytest.Pytester) -> None:
    suite.makeini(
        "[pytest]\nmock_revio_strict = all\nmock_revio_allow_assumed = link.* path.trailing_slash\n"
    )
    assert failed(run(suite)) == CALLS
    assert failed(run(suite, "--mock-revio-strict=off")) == set()
    assert failed(run(suite, "--mock-revio-strict=assumed", "--mock-revio-allow-assumed=link.*")) == {
        "test_slash"
    }


def test_the_failures_say_what_to_do(suite: pytest.Pytester) -> None:
    result = run(suite, "--mock-revio-strict=all", "-k", "duplicate or unknown_customer")
    result.stdout.fnmatch_lines(
        [
            "1 call failed with an error that the test does not expect:",
            "  POST /v1/IntegrationKeyLink -> 400 entity_not_found",
            '      customer 4711 *; add it with mock_revio.entities.add("CUSTOMER", 4711)',
            "to expect such errors, call mock_revio.allow_errors(400)",
        ]
    )
    result.stdout.fnmatch_lines(
        [
            "1 of 2 calls relied on assumed rules:",
            "  link.duplicate (1 call): * gets a 400; changed by the setting duplicates",
            'to rely on a rule, call mock_revio.allow_assumed("link.duplicate")',
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--mock-revio-strict=cals"],
            "must be off or calls or assumed or all, not 'cals'",
        ),
        (
            ["--mock-revio-allow-assumed=link.duplicat"],
            "*mock_revio_allow_assumed: 'link.duplicat' is no assumed rule; did you mean 'link.duplicate'?",
        ),
        (
            ["--mock-revio-allow-assumed=auth.basic"],
            "*'auth.basic': auth.basic is documented, not assumed, so it needs no permission",
        ),
    ],
)
def test_invalid_options_are_named(suite: pytest.Pytester, arguments: list[str], message: str) -> None:
    result = run(suite, *arguments)
    assert result.ret != 0
    lines = [*result.outlines, *result.errlines]
    assert any(message.removeprefix("*") in line for line in lines), lines
    assert "Traceback" not in "".join(lines)


def test_a_test_that_fails_anyway_also_shows_what_the_check_found(pytester: pytest.Pytester) -> None:
    suite = prepare(pytester)
    suite.makepyfile(
        "from create import get\ndef test_path(mock_revio):\n    get(mock_revio, 'Custmers')\n    assert 0"
    )
    run(suite, "--mock-revio-strict=calls").stdout.fnmatch_lines(
        [
            "*mockrevio: what the test would fail for otherwise*",
            "1 call failed with an error that the test does not expect:",
            "*mockrevio: calls of this test*",
        ]
    )


def test_calls_that_the_log_has_dropped_are_not_taken_for_good(pytester: pytest.Pytester) -> None:
    suite = prepare(pytester)
    suite.makepyfile(
        """
        import pytest
        from create import get

        @pytest.mark.mock_revio(log_size=2, strict="calls")
        def test_path(mock_revio):
            for _ in range(3):
                get(mock_revio)
        """
    )
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*has dropped 1 earlier call*cannot tell*MockRevio(log_size=...)*"])
