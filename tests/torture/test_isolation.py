"""Many worlds, made, used and removed by many threads: nothing leaks, nothing breaks, nothing stays."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.support import Client, Process
from tests.torture.common import LINKS, HowMuch, server
from tests.torture.writers import LINK

CODES = [f"code{number}" for number in range(6)] + ["Code0", "a/b", "..", "ü"]
USERS = 10
# What an answer may be while worlds come and go: also 404 for what went with its world, 503 from a world
# that was removed amid the call.
ALLOWED = {200, 201, 400, 404, 409, 503}


class User:
    """One thread's client, which uses a world after the other and looks for traces of all others."""

    def __init__(self, url: str, number: int) -> None:
        self.number = number
        self.client = Client(url)
        self.seen: Counter[int] = Counter()
        self.step = 0

    def admin(self, method: str, path: str, code: str, json: object = None) -> object:
        """A call to the admin side about one world."""
        answer = self.client.request(method, f"/__admin/{path}", params={"client": code}, json=json)
        return self.read(answer.status_code, answer.text, answer.json())

    def read(self, status: int, text: str, found: object) -> object:
        self.seen[status] += 1
        assert status in ALLOWED, text
        return found if status in (200, 201) else None

    def use(self, code: str) -> None:
        """Write, read and configure: all that one sees bears the mark of this world."""
        self.step += 1
        user = f"t{self.number}@{code}".encode()
        self.client.auth = (user, b"x")  # type: ignore[assignment]  # bytes are sent as they are
        mark = f"{code}|{self.number}|{self.step}"
        self.admin("POST", "entities/CUSTOMER", code, {"id": 1015, "mark": code})
        made = self.client.post(LINKS, json={**LINK, "external_id": mark})
        self.read(made.status_code, made.text, made.json())
        page = self.client.get(LINKS, params={"page_size": 500})
        read = self.read(page.status_code, page.text, page.json())
        if isinstance(read, dict):
            assert all(each["external_id"].startswith(f"{code}|") for each in read["records"]), read
        rule = {"name": code, "match": {"path": f"/none/{code}"}, "effect": {"status": 500}}
        self.admin("POST", "faults", code, rule)
        faults = self.admin("GET", "faults", code)
        if isinstance(faults, dict):
            assert {each["name"] for each in faults["faults"]} <= {code}
        self.admin("PUT", f"snapshots/s{self.number}", code)
        self.admin("POST", f"snapshots/s{self.number}/restore", code)
        state = self.admin("GET", "state", code)
        if isinstance(state, dict):
            customers = state["entities"].get("CUSTOMER", [])
            assert {each.get("mark", code) for each in customers} <= {code}
            assert all(each["external_id"].startswith(f"{code}|") for each in state["key_links"])
        logged = self.admin("GET", "requests", code)
        if isinstance(logged, dict):
            assert {each["client"] for each in logged["requests"]} <= {code}

    def remove(self, code: str) -> None:
        """Remove a world that others use."""
        self.admin("DELETE", "worlds", code)


def at_once(started: Process, seconds: float) -> Counter[int]:
    """Users and removers at work; how often each status was answered."""
    until = time.monotonic() + seconds
    failures: list[BaseException] = []
    users = [User(started.client.url, number) for number in range(USERS + 3)]

    def work(user: User, act: Callable[[str], None], pause: float) -> None:
        try:
            while time.monotonic() < until and not failures:
                act(random.choice(CODES))
                time.sleep(pause)
        except BaseException as error:  # reported by the thread that can fail the test
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
    return sum((user.seen for user in users), Counter())


def test_worlds_that_come_and_go_while_they_are_used_neither_leak_nor_break_nor_stay(
    tmp_path: Path, how_much: HowMuch
) -> None:
    with server("--data", str(tmp_path), "--isolate-clients", folding=True) as started:
        seen = at_once(started, how_much(short=1.3, long=60))
        assert seen[200] > 20
        assert seen[201] > 20
        for each in started.client.get("/__admin/worlds").json()["worlds"]:
            started.client.delete("/__admin/worlds", params={"client": each["client"]}).raise_for_status()
        assert started.client.get("/__admin/worlds").json()["worlds"] == []
        left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
        assert left == {"default.json", "default.jsonl", ".lock"}
        assert started.stop() == 0
        assert started.errors == []
