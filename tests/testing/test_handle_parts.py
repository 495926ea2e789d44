"""What a test does with a `MockRevio`: its entities, links, faults, requests, clock and checks."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import AdminCallRefused, CheckFailed
from tests.testing.common import get, post


def test_links_can_be_listed_counted_and_created_by_rev_ios_rules(revio: MockRevio) -> None:
    assert post(revio).json()["id"] == 1
    link = revio.links.add(1016, "0012D00000dAsFzQAZ")

    assert [item["external_id"] for item in revio.links] == ["0012D00000dAsFzQAK", "0012D00000dAsFzQAZ"]
    assert (len(revio.links), revio.links[-1]) == (2, link)
    with pytest.raises(AdminCallRefused, match="CUSTOMER 999999 does not exist"):
        revio.links.add(999999, "x")
    assert len(revio.requests) == 1  # the admin request of links.add is not logged


def test_entities_can_be_created_updated_generated_and_removed(revio: MockRevio) -> None:
    before = revio.entities.get("CUSTOMER", 1015)
    assert before is not None
    revio.entities.add("CUSTOMER", 1015, status="CLOSED")
    revio.entities.add("customer", 7)

    after = revio.entities.get("CUSTOMER", 1015)
    assert after is not None
    assert after["updated_date"] > before["updated_date"]
    assert after == {**before, "status": "CLOSED", "updated_date": after["updated_date"]}
    assert post(revio, internal_id=7).status_code == 201
    assert revio.entities.add("CUSTOMER", status="ACTIVE")["customer_id"] == 1026
    assert len(revio.entities.make("BILL", 3)) == 3
    revio.entities.remove("CUSTOMER", 7)
    assert revio.entities.get("CUSTOMER", 7) is None
    with pytest.raises(AdminCallRefused, match="CUSTOMER 7 does not exist"):
        revio.entities.remove("CUSTOMER", 7)
    with pytest.raises(AdminCallRefused, match="unknown entity type or endpoint 'TOWER'"):
        revio.entities.get("TOWER", 1)


def test_fail_slow_and_lose_answer_arm_faults(revio: MockRevio) -> None:
    fault = revio.fail(times=2, status=502, path="/v1/SystemStatus")
    assert [get(revio).status_code for _ in range(3)] == [502, 502, 200]
    assert (fault.matched, fault.fired) == (3, 2)
    fault.remove()

    revio.slow("150ms", times=1)
    start = time.monotonic()
    get(revio)
    assert time.monotonic() - start >= 0.15

    revio.lose_answer(method="POST")
    with pytest.raises(requests.ConnectionError):
        post(revio)
    assert len(revio.links) == 1
    revio.check()
    revio.faults.clear()
    assert len(revio.faults) == 0


def test_check_reports_a_fault_that_never_fired_with_the_reason(revio: MockRevio) -> None:
    revio.faults.add({"status": 503}, match={"method": "PUT"}, name="updates fail")
    get(revio)

    with pytest.raises(CheckFailed, match=r"fault 1 \(updates fail\).* never fired: method is GET, not PUT"):
        revio.check()


def test_an_optional_fault_does_not_have_to_fire(revio: MockRevio) -> None:
    revio.fail(optional=True)

    revio.check()


def test_assert_called_fails_with_the_nearest_misses(revio: MockRevio) -> None:
    get(revio, "Customers")

    revio.assert_called(method="GET", path="/v1/customers", times=1)
    with pytest.raises(CheckFailed) as caught:
        revio.assert_called(method="POST", path="/v1/Customers", times=3)
    assert str(caught.value).splitlines() == [
        'expected 3 requests matching {"method": "POST", "path": "/v1/Customers"}, but 0 matched',
        "  nearest miss: GET /v1/Customers (method is GET, not POST)",
    ]
    assert isinstance(caught.value, AssertionError)
    with pytest.raises(CheckFailed) as caught:
        revio.assert_called(match={"method": "GET"}, path="/v1/*", times=2)
    assert (
        str(caught.value) == 'expected 2 requests matching {"method": "GET", "path": "/v1/*"}, but 1 matched'
    )
    assert caught.traceback[-1].frame.f_globals["__name__"].startswith("mockrevio.testing.handle")
    # The traceback that pytest shows ends at the line of the test.
    assert all(entry.ishidden(None) for entry in caught.traceback[1:])


def test_assert_called_waits_for_background_work(revio: MockRevio) -> None:
    background = threading.Timer(0.3, lambda: get(revio))
    background.start()

    revio.assert_called(path="/v1/SystemStatus", timeout="5s")
    background.join()


def test_the_request_log_is_filtered_with_matchers(revio: MockRevio) -> None:
    post(revio)
    get(revio)

    assert [entry["path"] for entry in revio.requests] == ["/v1/IntegrationKeyLink", "/v1/SystemStatus"]
    assert revio.requests.count(body={"external_id": "0012*"}) == 1
    assert revio.requests.matching(method="GET")[0]["response"]["status"] == 200
    assert revio.requests[-1]["login"] == "tester"
    assert revio.requests[0]["json"]["internal_id"] == 1015
    revio.requests.clear()
    assert len(revio.requests) == 0


def test_snapshots_and_states_can_be_restored(revio: MockRevio) -> None:
    post(revio)
    name = revio.snapshot()
    post(revio, internal_id=1016)

    assert [link["id"] for link in revio.changes_since(name)["added"]] == [2]
    revio.restore(name)
    assert len(revio.links) == 1
    state = revio.state
    revio.reset()
    revio.replace_state(state)
    assert len(revio.links) == 1


def test_the_clock_can_be_frozen_advanced_and_released(revio: MockRevio) -> None:
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


def test_the_clock_can_run_from_another_date(revio: MockRevio) -> None:
    revio.clock.run_from("1999-12-31")
    revio.clock.advance("2d")
    revio.clock.advance(timedelta(weeks=52))

    post(revio)
    assert revio.links[0]["created_date"].startswith("2000-12-31T00:00:")
    revio.clock.run_from(datetime(2031, 1, 1))  # noqa: DTZ001 (UTC, as the docs say)
    before = revio.clock.now
    assert before.year == 2031
    time.sleep(0.002)  # it shows milliseconds
    assert revio.clock.now > before


def test_changed_settings_last_until_the_next_reset(revio: MockRevio) -> None:
    revio.change_settings(error_shape="object", latency=None)
    assert revio.settings["error_shape"] == "object"
    revio.reset()
    assert revio.settings["error_shape"] == "array"
    with pytest.raises(AdminCallRefused, match=r"latency: must be a duration .*, not 'fast'"):
        revio.change_settings(latency="fast")
