"""`GET /__admin/metrics`: what Prometheus reads."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from mockrevio import __version__
from tests.receivers import receiving
from tests.support import LINK, ROOT, Client, serving

TOKEN = "t0ken-of-the-test"  # noqa: S105 (of a server that ends with the test)
PAGE = (ROOT / "docs" / "metrics.md").read_text("utf-8")


def values(client: Client) -> Mapping[str, float]:
    """Every sample, by its name and labels as they are written."""
    text = client.get("/__admin/metrics").text
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if not line.startswith("#")
    }


def test_calls_are_counted_by_route_method_status_and_client(client: Client) -> None:
    client.get("/v1/Customers/1001")
    client.get("/v1/customers/1002/")
    client.get("/v1/Customers/999999")
    client.get("/v1/Nonsense")
    client.get("/v1/Customers", auth=("ann@other-co", "secret"))
    found = values(client)
    one = '{client="acme",method="GET",route="/v1/Customers/{customer_id}"'
    assert found[f'mockrevio_calls_total{one},status="200",status_class="2xx"}}'] == 2
    assert found[f'mockrevio_calls_total{one},status="404",status_class="4xx"}}'] == 1
    assert (
        'mockrevio_calls_total{client="acme",method="GET",route="other",status="404",status_class="4xx"}'
        in found
    )
    assert any('client="other-co"' in name for name in found)
    duration = 'method="GET",route="/v1/Customers/{customer_id}"'
    assert found[f"mockrevio_call_duration_seconds_count{{{duration}}}"] == 3
    assert found[f'mockrevio_call_duration_seconds_bucket{{le="60.0",{duration}}}'] == 3
    assert 0 < found[f"mockrevio_call_duration_seconds_sum{{{duration}}}"] < 3


def test_the_admin_api_is_not_counted(client: Client) -> None:
    client.get("/__admin/requests")
    client.get("/openapi.json")
    assert not [name for name in values(client) if name.startswith("mockrevio_calls_total")]


def test_a_reset_keeps_the_counts(client: Client) -> None:
    client.get("/v1/SystemStatus")
    client.post("/__admin/reset")
    assert [count for name, count in values(client).items() if name.startswith("mockrevio_calls_total")] == [
        1
    ]


def test_durations_include_delays(client: Client) -> None:
    client.get("/v1/SystemStatus", headers={"X-Mock-Latency": "60ms"})
    labels = 'method="GET",route="/v1/SystemStatus"'
    found = values(client)
    assert found[f'mockrevio_call_duration_seconds_bucket{{le="0.05",{labels}}}'] == 0
    assert found[f"mockrevio_call_duration_seconds_sum{{{labels}}}"] >= 0.06


def test_faults_are_counted_by_what_they_do(client: Client) -> None:
    effects = [{"preset": "rate_limited"}, {"status": 503}, {"drip": {"chunks": 2, "over": "1ms"}}]
    for effect in effects:
        client.post("/__admin/faults", json={"effect": effect, "when": {"times": 1}})
        client.get("/v1/SystemStatus")
    client.post("/__admin/faults", json={"effect": {"latency": "1ms"}, "when": {"times": 1}})
    client.get("/v1/SystemStatus", headers={"X-Mock-Fault": "status=500"})
    client.get("/v1/SystemStatus")
    client.patch("/__admin/settings", json={"error_rate": "1"})
    client.get("/v1/SystemStatus")
    with pytest.raises(Exception, match=r".*"):
        client.get("/v1/SystemStatus", headers={"X-Mock-Fault": "connection=reset"})
    found = values(client)
    kinds = {"rate_limited": 1, "status": 2, "drip": 1, "latency": 1, "error_rate": 1, "reset": 1}
    for kind, count in kinds.items():
        assert found[f'mockrevio_faults_fired_total{{kind="{kind}"}}'] == count, kind
    assert found['mockrevio_broken_calls_total{reason="reset"}'] == 1


def test_calls_in_progress_are_those_without_a_response(client: Client) -> None:
    host, _, port = client.url.rpartition("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(
            b"GET /v1/Customers HTTP/1.1\r\nHost: localhost\r\nX-Mock-Latency: 60s\r\n"
            b"Authorization: Basic dGVzdGVyQGFjbWU6c2VjcmV0\r\n\r\n"
        )
        while not client.get("/__admin/requests").json()["count"]:
            pass
        assert values(client)["mockrevio_calls_in_progress"] == 1
        client.post("/__admin/reset")
        found = values(client)
    assert found["mockrevio_calls_in_progress"] == 0
    assert found['mockrevio_broken_calls_total{reason="state_replaced"}'] == 1


def test_streams_are_those_that_are_open(client: Client) -> None:
    with client.get("/__admin/events", stream=True) as stream:
        lines = stream.iter_lines()
        next(lines)
        assert values(client)["mockrevio_streams_open"] == 1
    while values(client)["mockrevio_streams_open"]:
        pass


def test_the_request_log_and_its_evictions() -> None:
    with serving(log_size=2) as client:
        for _ in range(5):
            client.get("/v1/SystemStatus")
        found = values(client)
        assert found["mockrevio_request_log_entries"] == 2
        assert 2000 < found["mockrevio_request_log_bytes"] < 20_000
        client.post("/__admin/reset")
        found = values(client)
    assert (found["mockrevio_request_log_entries"], found["mockrevio_request_log_bytes"]) == (0, 0)
    assert found["mockrevio_request_log_evicted_total"] == 3


def test_worlds_and_their_totals_after_one_is_gone() -> None:
    with serving(isolate_clients=True, log_size=1) as client:
        for _ in range(3):
            client.get("/v1/SystemStatus")
        found = values(client)
        assert (found["mockrevio_worlds"], found["mockrevio_request_log_evicted_total"]) == (2, 2)
        client.delete("/__admin/worlds/acme")
        found = values(client)
    assert (found["mockrevio_worlds"], found["mockrevio_request_log_evicted_total"]) == (1, 2)
    assert found["mockrevio_request_log_entries"] == 0


def test_the_write_ahead_log_and_its_checkpoints(tmp_path: Path) -> None:
    with serving(data=tmp_path) as client:
        before = values(client)
        client.link()
        after = values(client)
        assert after["mockrevio_wal_bytes"] == (tmp_path / "default.jsonl").stat().st_size > 0
    assert before["mockrevio_checkpoint_duration_seconds_count"] == 1  # when the world was created
    assert before["mockrevio_checkpoint_duration_seconds_sum"] > 0
    assert before["mockrevio_checkpoint_failures_total"] == 0


def test_webhooks_by_their_status(client: Client) -> None:
    with receiving() as receiver:
        body = {"url": receiver.url, "event_types": ["PAYMENT_CREATED"]}
        assert client.post("/__admin/webhooks/receivers", json=body).status_code == 201
        client.post("/v1/Payments", json={"customer_id": 1001, "amount": 1})
        verify = {"match": {"event_type": "PAYMENT_CREATED"}, "count": 1, "timeout": "20s"}
        assert client.post("/__admin/webhooks/verify", json=verify).status_code == 200
        rule = {"match": {"path": "*"}, "effect": {"delivery": "lost"}}
        client.post("/__admin/faults", json={"effect": rule["effect"]})
        client.post("/v1/Payments", json={"customer_id": 1001, "amount": 1})
        while values(client).get('mockrevio_webhook_faults_fired_total{kind="lost"}') != 1:
            pass
        found = values(client)
    assert found['mockrevio_webhook_deliveries_total{status="delivered"}'] == 1
    assert found["mockrevio_webhook_deliveries_pending"] in (0, 1)


def test_the_process_and_its_version(client: Client) -> None:
    found = values(client)
    assert any(
        name.startswith("mockrevio_build_info") and f'version="{__version__}"' in name for name in found
    )
    assert found["mockrevio_start_time_seconds"] > 1_700_000_000
    assert found["mockrevio_log_lines_dropped_total"] == 0


def test_openmetrics_is_there_for_those_who_ask(client: Client) -> None:
    client.get("/v1/Customers")
    usual = client.get("/__admin/metrics")
    assert usual.headers["Content-Type"].startswith("text/plain; version=")
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    response = client.get("/__admin/metrics", headers={"Accept": accept})
    assert response.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    families = {family.name for family in parse_openmetrics(response.text)}  # type: ignore[no-untyped-call]
    counters = {family.name for family in parse(usual.text)}
    assert families == counters


def test_every_metric_is_documented_and_follows_the_conventions(client: Client) -> None:
    client.post("/v1/IntegrationKeyLink", json=LINK)
    families = {
        f"{family.name}_total" if family.type == "counter" else family.name: family
        for family in parse(client.get("/__admin/metrics").text)
        if family.name.startswith("mockrevio_")
    }
    documented = dict(re.findall(r"^\| `(mockrevio_\w+)` \| (\w+) \|", PAGE, re.MULTILINE))
    assert documented == {name: family.type for name, family in families.items()}
    for name, family in families.items():
        assert family.documentation.endswith("."), name
        assert not re.search(r"_(ms|milliseconds|kb|mb|count)$", name), name


def test_the_token_is_required() -> None:
    with serving(admin_token=TOKEN) as client:
        assert client.get("/__admin/metrics", auth=lambda request: request).status_code == 401
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert (
            client.get("/__admin/metrics", headers=headers, auth=lambda request: request).status_code == 200
        )


def test_unknown_parameters_are_rejected(client: Client) -> None:
    assert client.get("/__admin/metrics?client=acme").status_code == 400
    assert client.get("/__admin/metrics?name[]=up").status_code == 400
