"""A job that mirrors several resellers every night, each behind a client code of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockrevio.quantities import Limit
from mockrevio.settings.kinds import Credential
from tests.clients.common import FIELDS, CallFailed, Clock, Record, RevIo
from tests.support import AUTH, Client, serving

CODES = ("north", "south", "west")
STREAMS = ("Customers", "Services", "ServiceProduct", "Charges", "Bills", "Payments")
EVENING = "2026-03-02T22:00:00.000"


@pytest.fixture
def several() -> Iterator[Client]:
    """A server with a world for each client code, and a small rate limit."""
    with serving(isolate_clients=True, rate_limit=Limit.parse("4/60")) as client:
        yield client


class Night:
    """The job's run for one client code: what it has mirrored, and how often it had to wait."""

    def __init__(self, client: Client, code: str) -> None:
        self.clock = Clock(client, EVENING, world=code)
        self.revio = RevIo(client, user=f"nightly@{code}", wait=self.clock.wait)
        self.mirror: dict[str, dict[int, Record]] = {}

    def run(self) -> None:
        """Mirror all streams, in pages as large as the job asks for."""
        for path in STREAMS:
            records = self.revio.records(path, page_size=1000)
            self.mirror[path] = {record[FIELDS[path]["id"]]: record for record in records}


def test_each_client_code_has_its_own_data(several: Client) -> None:
    nights = {code: Night(several, code) for code in CODES}
    names = {
        code: night.revio.create("Customers", account_number=f"{code}-1", source=code)
        for code, night in nights.items()
    }
    assert set(names.values()) == {1026}

    for night in nights.values():
        night.run()

    for code, night in nights.items():
        assert night.mirror["Customers"][1026]["source"] == code
        assert len(night.mirror["Customers"]) == 26


def test_after_a_429_a_client_that_waits_one_second_longer_than_told_succeeds(
    several: Client,
) -> None:
    night = Night(several, "north")

    night.run()

    assert night.clock.waits == [61]
    assert {path: len(records) for path, records in night.mirror.items()} == dict.fromkeys(STREAMS, 25)


def test_the_limit_of_one_client_code_is_not_that_of_another(several: Client) -> None:
    north, south = Night(several, "north"), Night(several, "south")
    for _ in range(4):
        north.revio.call("GET", "SystemStatus")

    south.revio.call("GET", "SystemStatus")

    assert south.clock.waits == []
    with pytest.raises(CallFailed, match=r"Rate limit is exceeded\. Try again in 60 seconds\."):
        RevIo(several, user="nightly@north").call("GET", "SystemStatus")


@pytest.mark.parametrize("path", ["BillProfiles", "SystemStatus", "systemstatus/", "billprofiles"])
def test_a_login_is_checked_by_a_call_that_only_valid_credentials_survive(path: str) -> None:
    people = (Credential("nightly", "north", AUTH[1]), Credential("jo@example.com", "north", AUTH[1]))
    with serving(credentials=people) as client:
        for user in ("nightly@north", "jo@example.com@north"):
            assert RevIo(client, user=user).call("GET", path)["ok"] is True
        for user in ("nightly@south", "stranger@north", "nightly"):
            with pytest.raises(CallFailed) as failed:
                RevIo(client, user=user).call("GET", path)
            assert (failed.value.status, failed.value.code) == (401, "unauthorized")


def test_a_user_who_may_only_read_mirrors_and_writes_nothing() -> None:
    people = (Credential("nightly", "north", AUTH[1], frozenset({"GET"})),)
    with serving(credentials=people) as client:
        revio = RevIo(client, user="nightly@north")
        assert len(revio.records("Customers", page_size=1000)) == 25
        for method, path in (("POST", "Customers"), ("PUT", "Orders/1001"), ("DELETE", "ServiceProduct")):
            with pytest.raises(CallFailed) as failed:
                revio.call(method, path, {})
            assert (failed.value.status, failed.value.code) == (403, "forbidden")


def test_the_second_night_reads_changes_and_drops_deleted_records(several: Client) -> None:
    night = Night(several, "north")
    night.run()
    since = night.clock.now
    night.clock.wait(86_400)
    night.revio.patch("Customers/1003", source="moved")
    night.revio.call("DELETE", "Payments/1004")
    posted = night.revio.create("Payments", customer_id=1003, amount=12.5)

    changed = night.revio.records("Customers", updated_date_start=since, updated_date_end=night.clock.now)
    added = night.revio.records("Payments", created_date_start=since)
    left = {record["payment_id"] for record in night.revio.records("Payments", page_size=1000)}

    assert [record["customer_id"] for record in changed] == [1003]
    assert [record["payment_id"] for record in added] == [posted]
    assert night.mirror["Payments"].keys() - left == {1004}


def test_links_tell_which_records_are_mirrored_and_are_apart_for_each_client_code(several: Client) -> None:
    north, south = Night(several, "north").revio, Night(several, "south").revio
    north.link("CUSTOMER", 1003, "mirror/1003", system=5)

    assert north.linked_id("CUSTOMER", "mirror/1003", system=5) == 1003
    assert south.linked_id("CUSTOMER", "mirror/1003", system=5) is None
    assert south.link("CUSTOMER", 1004, "mirror/1003", system=5) == 1


def test_without_isolation_all_client_codes_share_one_world(server: Client) -> None:
    number = RevIo(server, user="nightly@north").create("Customers", source="north")

    assert RevIo(server, user="nightly@south").get(f"Customers/{number}")["source"] == "north"
