"""Calls about one record that come at the same moment are carried out one after the other."""

from __future__ import annotations

import threading
from typing import Any

from tests.support import Client


def together(*calls: Any) -> list[int]:
    """The statuses of calls that are made at the same moment."""
    found: list[int] = [0] * len(calls)
    begin = threading.Barrier(len(calls))

    def work(number: int) -> None:
        begin.wait()
        found[number] = calls[number]().status_code

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_concurrent_changes_of_one_record_are_serialized(client: Client) -> None:
    """A deleted record stays deleted, one deletion of two is told so, and no change is lost."""
    others = [Client(client.url) for _ in range(2)]
    for _ in range(60):
        path = f"/v1/Contacts/{client.post('/v1/Contacts', json={}).json()['id']}"

        def patch(at: int, *operations: dict[str, str], path: str = path) -> Any:
            return lambda: others[at].patch(path, json=list(operations))

        fields = [{"op": "add", "path": f"/{name}", "value": name} for name in ("email", "phone")]
        assert together(patch(0, fields[0]), patch(1, fields[1])) == [200, 200]
        now = client.get(path).json()
        assert (now["email"], now["phone"]) == ("email", "phone")
        mine = [
            (
                {"op": "test", "path": "/email", "value": "email"},
                {"op": "add", "path": "/email", "value": "mine"},
            )
        ] * 2
        assert sorted(together(patch(0, *mine[0]), patch(1, *mine[1]))) == [200, 400]
        gone = together(lambda p=path: others[0].delete(p), lambda p=path: others[1].put(p, json={}))
        assert gone[0] == 200
        assert client.get(path).status_code == 404
        again = f"/v1/Contacts/{client.post('/v1/Contacts', json={}).json()['id']}"
        deleted = together(*(lambda c=c, p=again: c.delete(p) for c in others))
        assert sorted(deleted) == [200, 404]
