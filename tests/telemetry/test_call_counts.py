"""`CallCounts`: bounded, whatever clients send."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime

from mockrevio.control.clock import Clock
from mockrevio.control.request_log import LogEntry, LoggedResponse
from mockrevio.revio.wire.request import ApiRequest
from mockrevio.telemetry.call_counts import MAX_CLIENTS, MAX_SERIES, CallCounts

CLOCK = Clock()


def call(
    status: int | None = 200,
    *,
    path: str = "/v1/Customers",
    method: str = "GET",
    client: str | None = "acme",
) -> LogEntry:
    request = ApiRequest(method, path, "", {}, b"", client, None)
    entry = LogEntry("1", request, datetime.now(UTC))
    entry.response = None if status is None else LoggedResponse(status, (), b"", 0)
    return entry


def test_calls_are_counted_by_what_they_have_in_common() -> None:
    counts = CallCounts()
    counts.observe(call(), None, 0.002, CLOCK)
    counts.observe(call(path="/v1/customers/"), None, 0.3, CLOCK)
    counts.observe(call(404, path="/v1/Customers/5", client=None), None, 0.1, CLOCK)
    counts.observe(call(None, method="POST"), "client_left", 99, CLOCK)
    assert {tuple(kind): count for kind, count in counts.calls()} == {
        ("/v1/Customers", "GET", "200", "acme"): 2,
        ("/v1/Customers/{customer_id}", "GET", "404", ""): 1,
        ("/v1/Customers", "POST", "none", "acme"): 1,
    }
    assert [kind.status_class for kind, _ in counts.calls()] == ["2xx", "4xx", "none"]
    assert counts.broken() == {"client_left": 1}
    durations = counts.durations()
    assert durations["/v1/Customers", "GET"].buckets == [0, 1, 0, 0, 0, 0, 0, 0, 1, *[0] * 7]
    assert durations["/v1/Customers", "GET"].seconds == 0.302
    assert durations["/v1/Customers", "POST"].buckets == [*[0] * 15, 1]


def test_only_so_many_clients_have_a_series_of_their_own() -> None:
    counts = CallCounts()
    for n in range(MAX_CLIENTS + 20):
        counts.observe(call(client=f"client{n}"), None, 0, CLOCK)
    counts.observe(call(client="client0"), None, 0, CLOCK)
    by_client = Counter({kind.client: count for kind, count in counts.calls()})
    assert len(by_client) == MAX_CLIENTS + 1
    assert (by_client["client0"], by_client["other"]) == (2, 20)


def test_a_code_with_wrong_credentials_gets_no_series() -> None:
    counts = CallCounts()
    counts.observe(call(401, client="stranger"), None, 0, CLOCK)
    assert [kind.client for kind, _ in counts.calls()] == ["other"]


def test_methods_of_no_standard_are_counted_together() -> None:
    counts = CallCounts()
    for n in range(10):
        counts.observe(call(405, method=f"METHOD{n}"), None, 0, CLOCK)
    assert [(kind.method, count) for kind, count in counts.calls()] == [("other", 10)]


def test_the_number_of_series_is_limited() -> None:
    counts = CallCounts()
    for client in range(MAX_CLIENTS):
        for status in range(200, 600):
            counts.observe(call(status, client=f"client{client}"), None, 0, CLOCK)
    series = counts.calls()
    assert len(series) <= MAX_SERIES + 400
    assert sum(count for _, count in series) == MAX_CLIENTS * 400


def test_no_call_is_lost_among_threads() -> None:
    counts = CallCounts()

    def observe() -> None:
        for _ in range(2000):
            counts.observe(call(), None, 0, CLOCK)

    threads = [threading.Thread(target=observe) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [count for _, count in counts.calls()] == [8000]
