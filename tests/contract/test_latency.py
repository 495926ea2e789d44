"""The settings `latency` and `error_rate`, and a server that stays responsive during many slow requests."""

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
    """The duration of a request."""
    began = time.monotonic()
    assert client.get(STATUS, **options).status_code == 200
    return time.monotonic() - began


def change_settings(client: Client, **settings: Any) -> Any:
    response = client.patch("/__admin/settings", json=settings)
    assert response.status_code == 200, response.text
    return response.json()


def statuses(client: Client, count: int) -> list[int]:
    with Raw(client.url) as raw:
        return [raw.call(head("GET", STATUS)).status for _ in range(count)]


# Settings.


@pytest.mark.parametrize("text", ["150ms", "150ms..200ms", "lognormal:400ms,0.01"])
def test_latency_delays_every_request_until_null_turns_it_off(client: Client, text: str) -> None:
    assert change_settings(client, latency=text)["latency"] == text
    assert 0.15 <= min(seconds(client) for _ in range(3)) < 5

    assert change_settings(client, latency=None)["latency"] is None
    assert min(seconds(client) for _ in range(3)) < 0.15


def test_an_error_rate_fails_its_share_until_null_turns_it_off(client: Client) -> None:
    assert change_settings(client, error_rate="0.3:502")["error_rate"] == "0.3:502"
    received = statuses(client, 600)
    assert set(received) == {200, 502}
    assert abs(received.count(502) - 180) < 4 * sqrt(600 * 0.21)

    change_settings(client, error_rate=None)
    assert set(statuses(client, 50)) == {200}


def test_an_error_rate_response_is_explained_and_in_rev_ios_shape(client: Client) -> None:
    change_settings(client, error_rate="1")

    response = client.post("/v1/Customers", json={"status": "NEVER"})

    assert (response.status_code, response.json()[0]["error"]) == (503, "server_error")
    assert response.headers["X-Mock-Explain"] == "error_rate fired"
    change_settings(client, error_rate=None)
    assert client.get("/v1/Customers?status=NEVER").json()["record_count"] == 0


def test_both_are_set_on_the_command_line_and_changed_at_run_time() -> None:
    with serving(latency=Latency.parse("150ms"), error_rate=ErrorRate.parse("1:500")) as client:
        began = time.monotonic()
        assert client.get(STATUS).status_code == 500
        assert time.monotonic() - began >= 0.15
        change_settings(client, latency=None, error_rate=None)
        assert seconds(client) < 0.15


def test_run_time_changes_survive_a_restart_but_not_a_reset(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path), "--error-rate", "0.5:500")
    with process(*arguments) as running:
        change_settings(running.client, error_rate="1:502", latency="1ms")
        running.kill()
    with process(*arguments) as running:
        client = running.client
        assert client.get("/__admin/settings").json()["latency"] == "1ms"
        assert set(statuses(client, 20)) == {502}
        client.post("/__admin/reset")
        settings = client.get("/__admin/settings").json()
        assert (settings["latency"], settings["error_rate"]) == (None, "0.5:500")


def test_the_command_line_overrides_the_fixture(tmp_path: Path) -> None:
    fixture = tmp_path / "slow.json"
    fixture.write_text('{"settings": {"latency": "150ms", "error_rate": "1:504"}}', encoding="utf-8")
    with serving(fixture=("default", str(fixture)), error_rate=ErrorRate.parse("0")) as client:
        assert seconds(client) >= 0.15


def test_isolated_worlds_have_their_own_latency_and_error_rate() -> None:
    with serving(isolate_clients=True) as client:
        changed = client.patch("/__admin/settings?client=one", json={"error_rate": "1:500"})
        assert changed.json()["error_rate"] == "1:500"

        received = [client.get(STATUS, auth=(f"me@{code}", "x")).status_code for code in ("one", "two")]

        assert received == [500, 200]
        assert client.get("/__admin/settings?client=two").json()["error_rate"] is None
        assert client.get("/__admin/settings").json()["error_rate"] is None


# Many slow requests.


def send(url: str, headers: tuple[str, ...]) -> int:
    with Raw(url) as raw:
        return raw.call(head("GET", STATUS, *headers)).status


def test_the_admin_api_stays_responsive_during_many_slow_and_hung_requests() -> None:
    with serving() as client, ThreadPoolExecutor(200) as pool, Client(client.url) as admin:
        hung = [Raw(client.url) for _ in range(50)]
        for raw in hung:
            raw.send(head("GET", STATUS, "X-Mock-Fault: connection=hang"))
        slow = [pool.submit(send, client.url, ("X-Mock-Latency: 2s",)) for _ in range(200)]
        time.sleep(0.7)  # for all of them to arrive: the server starts two hundred threads first
        durations: list[float] = []
        while not all(future.done() for future in slow) and len(durations) < 100:
            began = time.monotonic()
            assert admin.get("/__admin/health").status_code == 200
            durations.append(time.monotonic() - began)
            time.sleep(0.005)

        assert [future.result() for future in slow] == [200] * 200
        for raw in hung:
            raw.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                raw.socket.recv(1)
            raw.__exit__(None, None, None)

    assert len(durations) > 20
    assert median(durations) < 0.1
    assert max(durations) < 1


@pytest.mark.parametrize(
    "fault", ["X-Mock-Latency: 1h", "X-Mock-Fault: connection=hang", "X-Mock-Drip: as in the rule"]
)
def test_the_server_stops_promptly_while_requests_are_delayed(fault: str) -> None:
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


def test_clients_that_give_up_on_slow_requests_do_not_exhaust_the_server() -> None:
    """Retries with a short timeout do this if the latency is long."""
    with serving(latency=Latency.parse("1h")) as client:
        for _ in range(2):
            connections = [Raw(client.url) for _ in range(250)]
            for raw in connections:
                raw.send(head("GET", STATUS))
            time.sleep(0.3)
            for raw in connections:
                raw.__exit__(None, None, None)

        assert client.get("/__admin/health", timeout=5).status_code == 200


def test_a_delayed_write_happens_even_if_its_client_gave_up(client: Client) -> None:
    with Raw(client.url) as raw:
        body = b'{"status": "LATE"}'
        raw.send(with_length("POST", "/v1/Customers", body, "X-Mock-Latency: 500ms"))
        time.sleep(0.1)
    search = "/v1/Customers?status=LATE"

    assert client.get(search).json()["record_count"] == 0
    time.sleep(0.7)
    assert client.get(search).json()["record_count"] == 1
