"""Worlds are isolated with --isolate-clients: one after the other, across a restart and in parallel."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.contract.example_suite import LINK, LINKS, Suite
from tests.support import ROOT, Client, process, serving

SUITES = 16


def test_isolated_worlds_share_no_state() -> None:
    with serving(isolate_clients=True) as client:
        one, two = Suite(client.url, "one"), Suite(client.url, "two")
        assert [one.link(), one.link(external_id="second"), two.link()] == [1, 2, 1]
        one.admin("POST", "entities/CUSTOMER", json={"id": 9})
        one.admin("POST", "faults", json={"match": {"method": "PUT"}, "effect": {"status": 503}})
        one.admin("PATCH", "settings", json={"duplicates": "allow", "error_shape": "object"})
        one.admin("PUT", "clock", json={"now": "2030-01-02T03:04:05"})
        one.admin("PUT", "snapshots/mine")
        assert one.call("PUT", f"{LINKS}/1", json=LINK).status_code == 503
        assert two.call("PUT", f"{LINKS}/1", json=LINK).status_code == 200
        assert one.call("POST", LINKS, json=LINK).status_code == 201
        assert two.call("POST", LINKS, json=LINK).status_code == 400
        assert one.call("GET", f"{LINKS}/3").json()["created_date"] == "2030-01-02T03:04:05.000"
        assert two.call("GET", f"{LINKS}/3").json()[0]["error"] == "not_found"
        assert two.call("GET", "/v1/Customers/9").status_code == 404
        for part in ("faults", "snapshots"):
            assert two.admin("GET", part)[part] == []
        assert two.admin("GET", "clock")["frozen"] is False
        assert {entry["client"] for entry in one.admin("GET", "requests")["requests"]} == {"one"}
        assert {entry["client"] for entry in two.admin("GET", "requests")["requests"]} == {"two"}
        counts = {
            behaviour["name"]: behaviour["decided"]
            for behaviour in two.admin("GET", "behaviours")["behaviours"]
        }
        assert counts["link.duplicate"] == 1
        two.admin("POST", "reset")
        assert one.call("GET", LINKS).json()["record_count"] == 3
        assert client.get("/__admin/state").json()["key_links"] == []
        one.close()
        two.close()


def test_every_world_starts_from_the_same_seed() -> None:
    with serving(isolate_clients=True, seed=7) as client:
        generated = []
        for code in ("one", "two"):
            suite = Suite(client.url, code)
            generated.append(suite.admin("POST", "entities/CUSTOMER", json={"count": 3}))
            suite.close()
        assert generated[0] == generated[1]


def test_the_first_api_or_admin_request_creates_a_world() -> None:
    with serving(isolate_clients=True) as client:
        one, two = Suite(client.url, "one"), Suite(client.url, "two")
        assert one.call("GET", "/v1/Customers/1015").status_code == 200
        two.admin("POST", "entities/CUSTOMER", json={"id": 9})
        assert two.call("GET", "/v1/Customers/9").status_code == 200
        assert one.call("GET", "/v1/Customers/9").status_code == 404
        one.close()
        two.close()


CODES = [
    "acme",
    "Acme",
    "ACME",
    "a.b",
    "a/b",
    "a\\b",
    "..",
    "../../escape",
    "/absolute",
    "con",
    "default",
    "nul.json",
    "%41cme",
    "snapshots",
    ".lock",
    "b\u00fccher",
    "bu\u0308cher",
    "\u65e5\u672c",
    "a b",
    "x" * 64,
]


def test_any_client_code_has_its_own_files_and_survives_a_restart(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    for turn in (1, 2):
        with serving(isolate_clients=True, data=data) as client:
            for number, code in enumerate(CODES):
                suite = Suite(client.url, code, "me@example.com")
                assert suite.link(external_id=f"{number} {turn}") == turn, code
                records = suite.call("GET", LINKS).json()["records"]
                assert [record["external_id"] for record in records] == [
                    f"{number} {n + 1}" for n in range(turn)
                ]
                assert suite.admin("GET", "state")["key_links"] == records
                suite.admin("PUT", f"snapshots/turn-{turn}")
                suite.close()
            assert {world["client"] for world in client.get("/__admin/worlds").json()["worlds"]} == set(CODES)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    names = [path.name for path in data.iterdir()]
    assert len({name.casefold() for name in names}) == len(names)
    assert len(list(data.glob("*.json"))) == len(CODES) + 1
    assert len(list(data.glob("snapshots/*/*.json"))) == 2 * len(CODES)


def test_a_client_code_over_64_bytes_is_rejected() -> None:
    with serving(isolate_clients=True) as client:
        suite = Suite(client.url, "x" * 65)
        response = suite.call("GET", LINKS)
        assert response.status_code == 401
        assert "longer than 64 bytes" in response.headers["X-Mock-Explain"]
        assert client.get("/__admin/worlds").json()["worlds"] == []
        suite.close()


def test_switching_isolation_on_or_off_leaves_the_other_worlds_alone(
    tmp_path: Path,
) -> None:
    for turn in (1, 2):
        with serving(isolate_clients=True, data=tmp_path) as client:
            assert client.link(external_id=f"isolated {turn}") == turn
            assert client.get("/__admin/state").json()["key_links"] == (
                [] if turn == 1 else client.get("/__admin/snapshots/shared").json()["key_links"]
            )
        with serving(data=tmp_path) as client:
            assert client.link(external_id=f"shared {turn}") == turn
            assert client.get("/__admin/worlds").json()["worlds"] == []
            client.put("/__admin/snapshots/shared").raise_for_status()
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["acme.json", "default.json"]


def test_creating_and_removing_worlds_in_use_never_breaks_or_mixes_them(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    codes = ["one", "two", "three"]
    deadline = time.monotonic() + 2.5
    results: list[tuple[int, str]] = []
    failures: list[BaseException] = []

    def repeated(work: Callable[[int], None]) -> Callable[[int], None]:
        def run(number: int) -> None:
            try:
                while time.monotonic() < deadline:
                    work(number)
            except BaseException as error:  # asserted on below: only the main thread can fail the test
                failures.append(error)

        return run

    def outcome(response: requests.Response) -> tuple[int, str]:
        return response.status_code, response.text if not response.ok else ""

    with serving(isolate_clients=True, data=tmp_path) as client:

        def use(number: int) -> None:
            code = codes[number % 3]
            caller = Client(client.url)
            caller.auth = (f"t@{code}", "x")
            with suppress(requests.ConnectionError):  # the world was replaced or removed meanwhile
                link = {**LINK, "external_id": f"{code}-{number}-{time.monotonic()}"}
                results.append(outcome(caller.post(LINKS, json=link)))
                read = caller.get(LINKS, params={"page_size": 500})
                results.append(outcome(read))
                records = read.json()["records"] if read.ok else []
                assert all(record["external_id"].startswith(f"{code}-") for record in records)
            saved = caller.put("/__admin/snapshots/s", params={"client": code}, auth=("", ""))
            restored = caller.post("/__admin/snapshots/s/restore", params={"client": code}, auth=("", ""))
            results.extend(map(outcome, (saved, restored)))
            caller.close()

        def remove(number: int) -> None:
            caller = Client(client.url)
            results.append(outcome(caller.delete(f"/__admin/worlds/{codes[number % 3]}")))
            caller.close()
            time.sleep(0.02)

        jobs = [repeated(use)] * 9 + [repeated(remove)] * 2
        threads = [threading.Thread(target=job, args=(number,)) for number, job in enumerate(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert {status for status, _ in results} <= {200, 201, 404, 503}, results
        assert {200, 201} <= {status for status, _ in results}
    assert "Traceback" not in capfd.readouterr().err
    for code in codes:
        for path in (tmp_path / f"{code}.json", tmp_path / "snapshots" / code / "s.json"):
            text = path.read_text() if path.exists() else ""
            assert not any(f'"{other}-' in text for other in codes if other != code)
    with serving(isolate_clients=True, data=tmp_path) as client:
        for code in codes:
            client.get(LINKS, auth=(f"t@{code}", "x")).raise_for_status()


def test_sixteen_concurrent_suites_do_not_see_each_other(tmp_path: Path) -> None:
    with process("--isolate-clients", "--data", str(tmp_path)) as server:
        command = [sys.executable, "-m", "tests.contract.example_suite", server.client.url]
        suites = [
            subprocess.Popen(
                [*command, f"suite{number}"],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=ROOT,
            )
            for number in range(SUITES)
        ]
        outputs = [suite.communicate(timeout=60)[0] for suite in suites]
        assert outputs == ["ok\n"] * SUITES
        worlds = server.client.get("/__admin/worlds").json()["worlds"]
        assert {world["client"]: world["key_links"] for world in worlds} == {
            f"suite{number}": 9 for number in range(SUITES)
        }
        assert server.stop() == 0
        assert server.errors == []
