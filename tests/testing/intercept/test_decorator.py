"""`intercept` in every form: `with`, `async with`, and as a decorator of functions and classes."""

from __future__ import annotations

import asyncio
import inspect
import unittest
from collections.abc import AsyncIterator, Iterator

import pytest
import requests

import mockrevio
from mockrevio import MockRevio
from mockrevio.errors import InterceptionError, ServerError, UnknownArgument
from mockrevio.testing.intercept.target import Target
from tests.testing.intercept.hooked import difference, picture
from tests.testing.suites import run

pytest_plugins = ["pytester"]

URL = "https://restapi.rev.io/v1/IntegrationKeyLink"
AUTH = ("tester@acme", "secret")
LINK = {
    "integration_system_id": 4,
    "integration_entity_type_id": 2,
    "internal_id": 1015,
    "external_id": "a",
}


def create() -> int:
    """Create a key link, and return its id, which is 1 in a new mock."""
    answer = requests.post(URL, json=LINK, auth=AUTH, timeout=5)
    return int(answer.json()["id"]) if answer.ok else answer.status_code


def test_a_block_gives_the_mock_it_has_started() -> None:
    before = picture()
    with mockrevio.intercept() as revio:
        assert isinstance(revio, MockRevio)
        assert create() == 1
        assert len(revio.links) == 1
    assert difference(before, picture()) == []
    with pytest.raises(ServerError, match="not running"):
        _ = revio.links


def test_an_async_block(revio: MockRevio) -> None:
    async def scenario() -> None:
        async with mockrevio.intercept() as own:
            assert create() == 1
            assert len(own.links) == 1
        async with revio.intercept():
            assert create() == 1

    asyncio.run(scenario())
    assert len(revio.links) == 1


def test_start_and_stop() -> None:
    interception = mockrevio.intercept()
    revio = interception.start()
    with pytest.raises(ServerError, match="active already"):
        interception.start()
    assert create() == 1
    assert len(revio.links) == 1
    interception.stop()
    interception.stop()


def test_the_mock_stops_although_stopping_the_interception_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_target: Target) -> None:
        raise RuntimeError("no")

    interception = mockrevio.intercept()
    url = interception.start().url
    monkeypatch.setattr(Target, "disconnect", fail)
    with pytest.raises(RuntimeError, match="no"):
        interception.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_settings_are_those_of_the_mock() -> None:
    with mockrevio.intercept(fixture="empty", latency="1ms") as revio:
        assert revio.settings["latency"] == "1ms"
    with pytest.raises(UnknownArgument, match="no_such_setting"):
        mockrevio.intercept(no_such_setting=1).start()


def test_invalid_hosts_are_rejected_where_they_are_named() -> None:
    with pytest.raises(InterceptionError, match="empty"):
        mockrevio.intercept("")


def test_a_decorated_function_has_a_new_mock_for_each_call() -> None:
    @mockrevio.intercept("restapi.rev.io")
    def work(factor: int, *, plus: int = 0) -> int:
        """Docs."""
        return create() * factor + plus

    assert [work(10, plus=1), work(10, plus=1)] == [11, 11]
    assert (work.__name__, work.__doc__) == ("work", "Docs.")
    assert list(inspect.signature(work).parameters) == ["factor", "plus"]


def test_a_decorated_function_may_call_itself() -> None:
    @mockrevio.intercept()
    def work(depth: int) -> int:
        created = create()
        return created if depth == 0 else created + work(depth - 1)

    assert work(2) == 3


def test_a_decorated_coroutine_function() -> None:
    @mockrevio.intercept()
    async def work() -> int:
        await asyncio.sleep(0)
        return create()

    assert inspect.iscoroutinefunction(work)
    assert asyncio.run(work()) == 1


def test_decorated_generators_are_intercepted_until_they_end() -> None:
    @mockrevio.intercept()
    def work() -> Iterator[int]:
        yield create()
        yield create()

    @mockrevio.intercept()
    async def work_async() -> AsyncIterator[int]:
        yield create()
        yield create()

    async def collect() -> list[int]:
        return [each async for each in work_async()]

    before = picture()
    assert list(work()) == [1, 400]  # the second is a duplicate
    assert asyncio.run(collect()) == [1, 400]
    assert difference(before, picture()) == []


def test_a_mock_that_runs_is_used_by_its_own_decorator(revio: MockRevio) -> None:
    @revio.intercept()
    def work() -> int:
        return create()

    assert work() == 1
    assert len(revio.links) == 1


def test_an_exception_of_a_decorated_function_ends_the_interception() -> None:
    @mockrevio.intercept()
    def work() -> None:
        raise ValueError("in the function")

    before = picture()
    with pytest.raises(ValueError, match="in the function"):
        work()
    assert difference(before, picture()) == []


def test_a_decorated_test_case_is_intercepted_from_set_up_to_clean_up() -> None:
    seen: list[int] = []

    @mockrevio.intercept()
    class TestLinks(unittest.TestCase):
        def setUp(self) -> None:
            seen.append(create())

        def tearDown(self) -> None:
            seen.append(requests.get(f"{URL}/1", auth=AUTH, timeout=5).status_code)

        def test_one(self) -> None:
            seen.append(create())

        def test_two(self) -> None:
            seen.append(create())

    before = picture()
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(TestLinks).run(result)
    assert result.wasSuccessful(), result.errors
    assert seen == [1, 400, 200] * 2  # the second is a duplicate
    assert difference(before, picture()) == []


@pytest.mark.parametrize("wrong", [type("Client", (), {"fetch": create}), 5, "restapi.rev.io"])
def test_nothing_else_can_be_decorated(wrong: object) -> None:
    with pytest.raises(InterceptionError, match="can decorate functions and test classes"):
        mockrevio.intercept()(wrong)  # type: ignore[type-var]


def test_every_form_works_in_pytest(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import mockrevio
        import pytest
        import requests

        URL = "https://restapi.rev.io/v1/SystemStatus"

        def get(host="restapi.rev.io"):
            url = f"https://{host}/v1/SystemStatus"
            return requests.get(url, auth=("tester@acme", "secret"), timeout=5).status_code

        @mockrevio.intercept()
        @pytest.mark.parametrize("number", [1, 2])
        def test_function(tmp_path, number):
            assert get() == 200

        @mockrevio.intercept()
        class TestClass:
            def setup_method(self):
                assert get() == 200

            def teardown_method(self, method):
                assert get() == 200

            def test_one(self, tmp_path):
                assert get() == 200

        @pytest.fixture
        @mockrevio.intercept()
        def ready():
            yield get()

        def test_fixture(ready):
            assert ready == get() == 200

        @pytest.mark.parametrize("host", ["restapi.rev.io", "api.revioapi.com"])
        def test_ready_fixture(mock_revio_intercepted, host):
            mock_revio_intercepted.fail(times=1)
            assert [get(host), get(host)] == [503, 200]

        @pytest.mark.usefixtures("mock_revio_intercepted")
        def test_both(mock_revio):
            get()
            mock_revio.assert_called(path="/v1/SystemStatus", times=1)
        """
    )
    run(pytester).assert_outcomes(passed=7)
