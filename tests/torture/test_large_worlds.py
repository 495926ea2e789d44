"""While one world with 100,000 key links is at work, requests to other worlds get prompt responses.

In the short form it has 50,000, which still take many times as long as a response may.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.contract.raw import Raw, head
from tests.support import Client, Process
from tests.torture.common import LINKS, Scale, server
from tests.torture.test_resets import write_fixture

ATTEMPTS = 10
"""Of which one has to succeed: other processes on this machine may delay any request."""

PROMISED = (0.010, 0.100)
"""Seconds for 95 of 100 responses, and for the slowest."""

IN_PARALLEL = (0.050, 0.200)
"""The same for the short form, which shares the machine with other tests. A single call of `json.dumps` for a
state takes as long, without the tests."""

BUSY = "client=busy"
FEWEST = 50_000
"""Key links in the short form."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, how_much: Scale) -> Iterator[Process]:
    """A server with a large world `busy`, and a world `acme` that the requests go to."""
    folder = tmp_path_factory.mktemp("large")
    count = how_much(short=FEWEST, long=100_000)
    fixture = str(write_fixture(folder / "large.json", count))
    arguments = ("--data", str(folder / "data"), "--fixture", fixture, "--isolate-clients")
    with server(*arguments, fixture="default") as running:
        running.client.get(f"{LINKS}/1").raise_for_status()
        running.client.post(f"/__admin/reset?{BUSY}").raise_for_status()
        yield running


def reset(client: Client) -> None:
    client.post(f"/__admin/reset?{BUSY}").raise_for_status()


def save_state(client: Client) -> None:
    # Decoding it would delay the thread that sends the requests.
    assert client.get(f"/__admin/state?{BUSY}").content.count(b'"external_id"') >= FEWEST


def save_snapshot(client: Client) -> None:
    client.put(f"/__admin/snapshots/large?{BUSY}").raise_for_status()


def restore_snapshot(client: Client) -> None:
    client.post(f"/__admin/snapshots/large/restore?{BUSY}").raise_for_status()


def sort(client: Client) -> None:
    client.get(f"{LINKS}?sort=external_id", auth=("user@busy", "x")).raise_for_status()


def add_records(client: Client) -> None:
    ids = list(range(10_000, 10_000 + FEWEST))
    client.post(f"/__admin/entities/CUSTOMER?{BUSY}", json=ids).raise_for_status()


def replace_state(client: Client) -> None:
    document = client.get(f"/__admin/snapshots/large?{BUSY}").content
    client.put(f"/__admin/state?{BUSY}", data=document).raise_for_status()


def checkpoint(client: Client) -> None:
    """Wait for the checkpoints of the log that the resets have caused."""
    reset(client)
    time.sleep(1)


@pytest.mark.parametrize(
    ("prepare", "work"),
    [
        (None, reset),
        (None, save_state),
        (None, save_snapshot),
        (save_snapshot, restore_snapshot),
        (save_snapshot, replace_state),
        (reset, sort),
        (reset, add_records),
        (None, checkpoint),
    ],
)
def test_requests_to_another_world_are_served_during_large_operations(
    large: Process, how_much: Scale, prepare: Callable[[Client], None] | None, work: Callable[[Client], None]
) -> None:
    most, all_of_them = how_much(short=IN_PARALLEL, long=PROMISED)
    with Client(large.client.url) as client:
        for _ in range(ATTEMPTS):
            if prepare is not None:
                prepare(client)
            times = sorted(response_times(large, partial(work, client)))
            if times[int(len(times) * 0.95)] < most and times[-1] < all_of_them:
                return
    raise AssertionError(f"the slowest request took {times[-1]:.3f} s")


def response_times(running: Process, work: Callable[[], None]) -> list[float]:
    """How long each of the requests took that were sent one after the other until the work was done."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    times: list[float] = []
    with Raw(running.client.url) as connection:
        worker = threading.Thread(target=run)
        worker.start()
        while worker.is_alive():
            sent = time.perf_counter()
            connection.send(head("GET", f"{LINKS}?external_id=0012D{len(times):013d}"))
            assert connection.read().status == 200
            times.append(time.perf_counter() - sent)
    assert errors == []
    return times
