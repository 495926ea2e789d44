"""Many threads create, use and remove worlds: nothing leaks between them, breaks or is left behind."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import requests

from tests.support import Client, Process
from tests.torture.common import LINKS, Scale, server
from tests.torture.writers import LINK

CODES = [f"code{number}" for number in range(6)] + ["Code0", "a/b", "..", "ü"]
USERS = 10
# While worlds come and go, data may have been removed with its world (404), and a world may be removed during
# a request (503).
ALLOWED_STATUSES = {200, 201, 400, 404, 409, 503}


class User:
    """One thread's client, which uses one world after another and looks for data of other worlds."""

    def __init__(self, url: str, number: int) -> None:
        self.number = number
        self.client = Client(url)
        self.statuses: Counter[int] = Counter()
        self.step = 0

    def admin(self, method: str, path: str, code: str, json: object = None) -> object:
        """Send a request to the admin API about one world; return its JSON if it succeeded."""
        return self.read(self.client.request(method, f"/__admin/{path}", params={"client": code}, json=json))

    def read(self, response: requests.Response) -> object:
        """Count and check the status of a response; return its JSON if the request succeeded."""
        document: object = response.json()
        self.statuses[response.status_code] += 1
        assert response.status_code in ALLOWED_STATUSES, response.text
        return document if response.status_code in (200, 201) else None

    def use(self, code: str) -> None:
        """Write, read and configure; check that everything read belongs to this world."""
        self.step += 1
        user = f"t{self.number}@{code}".encode()
        self.client.auth = (user, b"x")  # type: ignore[assignment]  # bytes are sent unchanged
        mark = f"{code}|{self.number}|{self.step}"
        self.admin("POST", "entities/CUSTOMER", code, {"id": 1015, "mark": code})
        with suppress(requests.ConnectionError):  # the world was replaced or removed meanwhile
            self.read(self.client.post(LINKS, json={**LINK, "external_id": mark}))
            page = self.read(self.client.get(LINKS, params={"page_size": 500}))
            if isinstance(page, dict):
                assert all(link["external_id"].startswith(f"{code}|") for link in page["records"]), page
        rule = {"name": code, "match": {"path": f"/none/{code}"}, "effect": {"status": 500}}
        self.admin("POST", "faults", code, rule)
        faults = self.admin("GET", "faults", code)
        if isinstance(faults, dict):
            assert {rule["name"] for rule in faults["faults"]} <= {code}
        self.admin("PUT", f"snapshots/s{self.number}", code)
        self.admin("POST", f"snapshots/s{self.number}/restore", code)
        state = self.admin("GET", "state", code)
        if isinstance(state, dict):
            customers = state["entities"].get("CUSTOMER", [])
            assert {customer.get("mark", code) for customer in customers} <= {code}
            assert all(link["external_id"].startswith(f"{code}|") for link in state["key_links"])
        log = self.admin("GET", "requests", code)
        if isinstance(log, dict):
            assert {entry["client"] for entry in log["requests"]} <= {code}

    def remove(self, code: str) -> None:
        """Remove a world that other threads use."""
        self.admin("DELETE", "worlds", code)


def run_users(running: Process, seconds: float) -> Counter[int]:
    """Use and remove worlds from many threads at once; return how often each status was returned."""
    deadline = time.monotonic() + seconds
    failures: list[BaseException] = []
    users = [User(running.client.url, number) for number in range(USERS + 3)]

    def work(user: User, act: Callable[[str], None], pause: float) -> None:
        try:
            while time.monotonic() < deadline and not failures:
                act(random.choice(CODES))
                time.sleep(pause)
        except BaseException as error:  # asserted in the main thread, where it fails the test
            failures.append(error)
        finally:
            user.client.close()

    threads = [
        threading.Thread(
            target=work, args=(user, user.use, 0.0) if user.number < USERS else (user, user.remove, 0.02)
        )
        for user in users
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return sum((user.statuses for user in users), Counter())


def test_worlds_removed_while_in_use_leak_no_data_and_leave_no_files(tmp_path: Path, how_much: Scale) -> None:
    with server("--data", str(tmp_path), "--isolate-clients", checkpointing=True) as running:
        statuses = run_users(running, how_much(short=1.3, long=60))
        assert statuses[200] > 20
        assert statuses[201] > 20
        for world in running.client.get("/__admin/worlds").json()["worlds"]:
            running.client.delete("/__admin/worlds", params={"client": world["client"]}).raise_for_status()
        assert running.client.get("/__admin/worlds").json()["worlds"] == []
        files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
        assert files == {"default.json", "default.jsonl", ".lock"}
        assert running.stop() == 0
        assert running.errors == []
