"""The sync job against a mock Rev.io, on good days and on bad ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from account_sync import Account, sync
from revio_client import RevIo, RevIoError, Unanswered

from mockrevio import MockRevio

ACCOUNTS: list[Account] = [
    {"Id": "0012D00000dAsFzQAK", "Name": "Larkspur Dental Group", "RevIo_Customer__c": 1015},
    {"Id": "0012D00000dAsGaQAK", "Name": "Brightwater Logistics", "RevIo_Customer__c": 1016},
]
FIRST, SECOND = (account["Id"] for account in ACCOUNTS)
CREATE: dict[str, Any] = {"method": "POST", "path": "/v1/IntegrationKeyLink"}


@pytest.fixture
def pauses() -> list[float]:
    """How long the client would have slept, each time."""
    return []


@pytest.fixture
def revio(mock_revio: MockRevio, pauses: list[float]) -> Iterator[RevIo]:
    client = RevIo(mock_revio.url, mock_revio.credentials, sleep=pauses.append)
    yield client
    client.close()


def linked(mock_revio: MockRevio) -> dict[str, int]:
    return {link["external_id"]: link["internal_id"] for link in mock_revio.links}


def test_each_account_is_linked_to_its_customer(mock_revio: MockRevio, revio: RevIo) -> None:
    report = sync(ACCOUNTS, revio)

    assert report.created == [FIRST, SECOND]
    assert linked(mock_revio) == {FIRST: 1015, SECOND: 1016}


def test_a_second_run_changes_nothing(mock_revio: MockRevio, revio: RevIo) -> None:
    sync(ACCOUNTS, revio)
    before = mock_revio.snapshot()

    report = sync(ACCOUNTS, revio)

    assert report.unchanged == [FIRST, SECOND]
    assert not any(mock_revio.changes_since(before).values())


def test_an_account_that_has_moved_to_another_customer_takes_its_link_along(
    mock_revio: MockRevio, revio: RevIo
) -> None:
    mock_revio.links.add(1001, FIRST)

    assert sync(ACCOUNTS, revio).changed == [FIRST]
    assert linked(mock_revio)[FIRST] == 1015


def test_more_links_than_fit_on_a_page_are_all_seen(mock_revio: MockRevio, revio: RevIo) -> None:
    for number in range(501):
        mock_revio.links.add(1001, f"other {number}")
    mock_revio.links.add(1015, FIRST)

    assert sync(ACCOUNTS[:1], revio).unchanged == [FIRST]
    mock_revio.assert_called(method="GET", path="/v1/IntegrationKeyLink", times=2)


def test_a_customer_that_does_not_exist_is_reported_and_the_others_are_linked(
    mock_revio: MockRevio, revio: RevIo
) -> None:
    mock_revio.entities.remove("CUSTOMER", 1015)

    report = sync(ACCOUNTS, revio)

    assert report.refused == {FIRST: "CUSTOMER 1015 does not exist."}
    assert linked(mock_revio) == {SECOND: 1016}


def test_two_failures_are_outlasted_with_growing_pauses(
    mock_revio: MockRevio, revio: RevIo, pauses: list[float]
) -> None:
    mock_revio.fail(times=2, status=503, **CREATE)

    assert sync(ACCOUNTS[:1], revio).created == [FIRST]
    assert pauses == [0.5, 1.0]


def test_one_failure_is_followed_by_exactly_one_more_attempt(mock_revio: MockRevio, revio: RevIo) -> None:
    mock_revio.fail(times=1, status=502, **CREATE)

    sync(ACCOUNTS[:1], revio)

    mock_revio.assert_called(**CREATE, times=2)


def test_it_gives_up_in_the_end(mock_revio: MockRevio, revio: RevIo, pauses: list[float]) -> None:
    mock_revio.fail(status=503)

    with pytest.raises(Unanswered, match="503"):
        sync(ACCOUNTS, revio)
    assert len(pauses) == 3


def test_a_500_is_not_tried_again(mock_revio: MockRevio, revio: RevIo, pauses: list[float]) -> None:
    mock_revio.faults.add({"preset": "server_error"}, match=CREATE)

    with pytest.raises(RevIoError):
        sync(ACCOUNTS, revio)
    assert pauses == []
    mock_revio.assert_called(**CREATE, times=1)


def test_the_rate_limit_is_waited_out_and_a_second_more(
    mock_revio: MockRevio, revio: RevIo, pauses: list[float]
) -> None:
    mock_revio.faults.add({"preset": "rate_limited"}, when={"times": 1})  # "... in 26 seconds."

    assert sync(ACCOUNTS, revio).created == [FIRST, SECOND]
    assert pauses == [27]


def test_a_real_limit_is_kept_to(mock_revio: MockRevio) -> None:
    mock_revio.clock.freeze()
    mock_revio.change_settings(rate_limit="5/60")
    revio = RevIo(
        mock_revio.url, mock_revio.credentials, sleep=lambda pause: mock_revio.clock.advance(f"{pause}s")
    )

    assert sync(ACCOUNTS, revio).created == [FIRST, SECOND]
    revio.close()


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_answer_neither_loses_the_link_nor_makes_two(
    mock_revio: MockRevio, revio: RevIo, happened: bool
) -> None:
    phase = "after_commit" if happened else "before_commit"
    mock_revio.faults.add({"connection": "reset"}, match=CREATE, when={"times": 1}, phase=phase)

    assert sync(ACCOUNTS[:1], revio).created == [FIRST]

    assert linked(mock_revio) == {FIRST: 1015}
    mock_revio.assert_called(**CREATE, times=1 if happened else 2)


def test_wrong_credentials_are_noticed_before_anything_is_done(mock_revio: MockRevio, revio: RevIo) -> None:
    mock_revio.faults.add({"preset": "unauthorized"})

    with pytest.raises(RevIoError) as caught:
        sync(ACCOUNTS, revio)
    assert caught.value.status == 401
    assert len(mock_revio.requests) == 1
