"""What lets a held call go, and what becomes of one whose client leaves."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.contract.delayed_calls import (
    BODY,
    HOLDS,
    LINKS,
    arm,
    in_progress,
    links,
    reset,
    wait_for_call,
    wait_until,
)
from tests.contract.raw import Raw, head, with_length
from tests.support import LINK, Client, serving


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client of a server of its own."""
    with serving() as client:
        yield client


def remove_one(client: Client, fault: int) -> None:
    client.delete(f"/__admin/faults/{fault}").raise_for_status()


def remove_all(client: Client, fault: int) -> None:
    del fault
    client.delete("/__admin/faults").raise_for_status()


def replace_rule(client: Client, fault: int) -> None:
    client.put(f"/__admin/faults/{fault}", json={"effect": {"status": 503}}).raise_for_status()


@pytest.mark.parametrize("remove", [remove_one, remove_all, replace_rule])
@pytest.mark.parametrize("hold", [hold for hold, (fault, _) in HOLDS.items() if fault])
def test_removing_a_fault_releases_the_calls_that_it_delays(
    client: Client, hold: str, remove: Callable[[Client, int], None]
) -> None:
    reset(client)
    fault, sent = HOLDS[hold]
    fault_id = arm(client, fault)
    with Raw(client.url) as held:
        held.send(sent)
        wait_for_call(client)
        remove(client, fault_id)
        response = held.read()
        assert response.status == 201
        assert response.json()["id"] == links(client)[0]["integration_key_link_id"]
        assert held.call(head("GET", "/__admin/health")).status == 200


def test_turning_latency_off_releases_delayed_calls(client: Client) -> None:
    reset(client)
    client.patch("/__admin/settings", json={"latency": "1h"}).raise_for_status()
    with Raw(client.url) as held:
        held.send(with_length("POST", LINKS, BODY))
        wait_for_call(client)
        client.patch("/__admin/settings", json={"error_rate": "0"}).raise_for_status()
        assert in_progress(client)
        client.patch("/__admin/settings", json={"latency": None}).raise_for_status()
        assert held.read().status == 201


def test_a_fault_that_is_removed_takes_only_its_own_delay_with_it(client: Client) -> None:
    reset(client)
    long = arm(client, {"effect": {"latency": "1h"}})
    arm(client, {"effect": {"latency": "1s"}})
    with Raw(client.url) as held:
        before = time.monotonic()
        held.send(with_length("POST", LINKS, BODY))
        wait_for_call(client)
        remove_one(client, long)
        assert held.read().status == 201
        assert time.monotonic() - before >= 0.99


@pytest.mark.parametrize("phase", ["before_commit", "after_commit"])
def test_a_call_whose_client_left_is_carried_out_as_by_revio(client: Client, phase: str) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "phase": phase, "effect": {"latency": "400ms"}})
    with pytest.raises(requests.Timeout):
        client.post(LINKS, json=LINK, timeout=0.1)
    wait_until(lambda: not in_progress(client))
    assert len(links(client)) == 1
    [entry] = client.get("/__admin/requests").json()["requests"]
    assert (entry["client_left"], entry["response"]["status"]) == (True, 201)


@pytest.mark.parametrize("phase", ["before_commit", "after_commit"])
def test_a_hung_call_ends_when_its_client_gives_up(client: Client, phase: str) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "phase": phase, "effect": {"connection": "hang"}})
    with pytest.raises(requests.Timeout):
        client.post(LINKS, json=LINK, timeout=0.2)
    wait_until(lambda: not in_progress(client))
    [entry] = client.get("/__admin/requests").json()["requests"]
    committed = phase == "after_commit"
    assert entry["client_left"]
    assert entry["response"]["status"] == (201 if committed else None)
    assert entry["response"]["delivered"] == "hang"
    assert len(links(client)) == committed


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_client_that_breaks_off_in_the_body_is_logged_as_gone(client: Client, how: str) -> None:
    reset(client)
    with Raw(client.url) as raw:
        raw.send(with_length("POST", LINKS, BODY)[:-5])
        wait_for_call(client)
        assert in_progress(client)
        if how == "reset":
            raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wait_until(lambda: not in_progress(client))
    [entry] = client.get("/__admin/requests").json()["requests"]
    assert (entry["client_left"], entry["response"]["status"]) == (True, None)
    assert links(client) == []


def test_hung_calls_do_not_delay_others_and_end_when_their_clients_disconnect() -> None:
    with serving(log_size=2000) as client:
        arm(client, {"match": {"method": "POST"}, "effect": {"connection": "hang"}})
        hung = [Raw(client.url) for _ in range(400)]
        for connection in hung:
            connection.send(with_length("POST", LINKS, BODY))
        wait_until(lambda: len(in_progress(client)) == 400)
        assert client.get(LINKS).status_code == 200
        for connection in hung:
            connection.socket.close()
            connection.__exit__(None, None, None)
        wait_until(lambda: not in_progress(client))


def test_a_hung_call_gets_no_byte_and_its_client_may_send_more(client: Client) -> None:
    reset(client)
    arm(client, {"match": {"method": "POST"}, "effect": {"connection": "hang"}})
    with Raw(client.url) as hung:
        hung.send(with_length("POST", LINKS, BODY))
        hung.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            hung.socket.recv(1)
        hung.send(b"are you there?")
        with pytest.raises(TimeoutError):
            hung.socket.recv(1)
