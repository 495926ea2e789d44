"""Simultaneous requests for one record are carried out one after the other."""

from __future__ import annotations

import threading
from typing import Any

from tests.support import Client


def send_together(*requests: Any) -> list[int]:
    """The statuses of requests sent at the same time."""
    statuses: list[int] = [0] * len(requests)
    barrier = threading.Barrier(len(requests))

    def work(number: int) -> None:
        barrier.wait()
        statuses[number] = requests[number]().status_code

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_concurrent_changes_of_one_record_are_serialized(client: Client) -> None:
    """A deleted record stays deleted, only one of two deletions succeeds, and no change is lost."""
    clients = [Client(client.url) for _ in range(2)]
    for _ in range(60):
        path = f"/v1/Contacts/{client.post('/v1/Contacts', json={}).json()['id']}"

        def patch(number: int, *operations: dict[str, str], path: str = path) -> Any:
            return lambda: clients[number].patch(path, json=list(operations))

        fields = [{"op": "add", "path": f"/{name}", "value": name} for name in ("email", "phone")]
        assert send_together(patch(0, fields[0]), patch(1, fields[1])) == [200, 200]
        record = client.get(path).json()
        assert (record["email"], record["phone"]) == ("email", "phone")
        operations = [
            (
                {"op": "test", "path": "/email", "value": "email"},
                {"op": "add", "path": "/email", "value": "changed"},
            )
        ] * 2
        assert sorted(send_together(patch(0, *operations[0]), patch(1, *operations[1]))) == [200, 400]
        statuses = send_together(
            lambda p=path: clients[0].delete(p), lambda p=path: clients[1].put(p, json={})
        )
        assert statuses[0] == 200
        assert client.get(path).status_code == 404
        path = f"/v1/Contacts/{client.post('/v1/Contacts', json={}).json()['id']}"
        statuses = send_together(*(lambda c=c, p=path: c.delete(p) for c in clients))
        assert sorted(statuses) == [200, 404]
