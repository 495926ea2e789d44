"""Deliveries and the whole world: a reset ends them, documents and restarts keep them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mockrevio import MockRevio
from mockrevio.errors import DataDamaged
from tests.receivers import CODE_HEADER, Received, Receiver, eventually
from tests.revio.webhooks.common import (
    CLOCK,
    RECEIVERS,
    call,
    pay,
    payments,
    register,
    status_of,
    webhook_threads,
)
from tests.support import process, serving


def replace_with_itself(mock: MockRevio) -> None:
    document = mock.state
    document["deliveries"] = []
    mock.replace_state(document)


@pytest.mark.parametrize(
    "replace", [MockRevio.reset, replace_with_itself, lambda mock: mock.restore("empty")]
)
def test_nothing_of_an_older_state_is_sent(
    mock: MockRevio, receiver: Receiver, replace: Callable[[MockRevio], None]
) -> None:
    mock.snapshot("empty")
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    receiver.status = 500
    ids = pay(mock, 3)
    eventually(lambda: mock.webhooks[0]["attempts"])
    replace(mock)
    receiver.status = 200
    mock.clock.advance("1h")
    assert list(mock.webhooks) == []
    assert payments(receiver) == ids[:1]


def test_a_reset_aborts_deliveries_in_progress(mock: MockRevio, receiver: Receiver) -> None:
    arrived, answer = threading.Event(), threading.Event()

    def wait(_: Received) -> int:
        arrived.set()
        answer.wait(20)
        return 200

    receiver.status = wait
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    pay(mock)
    assert arrived.wait(10)
    mock.reset()
    eventually(lambda: not webhook_threads(), timeout=5)  # although the receiver has not answered
    answer.set()
    receiver.wait_for(1)
    assert list(mock.webhooks) == []


def test_a_new_state_is_served_at_once_while_the_old_one_hangs(mock: MockRevio, receiver: Receiver) -> None:
    answer, first = threading.Event(), threading.Event()

    def wait_once(_: Received) -> int:
        if not first.is_set():
            first.set()
            answer.wait(20)
        return 200

    receiver.status = wait_once
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    name = mock.snapshot()
    pay(mock)
    assert first.wait(10)
    mock.restore(name)
    pay(mock)
    mock.webhooks.assert_delivered(event_type="PAYMENT_CREATED", times=1)
    answer.set()


def test_pending_deliveries_survive_a_round_trip_byte_for_byte(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    receiver.status = 500
    ids = pay(mock, 2)
    eventually(lambda: mock.webhooks[0]["attempts"])
    document = mock.state
    assert [each["object_id"] for each in document["deliveries"]] == ids
    assert document["next_ids"]["deliveries"] == 3
    mock.reset()
    mock.replace_state(document)
    assert mock.state["deliveries"] == document["deliveries"]
    assert mock.state["next_ids"] == document["next_ids"]
    receiver.status = 200
    mock.clock.advance("10s")
    eventually(lambda: payments(receiver) == [ids[0], *ids])


def test_deliveries_are_no_changes_since_a_snapshot(mock: MockRevio, receiver: Receiver) -> None:
    mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
    receiver.status = 500
    name = mock.snapshot()
    [payment_id] = pay(mock)
    changed = mock.changes_since(name)["added"]
    assert {"table": "entities.PAYMENT", "id": payment_id} == {
        part: changed[0][part] for part in ("table", "id")
    }
    assert {each["table"] for each in changed} <= {"entities.PAYMENT", "records.Users"}


def test_stopping_does_not_wait_for_a_receiver(receiver: Receiver) -> None:
    arrived, answer = threading.Event(), threading.Event()

    def wait(_: Received) -> int:
        arrived.set()
        answer.wait(20)
        return 200

    receiver.status = wait
    with MockRevio(fixture="empty") as mock:
        mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
        pay(mock)
        assert arrived.wait(10)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    eventually(lambda: not webhook_threads(), timeout=5)
    answer.set()


def test_a_removed_world_sends_nothing_more_and_others_continue(receiver: Receiver, other: Receiver) -> None:
    options = {"isolate_clients": True, "fixture": ("empty",)}
    with serving(**options) as client:
        for name, each in (("acme", receiver), ("other", other)):
            admin, body = f"client={name}", {"url": each.url, "event_types": ["PAYMENT_CREATED"]}
            each.status = 500
            response = client.post(f"/__admin/webhooks/receivers?{admin}", json=body)
            assert response.status_code == 201, response.text
            client.put(f"/__admin/clock?{admin}", json={"now": CLOCK})
            client.post("/v1/Payments", json={"amount": 1}, auth=(f"tester@{name}", "secret"))
            each.wait_for(1)
        client.delete("/__admin/worlds/acme")
        receiver.status = other.status = 200
        for name in ("acme", "other"):
            client.put(f"/__admin/clock?client={name}", json={"now": "2031-01-01T00:00:00"})
        other.wait_for(2)
        time.sleep(0.1)
        assert len(receiver.received) == 1


def test_a_code_survives_a_round_trip_without_being_in_it(mock: MockRevio, receiver: Receiver) -> None:
    receiver.confirms = False
    receiver_id = register(mock, receiver.url)
    code = receiver.wait_for(1)[0].headers[CODE_HEADER.lower()]
    document = mock.state
    assert code not in str(document)
    mock.reset()
    mock.replace_state(document)
    assert call(mock, "POST", f"{RECEIVERS}/{receiver_id}/activate", json={"code": code}).status_code == 200
    assert status_of(mock, receiver_id) == "ACTIVE"


def test_a_mistake_in_a_delivery_is_reported_with_its_place(mock: MockRevio) -> None:
    document = {**mock.state, "deliveries": [{"id": 1, "webhook_receiver_id": 0}]}
    with pytest.raises(Exception, match=r"document: deliveries\[0\]\.webhook_receiver_id: must be a whole"):
        mock.replace_state(document)


def test_a_damaged_delivery_in_a_data_file_is_refused(tmp_path: Path, receiver: Receiver) -> None:
    receiver.status = 500
    with MockRevio(fixture="empty", data=tmp_path) as mock:
        mock.webhooks.subscribe(receiver.url, "PAYMENT_CREATED")
        pay(mock)
    path = tmp_path / "default.json"
    document = json.loads(path.read_text("utf-8"))
    document["deliveries"]["1"]["attempts"] = "many"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(DataDamaged, match=r"deliveries\.1\.attempts: must be a whole number from 0"):
        MockRevio(fixture="empty", data=tmp_path).start()


def test_a_killed_server_sends_pending_notifications_after_its_restart(
    tmp_path: Path, receiver: Receiver
) -> None:
    arrived, answer = threading.Event(), threading.Event()

    def wait(_: Received) -> int:
        arrived.set()
        answer.wait(20)
        return 200

    options = ("--data", str(tmp_path / "data"), "--fixture", "empty", "--clock", CLOCK)
    receiver.status = wait
    with process(*options) as server:
        admin = f"{server.client.url}/__admin"
        body = {"url": receiver.url, "event_types": ["PAYMENT_CREATED"]}
        assert server.client.post(f"{admin}/webhooks/receivers", json=body).status_code == 201
        ids = [server.client.post("/v1/Payments", json={"amount": 1}).json()["id"] for _ in range(5)]
        assert arrived.wait(10)
        server.kill()
    answer.set()
    seen = len(receiver.wait_for(1))
    with process(*options) as server:
        receiver.wait_for_events(seen + 5)
        assert payments(receiver)[seen:] == ids
        assert [each["event_id"] for each in receiver.events()[seen:]] == [1, 2, 3, 4, 5]
        eventually(lambda: server.client.get("/__admin/state").json().get("deliveries") is None)
        server.client.post("/v1/Payments", json={"amount": 1})
        assert receiver.wait_for_events(seen + 6)[-1]["event_id"] == 6


def test_a_code_survives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    receiver.confirms = False
    options = ("--data", str(tmp_path / "data"), "--fixture", "empty")
    with process(*options) as server:
        created = server.client.post(f"/v1/{RECEIVERS}", json={"url": receiver.url})
        path = f"{created.headers['Location'].removeprefix(server.client.url)}/activate"
        code = receiver.wait_for(1)[0].headers[CODE_HEADER.lower()]
        server.stop()
    with process(*options) as server:
        assert server.client.post(path, json={"code": "guessed"}).status_code == 400
        assert server.client.post(path, json={"code": code}).status_code == 200
