"""Sixteen processes of clients at once: the data end as a replay of what they were told says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from tests.support import ROOT, Process
from tests.torture.common import HowMuch, server
from tests.torture.crowd import PRIZES
from tests.torture.writers import records_of

CROWD = 16
SHARED = 24


class Call(NamedTuple):
    """One call as its client noted it. `told` is the name read, or the error."""

    method: str
    link_id: int | None
    name: str | None
    status: int
    told: str | None
    sent: float
    heard: float

    @property
    def changed(self) -> bool:
        return self.method != "GET" and self.status in (200, 201)


def crowd(started: Process, folder: Path, seconds: float, shared: list[int]) -> list[Call]:
    """All calls that sixteen processes made in that time."""
    command = [sys.executable, "-m", "tests.torture.crowd", started.client.url]
    rest = [str(seconds), ",".join(map(str, shared))]
    outputs: list[TextIO] = [(folder / f"{number}.txt").open("w+") for number in range(CROWD)]
    processes = [
        subprocess.Popen([*command, str(number), *rest], stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        for number, output in enumerate(outputs)
    ]
    try:
        assert [process.wait(seconds + 120) for process in processes] == [0] * CROWD, said_by(outputs)[-2000:]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [Call(*json.loads(line)) for line in said_by(outputs).splitlines()]


def said_by(outputs: list[TextIO]) -> str:
    """All that was written, and the files closed."""
    said = ""
    for output in outputs:
        output.seek(0)
        said += output.read()
        output.close()
    return said


def possible(calls: list[Call], at: Call | None) -> set[str | None]:
    """What a link may hold for one who reads it: the name of a write that no other came wholly after.

    `calls` are the successful writes to it, None the name after a deletion. `at` is the read; None for
    one at the end of all.
    """
    before = [each for each in calls if at is None or each.sent < at.heard]
    certain = [each for each in before if at is None or each.heard < at.sent]
    latest = max((each.sent for each in certain), default=0.0)
    return {each.name for each in before if each.heard >= latest}


def replay(calls: list[Call]) -> dict[int, set[str | None]]:
    """By id, what a link may hold in the end. Reads are checked on the way."""
    writes: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        if call.changed and call.link_id is not None:
            writes[call.link_id].append(call)
    for call in calls:
        if call.method == "GET" and call.link_id is not None:
            read = call.told if call.status == 200 else None
            assert read in possible(writes[call.link_id], call), call
    return {link_id: possible(each, None) for link_id, each in writes.items()}


def test_the_end_state_of_sixteen_processes_is_a_replay_of_what_they_were_told(
    tmp_path: Path, how_much: HowMuch
) -> None:
    with server("--data", str(tmp_path / "data"), folding=True) as started:
        started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        start = [
            Call(
                "POST",
                started.client.link(external_id=f"shared {number}"),
                f"shared {number}",
                201,
                None,
                0,
                0,
            )
            for number in range(SHARED)
        ]
        calls = crowd(
            started, tmp_path, how_much(short=1.5, long=60), [int(each.link_id or 0) for each in start]
        )
        assert started.errors == []
        check_answers(calls)
        wanted = replay([*start, *calls])
        found = {each["integration_key_link_id"]: each["external_id"] for each in records_of(started.client)}
        verify(found, wanted)
        assert started.stop() == 0
    with server("--data", str(tmp_path / "data")) as started:
        assert found == {
            each["integration_key_link_id"]: each["external_id"] for each in records_of(started.client)
        }


def check_answers(calls: list[Call]) -> None:
    """Of those who wanted the same, one got it; all others were told why not."""
    assert {call.status for call in calls} <= {200, 201, 400, 404}
    assert {call.told for call in calls if call.status == 400} <= {"duplicate"}
    assert all(call.name for call in calls if call.status == 400)
    won = [str(call.name) for call in calls if call.status == 201 and str(call.name).startswith("prize-")]
    assert sorted(won) == sorted(f"prize-{number}" for number in range(PRIZES))
    lost = [call for call in calls if call.status == 400]
    assert len(lost) == (CROWD - 1) * PRIZES, "only the prizes were wanted by several"
    made = [call.link_id for call in calls if call.status == 201]
    assert len(set(made)) == len(made)
    deleted = [call.link_id for call in calls if call.method == "DELETE" and call.status == 200]
    assert len(set(deleted)) == len(deleted), "nothing can be deleted twice"


def verify(found: dict[int, Any], wanted: dict[int, set[str | None]]) -> None:
    deleted = {link_id for link_id, names in wanted.items() if None in names}
    assert found.keys() == wanted.keys() - deleted
    for link_id, name in found.items():
        assert name in wanted[link_id]
