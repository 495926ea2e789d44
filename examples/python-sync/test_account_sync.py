"""Test the sync job against mockrevio, both when Rev.io works and when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from account_sync import Account, sync
from revio_client import RevioClient, RevioError, RevioUnavailable

from mockrevio import MockRevio

ACCOUNTS: list[Account] = [
    {"Id": "0012D00000dAsFzQAK", "Name": "Larkspur Dental Group", "RevIo_Customer__c": 1015},
    {"Id": "0012D00000dAsGaQAK", "Name": "Brightwater Logistics", "RevIo_Customer__c": 1016},
]
FIRST, SECOND = (account["Id"] for account in ACCOUNTS)
CREATE: dict[str, Any] = {"method": "POST", "path": "/v1/IntegrationKeyLink"}


@pytest.fixture
def delays() -> list[float]:
    """The delays that the client would have slept for."""
    return []


@pytest.fixture
def revio(mock_revio: MockRevio, delays: list[float]) -> Iterator[RevioClient]:
    client = RevioClient(mock_revio.url, mock_revio.credentials, sleep=delays.append)
    yield client
    client.close()


def customers_by_account(mock_revio: MockRevio) -> dict[str, int]:
    return {link["external_id"]: link["internal_id"] for link in mock_revio.links}


def test_links_each_account_to_its_customer(mock_revio: MockRevio, revio: RevioClient) -> None:
    report = sync(ACCOUNTS, revio)

    assert report.created == [FIRST, SECOND]
    assert customers_by_account(mock_revio) == {FIRST: 1015, SECOND: 1016}


def test_second_run_changes_nothing(mock_revio: MockRevio, revio: RevioClient) -> None:
    sync(ACCOUNTS, revio)
    before = mock_revio.snapshot()

    report = sync(ACCOUNTS, revio)

    assert report.unchanged == [FIRST, SECOND]
    assert not any(mock_revio.changes_since(before).values())


def test_updates_the_link_of_an_account_that_moved_to_another_customer(
    mock_revio: MockRevio, revio: RevioClient
) -> None:
    mock_revio.links.add(1001, FIRST)

    assert sync(ACCOUNTS, revio).changed == [FIRST]
    assert customers_by_account(mock_revio)[FIRST] == 1015


def test_reads_all_pages_of_existing_links(mock_revio: MockRevio, revio: RevioClient) -> None:
    for number in range(501):
        mock_revio.links.add(1001, f"other {number}")
    mock_revio.links.add(1015, FIRST)

    assert sync(ACCOUNTS[:1], revio).unchanged == [FIRST]
    mock_revio.assert_called(method="GET", path="/v1/IntegrationKeyLink", times=2)


def test_reports_a_missing_customer_and_links_the_other_accounts(
    mock_revio: MockRevio, revio: RevioClient
) -> None:
    mock_revio.entities.remove("CUSTOMER", 1015)

    report = sync(ACCOUNTS, revio)

    assert report.rejected == {FIRST: "CUSTOMER 1015 does not exist."}
    assert customers_by_account(mock_revio) == {SECOND: 1016}


def test_retries_a_503_with_exponential_backoff(
    mock_revio: MockRevio, revio: RevioClient, delays: list[float]
) -> None:
    mock_revio.fail(times=2, status=503, **CREATE)

    assert sync(ACCOUNTS[:1], revio).created == [FIRST]
    assert delays == [0.5, 1.0]


def test_retries_exactly_once_after_one_failure(mock_revio: MockRevio, revio: RevioClient) -> None:
    mock_revio.fail(times=1, status=502, **CREATE)

    sync(ACCOUNTS[:1], revio)

    mock_revio.assert_called(**CREATE, times=2)


def test_gives_up_after_the_last_attempt(
    mock_revio: MockRevio, revio: RevioClient, delays: list[float]
) -> None:
    mock_revio.fail(status=503)

    with pytest.raises(RevioUnavailable, match="503"):
        sync(ACCOUNTS, revio)
    assert len(delays) == 3


def test_does_not_retry_a_500(mock_revio: MockRevio, revio: RevioClient, delays: list[float]) -> None:
    mock_revio.faults.add({"preset": "server_error"}, match=CREATE)

    with pytest.raises(RevioError):
        sync(ACCOUNTS, revio)
    assert delays == []
    mock_revio.assert_called(**CREATE, times=1)


def test_waits_one_second_longer_than_a_429_asks(
    mock_revio: MockRevio, revio: RevioClient, delays: list[float]
) -> None:
    mock_revio.faults.add({"preset": "rate_limited"}, when={"times": 1})  # "... in 26 seconds."

    assert sync(ACCOUNTS, revio).created == [FIRST, SECOND]
    assert delays == [27]


def test_stays_within_a_real_rate_limit(mock_revio: MockRevio) -> None:
    mock_revio.clock.freeze()
    mock_revio.change_settings(rate_limit="5/60")
    revio = RevioClient(
        mock_revio.url,
        mock_revio.credentials,
        sleep=lambda seconds: mock_revio.clock.advance(f"{seconds}s"),
    )

    assert sync(ACCOUNTS, revio).created == [FIRST, SECOND]
    revio.close()


@pytest.mark.parametrize("committed", [True, False])
def test_creates_exactly_one_link_if_the_response_is_lost(
    mock_revio: MockRevio, revio: RevioClient, committed: bool
) -> None:
    phase = "after_commit" if committed else "before_commit"
    mock_revio.faults.add({"connection": "reset"}, match=CREATE, when={"times": 1}, phase=phase)

    assert sync(ACCOUNTS[:1], revio).created == [FIRST]

    assert customers_by_account(mock_revio) == {FIRST: 1015}
    mock_revio.assert_called(**CREATE, times=1 if committed else 2)


def test_checks_credentials_before_doing_anything_else(mock_revio: MockRevio, revio: RevioClient) -> None:
    mock_revio.faults.add({"preset": "unauthorized"})

    with pytest.raises(RevioError) as error:
        sync(ACCOUNTS, revio)
    assert error.value.status == 401
    assert len(mock_revio.requests) == 1
