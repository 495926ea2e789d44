"""A reader of all 55 endpoints in the manner of a Singer tap, written from revio_fields.json alone.

It pages by 40, keeps a bookmark for each stream, and asks for what is new since then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.common import FIELDS, Clock, Record, RevIo
from tests.clients.kinds import as_shown, date_fields, mistakes, new_record, references
from tests.support import TESTER, Client, serving

TWELVE = [path for path, endpoint in FIELDS.items() if "entity_type" in endpoint]
CREATABLE = [*TWELVE, "Notes", "Tickets", "TicketJournals"]
PAIRS = ("OrderServices", "OrderServiceProducts", "ServiceInventory")
"""Lists of pairs, in which the id may repeat."""
BOOKMARKS = {
    # The date field by which a stream is read incrementally, where it is not `created_date`.
    "Customers": "updated_date",
    "Addresses": "modified_date",
    "Tickets": "modified_date",
    "ServiceProduct": "status_date",
    "Orders": "status_date",
    "Requests": "status_date",
}
START = "2026-03-02T08:00:00.000"


class Reader:
    """Reads streams, and keeps the state that an incremental run starts from."""

    def __init__(self, revio: RevIo) -> None:
        self._revio = revio
        self.state: dict[str, str] = {}

    def full(self, path: str) -> list[Record]:
        """Every record of an endpoint, from page to page."""
        return self._revio.records(path)

    def run(self, path: str) -> list[Any]:
        """Read what is new or changed since the last run, remember how far it goes, and return the ids."""
        bookmark = BOOKMARKS.get(path, "created_date")
        search = {f"{bookmark}_start": self.state[path]} if path in self.state else {}
        records = self._revio.records(path, sort=bookmark, **search)
        if records:
            self.state[path] = max(record[bookmark] for record in records)
        return [record[FIELDS[path]["id"]] for record in records]


@pytest.fixture(scope="module", params=["default", "demo"])
def fixture_server(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A server with one of the fixtures that come with the mock."""
    with serving(fixture=(request.param,)) as client:
        yield client


@pytest.fixture
def reset_server(fixture_server: Client) -> Client:
    assert fixture_server.post("/__admin/reset").status_code == 200
    return fixture_server


@pytest.fixture
def time(reset_server: Client) -> Clock:
    return Clock(reset_server, START)


@pytest.fixture
def revio(reset_server: Client, time: Clock) -> RevIo:
    return RevIo(reset_server, wait=time.wait)


@pytest.fixture
def reader(revio: RevIo) -> Reader:
    return Reader(revio)


STREAMS = [
    path for path, endpoint in FIELDS.items() if BOOKMARKS.get(path, "created_date") in endpoint["fields"]
]


def make_up(server: Client, count: int) -> None:
    """Let the server make up this many more records of every kind."""
    for path, endpoint in FIELDS.items() if count else ():
        name = endpoint.get("entity_type", path)
        server.post(f"/__admin/entities/{name}", json={"count": count}).raise_for_status()


def test_made_up_records_have_every_field_with_its_kind_and_their_dates(
    reset_server: Client, reader: Reader
) -> None:
    make_up(reset_server, 40)
    for path, endpoint in FIELDS.items():
        records = reader.full(path)
        assert len(records) > 40
        assert [text for record in records for text in mistakes(endpoint["fields"], record, path)] == []
        dates = {"created_date", "updated_date", "modified_date", "status_date"} & endpoint["fields"].keys()
        assert None not in [record[name] for record in records for name in dates]


@pytest.mark.parametrize("path", FIELDS)
def test_every_record_has_every_field_with_its_kind(reader: Reader, path: str) -> None:
    endpoint = FIELDS[path]
    records = reader.full(path)

    assert records, "an empty stream"
    assert [text for record in records for text in mistakes(endpoint["fields"], record, path)] == []
    ids = [record[endpoint["id"]] for record in records]
    assert ids == sorted(ids)
    assert path in PAIRS or len(ids) == len(set(ids))


@pytest.mark.parametrize("path", FIELDS)
def test_a_single_record_is_the_one_in_the_list(reader: Reader, revio: RevIo, path: str) -> None:
    first = reader.full(path)[0]
    single = revio.get(f"{path}/{first[FIELDS[path]['id']]}")

    assert single == {"ok": True, **first}


@pytest.mark.parametrize("made", [0, 40])
def test_every_reference_is_to_a_record_that_exists(reset_server: Client, reader: Reader, made: int) -> None:
    make_up(reset_server, made)
    records = {path: reader.full(path) for path in FIELDS}
    ids = {path: {record[FIELDS[path]["id"]] for record in records[path]} for path in FIELDS}
    dangling = [
        f"{path}: {target} {number}"
        for path, endpoint in FIELDS.items()
        for record in records[path]
        for target, number in references(endpoint["fields"], record)
        if number not in ids[target]
    ]
    assert dangling == []


@pytest.mark.parametrize("path", FIELDS)
def test_the_dates_of_creation_and_change_are_never_null_nor_before_one_another(
    reader: Reader, path: str
) -> None:
    names = {"created_date", "updated_date", "modified_date", "status_date"} & FIELDS[path]["fields"].keys()
    for record in reader.full(path):
        dates = [record[name] for name in names]
        assert None not in dates
        assert record.get("created_date", "") <= min(dates, default="")


@pytest.mark.parametrize("path", FIELDS)
def test_each_date_field_finds_what_is_at_or_after_a_date(reader: Reader, revio: RevIo, path: str) -> None:
    everything = reader.full(path)
    for name in date_fields(FIELDS[path]):
        dates = sorted(record[name] for record in everything if record[name] is not None)
        for date in {*dates[:1], *dates[len(dates) // 2 :][:1], *dates[-1:]}:
            wanted = [record for record in everything if (record[name] or "") >= date]
            assert revio.records(path, **{f"{name}_start": date}) == wanted, name
            assert revio.records(path, **{f"search.{name}_start": date + "Z"}) == wanted, name


def test_a_create_on_each_endpoint_is_all_that_the_next_run_finds(
    reader: Reader, revio: RevIo, time: Clock
) -> None:
    for path in STREAMS:
        assert len(reader.run(path)) == len(reader.full(path))
    reader.state = dict.fromkeys(STREAMS, time.now)
    time.wait(3600)
    some_ids = {path: reader.full(path)[0][FIELDS[path]["id"]] for path in FIELDS}

    created = {path: [revio.create(path, **new_record(FIELDS[path], some_ids))] for path in CREATABLE}

    assert {path: reader.run(path) for path in STREAMS} == {path: created.get(path, []) for path in STREAMS}
    assert {path: reader.state[path] for path in CREATABLE} == dict.fromkeys(CREATABLE, time.now)


@pytest.mark.parametrize("path", CREATABLE)
def test_nothing_that_a_create_sends_is_lost(reader: Reader, revio: RevIo, time: Clock, path: str) -> None:
    endpoint = FIELDS[path]
    body = new_record(endpoint, {target: reader.full(target)[0][FIELDS[target]["id"]] for target in FIELDS})
    number = revio.create(path, **body)

    record = revio.get(f"{path}/{number}")

    assert list(mistakes({"ok": "flag", **endpoint["fields"]}, record, path)) == []
    assert {name: record[name] for name in body} == {
        name: as_shown(endpoint["fields"][name], value) for name, value in body.items()
    }
    dates = {"created_date", "updated_date", "modified_date", "status_date"} & endpoint["fields"].keys()
    assert {record[name] for name in dates} == {time.now}
    assert record.get("created_by", TESTER) == TESTER


def test_a_first_run_that_is_repeated_gets_the_last_record_again(reader: Reader) -> None:
    for path in STREAMS:
        everything = reader.run(path)
        again = reader.run(path)
        assert again
        assert set(again) <= set(everything)


def test_updates_by_put_and_by_patch_are_all_that_the_next_run_gets(
    reader: Reader, revio: RevIo, time: Clock
) -> None:
    updates: dict[str, list[int]] = defaultdict(list)
    changeable = [path for path in TWELVE if path in BOOKMARKS]
    for path in [*changeable, "Orders"]:
        reader.run(path)
        reader.state[path] = time.now
    time.wait(60)
    for path in changeable:
        first, second = (record[FIELDS[path]["id"]] for record in reader.full(path)[:2])
        text = {"Customers": "source", "Addresses": "city", "ServiceProduct": "description"}[path]
        revio.replace(f"{path}/{first}", revio.get(f"{path}/{first}") | {text: "changed by PUT"})
        revio.patch(f"{path}/{second}", **{text: "changed by PATCH"})
        updates[path] = [first, second]
    order = reader.full("Orders")[-1]
    revio.replace(f"Orders/{order['order_id']}", order)
    updates["Orders"] = [order["order_id"]]

    assert {path: reader.run(path) for path in updates} == updates
    time.wait(60)
    reader.state = dict.fromkeys(updates, time.now)
    assert [reader.run(path) for path in updates] == [[]] * len(updates)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("path", TWELVE)
def test_a_change_of_nothing_loses_nothing_and_moves_only_the_dates_of_change(
    reader: Reader, revio: RevIo, time: Clock, path: str, method: str
) -> None:
    time.wait(60)
    moved = {"updated_date", "modified_date", "status_date"} & FIELDS[path]["fields"].keys()
    for before in reader.full(path)[:5]:
        place = f"{path}/{before[FIELDS[path]['id']]}"
        if method == "PUT":
            revio.replace(place, before)
        else:
            revio.patch(place)
        assert revio.get(place) == {"ok": True, **before, **dict.fromkeys(moved, time.now)}
