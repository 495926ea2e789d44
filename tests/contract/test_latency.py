"""The two toggles, latency and error rate, and a server that stays at hand while many calls are slow."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from mockrevio.quantities import ErrorRate, Latency
from tests.contract.raw import Raw, head, with_length
from tests.support import Client, process, serving

STATUS = "/v1/SystemStatus"


def seconds(client: Client, **options: Any) -> float:
    """How long a call takes."""
    began = time.monotonic()
    assert client.get(STATUS, **options).status_code == 200
    return time.monotonic() - began


def toggle(client: Client, **settings: Any) -> Any:
    response = client.patch("/__admin/settings", json=settings)
    assert response.status_code == 200, response.text
    return response.json()


def statuses(client: Client, count: int) -> list[int]:
    with Raw(client.url) as raw:
        return [raw.call(head("GET", STATUS)).status for _ in range(count)]


# By setting, and while running.


@pytest.mark.parametrize("text", ["150ms", "150ms..200ms", "lognormal:400ms,0.01"])
def test_latency_holds_every_call_back_until_null_turns_it_off(client: Client, text: str) -> None:
    assert toggle(client, latency=text)["latency"] == text
    assert 0.15 <= min(seconds(client) for _ in range(3)) < 5

    assert toggle(client, latency=None)["latency"] is None
    assert min(seconds(client) for _ in range(3)) < 0.15


def test_an_error_rate_fails_its_share_with_its_status_until_null_turns_it_off(client: Client) -> None:
    assert toggle(client, error_rate="0.3:502")["error_rate"] == "0.3:502"
    found = statuses(client, 600)
    assert set(found) == {200, 502}
    assert abs(found.count(502) - 180) < 4 * sqrt(600 * 0.21)

    toggle(client, error_rate=None)
    assert set(statuses(client, 50)) == {200}


def test_an_error_of_the_rate_says_so_and_is_in_rev_ios_shape(client: Client) -> None:
    toggle(client, error_rate="1")

    response = client.post("/v1/Customers", json={"status": "NEVER"})

    assert (response.status_code, response.json()[0]["error"]) == (503, "server_error")
    assert response.headers["X-Mock-Explain"] == "error_rate fired"
    toggle(client, error_rate=None)
    assert client.get("/v1/Customers?status=NEVER").json()["record_count"] == 0


def test_the_command_line_sets_both_and_the_running_server_changes_them() -> None:
    with serving(latency=Latency.read("150ms"), error_rate=ErrorRate.read("1:500")) as client:
        began = time.monotonic()
        assert client.get(STATUS).status_code == 500
        assert time.monotonic() - began >= 0.15
        toggle(client, latency=None, error_rate=None)
        assert seconds(client) < 0.15


def test_what_was_changed_while_running_survives_a_restart_and_a_reset_drops_it(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path), "--error-rate", "0.5:500")
    with process(*arguments) as running:
        toggle(running.client, error_rate="1:502", latency="1ms")
        running.kill()
    with process(*arguments) as running:
        client = running.client
        assert client.get("/__admin/settings").json()["latency"] == "1ms"
        assert set(statuses(client, 20)) == {502}
        client.post("/__admin/reset")
        after = client.get("/__admin/settings").json()
        assert (after["latency"], after["error_rate"]) == (None, "0.5:500")


def test_a_fixture_sets_both_and_the_command_line_wins(tmp_path: Path) -> None:
    fixture = tmp_path / "slow.json"
    fixture.write_text('{"settings": {"latency": "150ms", "error_rate": "1:504"}}', encoding="utf-8")
    with serving(fixture=("default", str(fixture)), error_rate=ErrorRate.read("0")) as client:
        assert seconds(client) >= 0.15


def test_with_isolation_each_client_code_has_its_own_toggles() -> None:
    with serving(isolate_clients=True) as client:
        changed = client.patch("/__admin/settings?client=one", json={"error_rate": "1:500"})
        assert changed.json()["error_rate"] == "1:500"

        found = [client.get(STATUS, auth=(f"me@{code}", "x")).status_code for code in ("one", "two")]

        assert found == [500, 200]
        assert client.get("/__admin/settings?client=two").json()["error_rate"] is None
        assert client.get("/__admin/settings").json()["error_rate"] is None


# Many slow at once.


def ask(url: str, headers: tuple[str, ...]) -> int:
    with Raw(url) as raw:
        return raw.call(head("GET", STATUS, *headers)).status


def test_two_hundred_slow_calls_and_fifty_hung_ones_leave_the_admin_side_at_hand() -> None:
    with serving() as client, ThreadPoolExecutor(200) as pool, Client(client.url) as admin:
        hung = [Raw(client.url) for _ in range(50)]
        for raw in hung:
            raw.send(head("GET", STATUS, "X-Mock-Fault: connection=hang"))
        slow = [pool.submit(ask, client.url, ("X-Mock-Latency: 2s",)) for _ in range(200)]
        time.sleep(0.7)  # until they have all come in: two cores start two hundred threads meanwhile
        asks: list[float] = []
        while not all(each.done() for each in slow) and len(asks) < 100:
            began = time.monotonic()
            assert admin.get("/__admin/health").status_code == 200
            asks.append(time.monotonic() - began)
            time.sleep(0.005)

        assert [each.result() for each in slow] == [200] * 200
        for raw in hung:
            raw.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                raw.socket.recv(1)
            raw.__exit__(None, None, None)

    assert len(asks) > 20
    assert median(asks) < 0.1
    assert max(asks) < 1


@pytest.mark.parametrize(
    "fault", ["X-Mock-Latency: 1h", "X-Mock-Fault: connection=hang", "X-Mock-Drip: as the rule has it"]
)
def test_the_command_stops_promptly_while_calls_are_held_back(fault: str) -> None:
    with process("--ephemeral") as running:
        client = running.client
        drip = {"match": {"headers": {"X-Mock-Drip": "*"}}, "effect": {"drip": {"chunks": 9, "over": "1h"}}}
        assert client.post("/__admin/faults", json=drip).status_code == 201
        connections = [Raw(client.url) for _ in range(20)]
        for raw in connections:
            raw.send(head("GET", STATUS, fault))
        time.sleep(0.3)

        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 3
        assert running.errors == []
        for raw in connections:
            raw.__exit__(None, None, None)


def test_clients_that_give_up_on_slow_calls_do_not_use_the_server_up() -> None:
    """As retries with a short timeout do, where the latency is long."""
    with serving(latency=Latency.read("1h")) as client:
        for _ in range(2):
            given_up = [Raw(client.url) for _ in range(250)]
            for raw in given_up:
                raw.send(head("GET", STATUS))
            time.sleep(0.3)
            for raw in given_up:
                raw.__exit__(None, None, None)

        assert client.get("/__admin/health", timeout=5).status_code == 200


def test_a_call_that_was_given_up_is_carried_out_when_its_time_has_come(client: Client) -> None:
    with Raw(client.url) as raw:
        body = b'{"status": "LATE"}'
        raw.send(with_length("POST", "/v1/Customers", body, "X-Mock-Latency: 500ms"))
        time.sleep(0.1)
    late = "/v1/Customers?status=LATE"

    assert client.get(late).json()["record_count"] == 0
    time.sleep(0.7)
    assert client.get(late).json()["record_count"] == 1
