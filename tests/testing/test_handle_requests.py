"""What a test knows of calls: those in progress, those that the log has dropped, and their answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import CheckFailed, MockrevioError
from tests.contract.raw import Raw, basic
from tests.testing.common import get, post

STATUS = "/v1/SystemStatus"


@pytest.fixture
def held(revio: MockRevio) -> Iterator[MockRevio]:
    """A mock that holds a call."""
    revio.slow("1h", path=STATUS)
    head = f"GET {STATUS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {basic(*revio.credentials)}\r\n\r\n"
    with Raw(revio.base_url) as raw:
        raw.send(head.encode())
        revio.assert_called(path=STATUS, times=1, timeout="10s")
        yield revio


@pytest.fixture
def small() -> Iterator[MockRevio]:
    """A mock whose log keeps two calls."""
    with MockRevio(log_size=2) as revio:
        yield revio


def failure(revio: MockRevio, **match: Any) -> list[str]:
    """The lines of the message with which `assert_called` fails."""
    with pytest.raises(CheckFailed) as caught:
        revio.assert_called(**match)
    return str(caught.value).splitlines()


def test_a_call_in_progress_is_in_the_log(held: MockRevio) -> None:
    [entry] = held.requests
    assert (entry["response"], entry["client_left"], entry["fault"]) == (None, False, "fault 1")
    assert str(entry["peer"]).startswith("127.0.0.1:")
    assert len(held.requests) == held.requests.count(status="none") == 1
    held.check()


def test_a_call_in_progress_counts(held: MockRevio) -> None:
    held.assert_called(path=STATUS, times=1)
    assert failure(held, path=STATUS, times=0) == [
        f'expected 0 requests matching {{"path": "{STATUS}"}}, but 1 matched',
        "  1 call is still in progress",
        "  matched: GET /v1/SystemStatus -> in progress (fault 1)",
    ]


def test_a_call_in_progress_may_still_match(held: MockRevio) -> None:
    reasons = "status is not known yet, not 200; still in progress, held by fault 1"
    assert failure(held, path=STATUS, status=200) == [
        f'expected at least 1 request matching {{"path": "{STATUS}", "status": 200}}, but 0 matched',
        "  1 call is still in progress",
        f"  nearest miss: GET {STATUS} ({reasons})",
    ]
    assert "still in progress" in failure(held, status="5xx", times=0)[1]


def test_calls_are_asserted_by_their_answers(revio: MockRevio) -> None:
    start = revio.clock.now
    post(revio)
    post(revio)
    revio.fail(times=1, status=503)
    get(revio)
    revio.assert_called(status=201, times=1)
    revio.assert_called(status=[400, "5xx"], times=2)
    revio.assert_called(fault="any", status=503, times=1)
    revio.assert_called(not_={"fault": "any", "since": start}, times=2)
    revio.assert_called(not_=[{"status": 503}, {"status": 400}], times=1)
    revio.assert_called(client="nobody", times=0)
    revio.assert_called(since=start, times=3)
    revio.assert_called(until=start - timedelta(seconds=5), times=0)
    revio.assert_called(since=timedelta(hours=1), times=3)
    assert revio.requests.count(not_={"method": "POST"}) == 1
    assert [entry["method"] for entry in revio.requests.matching(until=timedelta(0))] == [
        "POST",
        "POST",
        "GET",
    ]


def test_requests_that_rules_leave_out_are_asserted_in_the_same_words(revio: MockRevio) -> None:
    revio.fail(not_={"path": STATUS})
    assert get(revio).status_code == 200
    assert get(revio, "Customers").status_code == 503


def test_what_the_log_has_dropped_cannot_be_asserted(small: MockRevio) -> None:
    for _ in range(3):
        get(small)
    for times in (0, 2, 3):
        (message,) = (
            failure(small, path=STATUS, times=times) if times != 0 else failure(small, status=404, times=0)
        )
        assert "has dropped 1 earlier request, so the number cannot be proven" in message
    small.assert_called(path=STATUS)
    small.assert_called(method="DELETE", times=0)
    assert failure(small, path=STATUS, times=1) == [
        f'expected 1 request matching {{"path": "{STATUS}"}}, but 2 matched',
        "  1 more may have matched, which the log has dropped",
        *["  matched: GET /v1/SystemStatus -> 200"] * 2,
    ]
    assert (len(small.requests), len(list(small.requests)), small.requests.evicted) == (2, 2, 1)
    with pytest.raises(CheckFailed, match="cannot be proven"):
        small.requests.count()

    small.requests.clear()
    assert small.requests.evicted == 0
    small.assert_called(path=STATUS, times=0)


def test_nothing_can_be_asserted_without_a_log() -> None:
    with MockRevio(log_size=0) as revio:
        assert "the request log is off" in failure(revio, times=0)[0]
        get(revio)
        assert "the request log is off" in failure(revio, path=STATUS)[0]
        assert revio.requests.evicted == 1


def test_entries_that_are_too_large_for_one_listing_are_not_left_out_without_a_word(revio: MockRevio) -> None:
    with requests.Session() as session:
        for _ in range(190):
            link = f"{revio.url}/IntegrationKeyLink"
            session.post(link, b"\xff" * 64 * 1024, auth=revio.credentials, timeout=30)
    get(revio)
    with pytest.raises(MockrevioError, match="191 requests match, more than one listing shows"):
        list(revio.requests)
    assert len(revio.requests.matching(method="GET")) == 1
    assert len(revio.requests) == revio.requests.count() == 191
