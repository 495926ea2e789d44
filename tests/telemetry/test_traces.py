"""`--traces otlp`: a span for each call, as a collector receives it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support import Process, process

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """An OTLP receiver over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.resources: list[Mapping[str, Any]] = []
        self.arrived = threading.Condition()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = ExportTraceServiceRequest.FromString(body)
                with collector.arrived:
                    for resource in request.resource_spans:
                        collector.resources.append(attributes(resource.resource))
                        for scope in resource.scope_spans:
                            collector.spans.extend(scope.spans)
                    collector.arrived.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, count: int) -> list[Any]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.spans) >= count, 25)
            return sorted(self.spans, key=lambda span: span.start_time_unix_nano)


def attributes(holder: Any) -> Mapping[str, Any]:
    """The attributes of a span or a resource."""

    def value(attribute: Any) -> Any:
        kind = attribute.WhichOneof("value")
        found = getattr(attribute, kind)
        return [value(each) for each in found.values] if kind == "array_value" else found

    return {each.key: value(each.value) for each in holder.attributes}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    started = Collector()
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture
def server(collector: Collector) -> Iterator[Process]:
    collector.spans.clear()
    collector.resources.clear()
    with process("--ephemeral", "--traces", "otlp", env=environment(collector.url)) as started:
        yield started


def environment(url: str) -> dict[str, str]:
    own = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    kept = {name: text for name, text in os.environ.items() if not name.startswith("OTEL_")}
    return {**kept, "no_proxy": "127.0.0.1", **own}


def test_a_call_is_a_span_of_its_clients_trace(server: Process, collector: Collector) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "User-Agent": "my-job/1.0"}
    response = server.client.get("/v1/customers/1001?api_key=abc", headers=headers)
    (span,) = collector.wait_for(1)
    assert span.name == "GET /v1/Customers/{customer_id}"
    assert span.kind == span.SPAN_KIND_SERVER
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert 0 < span.end_time_unix_nano - span.start_time_unix_nano < 5e9
    found = dict(attributes(span))
    assert found.pop("client.port") > 0
    port = int(server.client.url.rpartition(":")[2])
    assert found == {
        "http.request.method": "GET",
        "http.route": "/v1/Customers/{customer_id}",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "url.path": "/v1/customers/1001",
        "url.query": "api_key=***",
        "server.address": "127.0.0.1",
        "server.port": port,
        "client.address": "127.0.0.1",
        "user_agent.original": "my-job/1.0",
        "mockrevio.request_id": response.headers["X-Mock-Request-Id"],
        "mockrevio.client": "acme",
        "mockrevio.rules": found["mockrevio.rules"],
    }
    assert "path.ignores_case" in found["mockrevio.rules"]
    assert span.status.code == span.status.STATUS_CODE_UNSET
    assert collector.resources[0]["service.name"] == "mockrevio"


def test_a_call_without_a_trace_begins_one(server: Process, collector: Collector) -> None:
    server.client.get("/v1/Nonsense", headers={"traceparent": "nonsense"})
    (span,) = collector.wait_for(1)
    assert span.name == "GET"
    assert len(span.trace_id) == 16
    assert span.parent_span_id == b""


def test_errors_and_faults_are_seen(server: Process, collector: Collector) -> None:
    server.client.get("/v1/Customers", headers={"X-Mock-Fault": "status=503"})
    with pytest.raises(Exception, match=r".*"):
        server.client.get("/v1/Customers", headers={"X-Mock-Fault": "connection=reset"})
    failed, broken = collector.wait_for(2)
    assert attributes(failed)["mockrevio.fault"] == "X-Mock-Fault"
    assert attributes(failed)["error.type"] == "503"
    assert attributes(broken)["error.type"] == "reset"
    assert {span.status.code for span in (failed, broken)} == {failed.status.STATUS_CODE_ERROR}


def test_what_is_left_is_sent_at_the_stop(collector: Collector) -> None:
    collector.spans.clear()
    late = {**environment(collector.url), "OTEL_BSP_SCHEDULE_DELAY": "600000"}
    with process("--ephemeral", "--traces", "otlp", env=late) as server:
        for _ in range(5):
            server.client.get("/v1/Customers")
        assert server.stop() == 0
    collector.wait_for(5)


def test_no_collector_costs_one_message() -> None:
    nowhere = {**environment("http://127.0.0.1:9"), "OTEL_BSP_MAX_QUEUE_SIZE": "8"}
    nowhere["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "4"
    with process("--ephemeral", "--traces", "otlp", env=nowhere) as server:
        while not server.errors:
            assert server.client.get("/v1/Customers").status_code == 200
        for _ in range(50):
            assert server.client.get("/v1/Customers").status_code == 200
        assert server.stop() == 0
        assert len(server.errors) == 1
        assert server.errors[0].startswith("mockrevio: spans cannot be exported: ")


def test_the_extra_is_named_if_it_is_missing() -> None:
    code = """
import sys
sys.modules["opentelemetry"] = None
from mockrevio.cli import main
sys.argv = ["mockrevio", "serve", "--ephemeral", "--port", "0", "--traces", "otlp"]
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    assert "pip install 'mockrevio[otel]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_nothing_is_imported_unless_it_is_asked_for() -> None:
    code = """
import sys
from mockrevio.app import create_app
from mockrevio.settings import Settings
create_app(Settings(ephemeral=True)).close()
print(*{name.partition(".")[0] for name in sys.modules} & {"opentelemetry", "prometheus_client", "structlog"})
print("mockrevio.telemetry.call_log" in sys.modules)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stdout.split() == ["False"], ended.stderr
