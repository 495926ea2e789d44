"""What programs rely on when the server is killed or restarted between their runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.clients.common import FIELDS, Record, RevIo
from tests.support import Process, process


def all_records(revio: RevIo) -> dict[str, list[Record]]:
    """Everything that a reader of all endpoints sees."""
    return {path: revio.records(path, page_size=1000) for path in FIELDS}


def restart(server: Process, how: str) -> None:
    """End the server in one of two ways."""
    if how == "kill":
        server.kill()
    else:
        assert server.stop() == 0


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_all_that_programs_wrote_is_there_after_a_restart(tmp_path: Path, how: str) -> None:
    options = ("--data", str(tmp_path / "data"))
    with process(*options) as server:
        revio = RevIo(server.client)
        service = revio.create("Services", customer_id=1003, number="2075550100")
        item = revio.create("InventoryItem", identifier="+12075550100")
        revio.call("PATCH", "InventoryItem/assignService", {"inventory_item_id": item, "service_id": service})
        revio.patch("ServiceProduct/1001", quantity=7, effective_date="2026-03-10")
        revio.call("DELETE", "ServiceProduct", {"service_product_id": 1002})
        revio.call("PUT", "Tasks/1001/action", {"action": "COMPLETE"})
        revio.link("SERVICE", service, "order-7")
        last = revio.create("Payments", customer_id=1003, amount=1)
        revio.call("DELETE", f"Payments/{last}")
        before = all_records(revio)
        since = revio.get(f"Services/{service}")["created_date"]
        restart(server, how)

    with process(*options) as server:
        revio = RevIo(server.client)
        assert all_records(revio) == before
        assert [
            row["inventory_item_id"] for row in revio.records("ServiceInventory", service_id=service)
        ] == [item]
        assert [row["service_id"] for row in revio.records("Services", created_date_start=since)] == [service]
        assert revio.linked_id("SERVICE", "order-7") == service
        assert revio.create("Payments", amount=2) == last + 1, "an id is never reused"


def test_each_client_code_has_its_own_data_after_a_restart_too(tmp_path: Path) -> None:
    options = ("--data", str(tmp_path / "data"), "--isolate-clients")
    created: dict[str, int] = {}
    with process(*options) as server:
        for code in ("north", "south"):
            revio = RevIo(server.client, user=f"nightly@{code}")
            assert revio.call("GET", "BillProfiles")["ok"] is True
            created[code] = revio.create("Customers", source=code)
        server.kill()

    with process(*options) as server:
        for code, number in created.items():
            revio = RevIo(server.client, user=f"nightly@{code}")
            assert revio.get(f"Customers/{number}")["source"] == code
            assert [user["login_name"] for user in revio.records("Users", login_name="nightly")] == [
                "nightly"
            ]
        assert RevIo(server.client, user="nightly@west").records("Customers", source="north") == []


def test_programs_at_work_at_the_same_time_lose_nothing_of_one_another(tmp_path: Path) -> None:
    with process("--data", str(tmp_path / "data")) as server:
        revio = RevIo(server.client)
        label = {"op": "add", "path": "/fields/-"}

        def work(number: int) -> Any:
            mine = RevIo(server.client, user="newcomer@acme")
            value = {"field_id": number, "label": f"Label {number}", "value": "x"}
            mine.call("PATCH", "Customers/1003", [{**label, "value": value}])
            body = {"inventory_item_id": 1001, "service_id": 1001 + number % 3}
            mine.call("PATCH", "InventoryItem/assignService", body)
            return mine.create("Payments", amount=number)

        known = len(revio.get("Customers/1003")["fields"])
        with ThreadPoolExecutor(8) as pool:
            payments = list(pool.map(work, range(40)))

        fields = revio.get("Customers/1003")["fields"]
        assert {field["label"] for field in fields[known:]} == {f"Label {number}" for number in range(40)}
        assert len(set(payments)) == 40
        assert len(revio.records("ServiceInventory", inventory_item_id=1001)) == 1
        assert len(revio.records("Users", login_name="newcomer")) == 1
