"""`@pytest.mark.mock_revio(...)` in a user's suite."""

from __future__ import annotations

import pytest

from tests.support import process
from tests.testing.suites import prepare, run

pytest_plugins = ["pytester"]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    suite = prepare(pytester)
    suite.makefile(".json", mine='{"entities": {"CUSTOMER": [5]}, "settings": {"error_shape": "object"}}')
    return suite


SUITE = """
import pytest
from create import create, get

pytestmark = pytest.mark.mock_revio(fixture="demo", latency="1ms")

def test_module(mock_revio):
    assert (len(mock_revio.links), mock_revio.settings["latency"]) == (260, "1ms")

@pytest.mark.mock_revio(fixture=["empty", "mine.json"], strict="calls")
@pytest.mark.mock_revio(allow_errors=[404, {"path": "/v1/Agents/*"}])
class TestClass:
    def test_class(self, mock_revio):
        assert [customer["customer_id"] for customer in mock_revio.entities.all("CUSTOMER")] == [5]
        assert mock_revio.settings["latency"] == "1ms"
        assert get(mock_revio, "Bills/7").json()["error"] == "not_found"
        assert get(mock_revio, "Agents/x").status_code == 404

    @pytest.mark.mock_revio(latency=None, fixture="default")
    def test_closest_wins(self, mock_revio):
        assert (len(mock_revio.links), mock_revio.settings["latency"]) == (0, None)

    @pytest.mark.parametrize("size", [
        pytest.param("clamp"),
        pytest.param("reject", marks=pytest.mark.mock_revio(page_size_over_max="reject", allow_errors=True)),
    ])
    def test_parameters(self, mock_revio, size):
        assert mock_revio.settings["page_size_over_max"] == size
        assert get(mock_revio, "Customers?page_size=501").status_code == (200 if size == "clamp" else 400)

def test_reset_returns_to_what_the_marker_says(mock_revio):
    mock_revio.replace_state({})
    mock_revio.change_settings(latency=None)
    mock_revio.reset()
    assert (len(mock_revio.links), mock_revio.settings["latency"]) == (260, "1ms")
"""


def test_the_closest_marker_decides_on_each_argument(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    run(suite, "--strict-markers").assert_outcomes(passed=6)


def test_a_marker_works_on_a_running_server(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    with process("--ephemeral", "--isolate-clients") as server:
        run(suite, "--mock-revio-url", server.client.url).assert_outcomes(passed=6)


def test_settings_of_a_whole_server_apply_to_the_marked_test_only(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest
        from create import get

        addresses = set()

        @pytest.mark.mock_revio(credentials="ann@acme:pw")
        @pytest.mark.parametrize("number", [1, 2])
        def test_marked(mock_revio, number):
            addresses.add(mock_revio.url)
            assert mock_revio.credentials == ("ann@acme", "pw")
            assert get(mock_revio).status_code == 200

        def test_others(mock_revio):
            assert mock_revio.url not in addresses
            assert len(addresses) == 1
            assert mock_revio.credentials[0] == "tester@mockrevio"
        """
    )
    run(suite).assert_outcomes(passed=3)
    with process("--ephemeral", "--isolate-clients") as server:
        result = run(suite, "--mock-revio-url", server.client.url)
    result.stdout.fnmatch_lines(["*the running server * cannot change credentials for one test*"])


def test_a_marker_does_not_apply_to_what_other_tests_reset(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.fixture(scope="module")
        def shared(mock_revio_server):
            mock_revio_server.reset()
            return mock_revio_server

        @pytest.mark.mock_revio(fixture="demo")
        def test_marked(mock_revio):
            assert len(mock_revio.links) == 260

        def test_shared(shared):
            assert shared.links == []
        """
    )
    run(suite).assert_outcomes(passed=2)


def test_files_are_relative_to_the_file_of_the_test(suite: pytest.Pytester) -> None:
    folder = suite.mkpydir("below")
    (folder / "own.json").write_text('{"entities": {"CUSTOMER": [6]}}')
    (folder / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.mark.mock_revio(fixture=['empty', 'own.json'])\n"
        "def test_own(mock_revio): assert mock_revio.entities.get('CUSTOMER', 6)\n"
    )
    run(suite).assert_outcomes(passed=1)


MISTAKES = [
    (
        "latencey='1s'",
        "@pytest.mark.mock_revio() got an unexpected argument 'latencey'; did you mean 'latency'?",
    ),
    ("fixtures='demo'", "got an unexpected argument 'fixtures'; did you mean 'fixture'?"),
    ("'demo'", "takes no argument without a name, as 'demo'; write @pytest.mark.mock_revio(fixture=...)"),
    ("latency='fast'", "@pytest.mark.mock_revio: latency: must be a duration (200ms)"),
    ("fixture=3", "fixture: must be the name of a fixture, a file or a list of these, not 3"),
    ("fixture=[None]", "fixture: must be the name of a fixture, a file or a list of these, not [None]"),
    ("allow_assumed=5", "allow_assumed: must be the name of a rule or a list of these, not 5"),
    (
        "allow_errors='oops'",
        "@pytest.mark.mock_revio: allow_errors: status: must be a status such as 503",
    ),
    (
        "log_size='many'",
        "@pytest.mark.mock_revio: log_size: must be a whole number from 0 to 1000000, not 'many'",
    ),
    ("fixture='nothing.json'", "nothing.json: cannot be read"),
    ("strict='yes'", "strict: must be 'off' or 'calls' or 'assumed' or 'all', not 'yes'"),
    ("allow_assumed='link.duplicat'", "allow_assumed: 'link.duplicat' is no assumed rule; did you mean"),
    ("allow_errors={'stauts': 404}", "allow_errors: stauts: unknown, did you mean status?"),
]
"""Arguments of a marker, and the message that the test with this marker gets."""


def test_mistakes_in_a_marker_are_errors_of_the_test(suite: pytest.Pytester) -> None:
    """All in one suite, so that each also leaves the other tests alone."""
    tests = (
        f"@pytest.mark.mock_revio({arguments})\ndef test_{number}(mock_revio): pass\n"
        for number, (arguments, _) in enumerate(MISTAKES)
    )
    suite.makepyfile("\n".join(["import pytest", *tests, "def test_unmarked(mock_revio): pass"]))
    result = run(suite)
    result.assert_outcomes(errors=len(MISTAKES), passed=1)
    output = result.stdout.str()
    for number, (_, message) in enumerate(MISTAKES):
        section = output.partition(f" ERROR at setup of test_{number} ")[2].partition(" ERROR at setup of ")[
            0
        ]
        assert message in section
    assert "Traceback" not in output
    assert "site-packages" not in output


def test_the_marker_is_registered(suite: pytest.Pytester) -> None:
    run(suite, "--markers").stdout.fnmatch_lines(["@pytest.mark.mock_revio(*fixture*"])
