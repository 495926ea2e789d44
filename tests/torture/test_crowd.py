"""Sixteen client processes at once: the final data equals a replay of the responses they got."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple, TextIO

from tests.support import ROOT, Client, Process
from tests.torture.common import Scale, server
from tests.torture.crowd import CONTESTED_LINKS
from tests.torture.writers import records_of

CLIENTS = 16
SHARED_LINKS = 24


class Exchange(NamedTuple):
    """One request and its response, as its client recorded them. `result` is the name read, or the error."""

    method: str
    link_id: int | None
    name: str | None
    status: int
    result: str | None
    sent: float
    received: float

    @property
    def is_write(self) -> bool:
        """Whether the request changed the data."""
        return self.method != "GET" and self.status in (200, 201)


def run_crowd(running: Process, folder: Path, seconds: float, shared: list[int]) -> list[Exchange]:
    """Run sixteen client processes for that time; return all their exchanges."""
    command = [sys.executable, "-m", "tests.torture.crowd", running.client.url]
    options = [str(seconds), ",".join(map(str, shared))]
    outputs: list[TextIO] = [(folder / f"{number}.txt").open("w+") for number in range(CLIENTS)]
    processes = [
        subprocess.Popen([*command, str(number), *options], stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        for number, output in enumerate(outputs)
    ]
    try:
        exit_statuses = [process.wait(seconds + 120) for process in processes]
        assert exit_statuses == [0] * CLIENTS, read_and_close(outputs)[-2000:]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [Exchange(*json.loads(line)) for line in read_and_close(outputs).splitlines()]


def read_and_close(outputs: list[TextIO]) -> str:
    """Return the text of all files, and close them."""
    text = ""
    for output in outputs:
        output.seek(0)
        text += output.read()
        output.close()
    return text


def possible_names(writes: list[Exchange], read: Exchange | None) -> set[str | None]:
    """Return the names that a link can have at a read: that of each write not yet superseded.

    `writes` are the successful writes to the link; the name after a deletion is None. `read` is None for
    the final state.
    """
    candidates = [write for write in writes if read is None or write.sent < read.received]
    completed = [write for write in candidates if read is None or write.received < read.sent]
    latest = max((write.sent for write in completed), default=0.0)
    return {write.name for write in candidates if write.received >= latest}


def replay(exchanges: list[Exchange]) -> dict[int, set[str | None]]:
    """Check all reads; return the names that each link can have in the end, by id."""
    writes: dict[int, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        if exchange.is_write and exchange.link_id is not None:
            writes[exchange.link_id].append(exchange)
    for exchange in exchanges:
        if exchange.method == "GET" and exchange.link_id is not None:
            name = exchange.result if exchange.status == 200 else None
            assert name in possible_names(writes[exchange.link_id], exchange), exchange
    return {link_id: possible_names(link_writes, None) for link_id, link_writes in writes.items()}


def names_by_id(client: Client) -> dict[int, str]:
    """Return the names of all links on the server."""
    return {record["integration_key_link_id"]: record["external_id"] for record in records_of(client)}


def test_the_final_data_of_sixteen_processes_is_a_replay_of_their_responses(
    tmp_path: Path, how_much: Scale
) -> None:
    with server("--data", str(tmp_path / "data"), checkpointing=True) as running:
        running.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        names = [f"shared {number}" for number in range(SHARED_LINKS)]
        shared = [running.client.link(external_id=name) for name in names]
        setup_exchanges = [
            Exchange("POST", link_id, name, 201, None, 0, 0)
            for link_id, name in zip(shared, names, strict=True)
        ]
        exchanges = run_crowd(running, tmp_path, how_much(short=1.5, long=60), shared)
        assert running.errors == []
        check_responses(exchanges)
        possible = replay([*setup_exchanges, *exchanges])
        final_names = names_by_id(running.client)
        verify(final_names, possible)
        assert running.stop() == 0
    with server("--data", str(tmp_path / "data")) as running:
        assert final_names == names_by_id(running.client)


def check_responses(exchanges: list[Exchange]) -> None:
    """Check that each contested link was created once, and that all other attempts were duplicates."""
    assert {exchange.status for exchange in exchanges} <= {200, 201, 400, 404}
    assert {exchange.result for exchange in exchanges if exchange.status == 400} <= {"duplicate"}
    assert all(exchange.name for exchange in exchanges if exchange.status == 400)
    created_names = [str(exchange.name) for exchange in exchanges if exchange.status == 201]
    won_names = [name for name in created_names if name.startswith("contested-")]
    assert sorted(won_names) == sorted(f"contested-{number}" for number in range(CONTESTED_LINKS))
    rejected = [exchange for exchange in exchanges if exchange.status == 400]
    assert len(rejected) == (CLIENTS - 1) * CONTESTED_LINKS, "only contested links can be duplicates"
    created_ids = [exchange.link_id for exchange in exchanges if exchange.status == 201]
    assert len(set(created_ids)) == len(created_ids)
    deleted_ids = [
        exchange.link_id for exchange in exchanges if exchange.method == "DELETE" and exchange.status == 200
    ]
    assert len(set(deleted_ids)) == len(deleted_ids), "a link was deleted twice"


def verify(final_names: dict[int, str], possible: dict[int, set[str | None]]) -> None:
    """Check the final links against the possible names of each."""
    deleted_ids = {link_id for link_id, names in possible.items() if None in names}
    assert final_names.keys() == possible.keys() - deleted_ids
    for link_id, name in final_names.items():
        assert name in possible[link_id]
