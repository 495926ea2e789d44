"""`MockRevio` is what a test needs, without pytest: typed, ephemeral, and clear about what went wrong."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import (
    AdminCallRefused,
    CheckFailed,
    DataUnwritable,
    FixtureError,
    ServerError,
    SettingError,
)
from tests.storage.refusals import disk_full, posix_only
from tests.support import LINK, process


def post(revio: MockRevio, **changes: object) -> requests.Response:
    link = {**LINK, **changes}
    return requests.post(f"{revio.url}/IntegrationKeyLink", json=link, auth=revio.credentials, timeout=10)


def get(revio: MockRevio, path: str = "SystemStatus") -> requests.Response:
    return requests.get(f"{revio.url}/{path}", auth=revio.credentials, timeout=10)


def test_it_serves_within_a_with_statement_and_not_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with MockRevio(fixture="default") as revio:
        url = revio.url
        assert get(revio).json() == {"ok": True}
        assert url == f"{revio.base_url}/v1"

    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    assert not list(tmp_path.iterdir())  # nothing was kept


def test_it_can_be_started_and_stopped_again(tmp_path: Path) -> None:
    revio = MockRevio(data=tmp_path / "kept")
    for count in range(2):
        revio.start()
        assert len(revio.links) == count
        post(revio, external_id=str(count))
        revio.stop()
        revio.stop()


def test_before_it_runs_it_says_so() -> None:
    with pytest.raises(ServerError, match="does not run yet: use it in a with statement"):
        _ = MockRevio().url


def test_settings_are_given_by_name_and_checked() -> None:
    with MockRevio(fixture=["default", "demo"], error_shape="object", credentials=("ann@acme:pw",)) as revio:
        assert revio.credentials == ("ann@acme", "pw")
        assert post(revio, internal_id=999999).json()["error"] == "entity_not_found"
        assert len(revio.entities.all("CUSTOMER")) == 150
    with pytest.raises(SettingError, match="--error-shape: 'list' is not allowed"):
        MockRevio(error_shape="list")
    with pytest.raises(SettingError, match="'colour' is no setting"):
        MockRevio(colour="red")


def test_a_taken_port_and_a_bad_fixture_are_clear_errors(revio: MockRevio) -> None:
    with pytest.raises(ServerError, match="cannot listen"):
        MockRevio(port=int(revio.base_url.rpartition(":")[2])).start()
    with pytest.raises(FixtureError, match=r"nothing\.json: cannot be read"):
        MockRevio(fixture="nothing.json").start()


def test_links_are_iterated_counted_and_added_under_rev_ios_rules(revio: MockRevio) -> None:
    assert post(revio).json()["id"] == 1
    added = revio.links.add(1016, "0012D00000dAsFzQAZ")

    assert [link["external_id"] for link in revio.links] == ["0012D00000dAsFzQAK", "0012D00000dAsFzQAZ"]
    assert (len(revio.links), revio.links[-1]) == (2, added)
    with pytest.raises(AdminCallRefused, match="CUSTOMER 999999 does not exist"):
        revio.links.add(999999, "x")
    assert len(revio.requests) == 1  # what a test prepares is no call


def test_entities_are_seen_to_changed_and_removed(revio: MockRevio) -> None:
    before = revio.entities.get("CUSTOMER", 1015)
    assert before is not None
    revio.entities.add("CUSTOMER", 1015, status="CLOSED")
    revio.entities.add("customer", 7)

    assert revio.entities.get("CUSTOMER", 1015) == {**before, "status": "CLOSED"}
    assert post(revio, internal_id=7).status_code == 201
    assert revio.entities.add("CUSTOMER", status="ACTIVE")["customer_id"] == 1026
    assert len(revio.entities.make("BILL", 3)) == 3
    revio.entities.remove("CUSTOMER", 7)
    assert revio.entities.get("CUSTOMER", 7) is None
    with pytest.raises(AdminCallRefused, match="CUSTOMER 7 does not exist"):
        revio.entities.remove("CUSTOMER", 7)
    with pytest.raises(AdminCallRefused, match="unknown entity type 'TOWER'"):
        revio.entities.get("TOWER", 1)


def test_the_shorthands_arm_what_they_say(revio: MockRevio) -> None:
    failing = revio.fail(times=2, status=502, path="/v1/SystemStatus")
    assert [get(revio).status_code for _ in range(3)] == [502, 502, 200]
    assert (failing.matched, failing.fired) == (3, 2)
    failing.remove()

    revio.slow("150ms", times=1)
    began = time.monotonic()
    get(revio)
    assert time.monotonic() - began >= 0.15

    revio.lose_answer(method="POST")
    with pytest.raises(requests.ConnectionError):
        post(revio)
    assert len(revio.links) == 1
    revio.check()
    revio.faults.clear()
    assert len(revio.faults) == 0


def test_a_fault_that_never_fired_is_named_with_the_reason(revio: MockRevio) -> None:
    revio.faults.add({"status": 503}, match={"method": "PUT"}, name="updates fail")
    get(revio)

    with pytest.raises(CheckFailed, match=r"fault 1 \(updates fail\).* never fired: method is GET, not PUT"):
        revio.check()


def test_an_optional_fault_need_not_fire(revio: MockRevio) -> None:
    revio.fail(optional=True)

    revio.check()


def test_a_missing_call_is_told_with_the_nearest_that_were_made(revio: MockRevio) -> None:
    get(revio, "Customers")

    revio.assert_called(method="GET", path="/v1/customers", times=1)
    with pytest.raises(CheckFailed) as caught:
        revio.assert_called(method="POST", path="/v1/Customers", times=3)
    assert str(caught.value).splitlines() == [
        '0 requests match, expected 3 {"method": "POST", "path": "/v1/Customers"}',
        "  nearest: GET /v1/Customers, but method is GET, not POST",
    ]
    assert isinstance(caught.value, AssertionError)
    with pytest.raises(CheckFailed) as caught:
        revio.assert_called(match={"method": "GET"}, path="/v1/*", times=2)
    assert str(caught.value) == '1 request matches, expected 2 {"method": "GET", "path": "/v1/*"}'
    assert caught.traceback[-1].frame.f_globals["__name__"].startswith("mockrevio.testing.handle")
    assert all(
        entry.ishidden(None) for entry in caught.traceback[1:]
    )  # a failure ends at the test's own line


def test_an_assertion_waits_for_work_in_the_background(revio: MockRevio) -> None:
    later = threading.Timer(0.3, lambda: get(revio))
    later.start()

    revio.assert_called(path="/v1/SystemStatus", timeout="5s")
    later.join()


def test_the_log_is_looked_through_with_the_matcher_of_faults(revio: MockRevio) -> None:
    post(revio)
    get(revio)

    assert [each["path"] for each in revio.requests] == ["/v1/IntegrationKeyLink", "/v1/SystemStatus"]
    assert revio.requests.count(body={"external_id": "0012*"}) == 1
    assert revio.requests.matching(method="GET")[0]["response"]["status"] == 200
    assert revio.requests[-1]["login"] == "tester"
    assert revio.requests[0]["json"]["internal_id"] == 1015
    revio.requests.clear()
    assert len(revio.requests) == 0


def test_a_state_is_kept_and_gone_back_to(revio: MockRevio) -> None:
    post(revio)
    kept = revio.snapshot()
    post(revio, internal_id=1016)

    assert [each["id"] for each in revio.changes_since(kept)["added"]] == [2]
    revio.restore(kept)
    assert len(revio.links) == 1
    state = revio.state
    revio.reset()
    revio.replace_state(state)
    assert len(revio.links) == 1


def test_the_clock_is_frozen_moved_on_and_let_go(revio: MockRevio) -> None:
    revio.clock.freeze("2030-01-02T03:04:05")
    revio.clock.advance("90s")
    revio.clock.advance(timedelta(minutes=1))

    post(revio)
    assert revio.links[0]["created_date"] == "2030-01-02T03:06:35.000"
    revio.clock.freeze(datetime(2031, 1, 1))  # noqa: DTZ001 (UTC, as the docs say)
    assert revio.clock.now == datetime(2031, 1, 1)  # noqa: DTZ001
    revio.clock.release()
    revio.clock.freeze()
    assert revio.clock.now.year < 2030 or revio.clock.now.year > 2031


def test_settings_are_changed_until_the_next_reset(revio: MockRevio) -> None:
    revio.change_settings(error_shape="object", latency=None)
    assert revio.settings["error_shape"] == "object"
    revio.reset()
    assert revio.settings["error_shape"] == "array"
    with pytest.raises(AdminCallRefused, match="latency: 'fast' is not allowed"):
        revio.change_settings(latency="fast")


def test_a_running_server_is_used_with_a_world_of_its_own() -> None:
    with process("--ephemeral", "--isolate-clients", "--admin-token", "sesame") as server:
        ann, bob = (
            MockRevio.connect(server.client.url, client=name, admin_token="sesame")  # noqa: S106
            for name in ("ann", "bob")
        )
        with ann, bob:
            assert post(ann).json()["id"] == post(bob).json()["id"] == 1
            assert ann.credentials == ("tester@ann", "secret")
            own = ("me@ann", "x")
            mine = MockRevio.connect(server.client.url, client="ann", admin_token="sesame", credentials=own)  # noqa: S106
            assert post(mine, external_id="b").status_code == 201
            assert mine.links[-1]["created_by"] == "me"
            ann.reset()
            assert (len(ann.links), len(bob.links)) == (0, 1)
        assert len(bob.links) == 1  # it was there before, and is still
        with pytest.raises(ServerError, match="does not let in"):
            MockRevio.connect(server.client.url)


def test_a_running_server_with_one_world_for_all_is_refused() -> None:
    with (
        process("--ephemeral") as server,
        pytest.raises(ServerError, match="start it with --isolate-clients"),
    ):
        MockRevio.connect(server.client.url)


def test_a_server_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(ServerError, match="does not answer GET /__admin/worlds"):
        MockRevio.connect("http://127.0.0.1:9")


def test_several_run_side_by_side() -> None:
    with MockRevio() as first, MockRevio() as second:
        post(first)
        assert (len(first.links), len(second.links)) == (1, 0)


def test_it_is_found_in_the_package_and_importing_that_costs_nothing() -> None:
    program = (
        "import sys, mockrevio; print(sorted({'mockrevio.testing', 'mockrevio', 'flask'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "['mockrevio']"


def test_a_script_that_forgot_to_stop_it_ends_all_the_same() -> None:
    script = "from mockrevio import MockRevio; revio = MockRevio().start(); revio.reset(); 1 / 0"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=20, check=False)
    assert ended.returncode == 1
    assert b"ZeroDivisionError" in ended.stderr


def test_threads_that_start_it_at_once_start_one_server() -> None:
    def servers() -> set[threading.Thread]:
        return {each for each in threading.enumerate() if each.name == "mockrevio-server"}

    revio, before = MockRevio(), servers()
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(revio.start().url)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(urls)) == 1
    revio.stop()
    assert servers() <= before


@posix_only
def test_after_a_stop_that_the_disk_refused_it_can_be_started_again(tmp_path: Path) -> None:
    revio = MockRevio(data=tmp_path).start()
    post(revio)
    with disk_full(at=10), pytest.raises(DataUnwritable):
        revio.stop()
    with revio:
        assert [link["external_id"] for link in revio.links] == [LINK["external_id"]]
