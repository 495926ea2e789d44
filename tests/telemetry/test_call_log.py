"""`--log-format`: a line on standard output for each call that is over."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support import AUTH, ROOT, Process, process, serving

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


@pytest.fixture
def server() -> Iterator[Process]:
    with process("--ephemeral", "--log-format", "json") as started:
        next_line(started)  # of the console
        yield started


def next_line(server: Process) -> dict[str, Any]:
    assert server.process.stdout is not None
    line: dict[str, Any] = json.loads(server.process.stdout.readline())
    return line


def rest(server: Process) -> str:
    """What the process writes from now on, while it stops."""
    server.process.terminate()
    assert server.process.stdout is not None
    return server.process.stdout.read()


@contextmanager
def sent(server: Process, headers: str) -> Iterator[None]:
    """A request that was sent and has arrived, but whose response nobody reads; then the client leaves."""
    host, _, port = server.client.url.rpartition("/")[2].partition(":")
    before = server.client.get("/__admin/requests").json()["count"]
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(
            "GET /v1/Customers HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Basic dGVzdGVyQGFjbWU6c2VjcmV0\r\n{headers}\r\n\r\n".encode()
        )
        while server.client.get("/__admin/requests").json()["count"] == before:
            pass
        yield


def hang_up(server: Process, headers: str) -> None:
    """Send a request and leave without waiting for the response."""
    with sent(server, headers):
        pass


def test_a_call_is_one_json_object(server: Process) -> None:
    response = server.client.get("/v1/Customers?page=1&api_key=abc", headers=TRACEPARENT)
    line = next_line(server)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert re.fullmatch(r"127\.0\.0\.1:\d+", line.pop("peer"))
    assert line.pop("duration_ms") > 0
    assert line == {
        "event": "call",
        "id": response.headers["X-Mock-Request-Id"],
        "client": "acme",
        "method": "GET",
        "path": "/v1/Customers",
        "query": "page=1&api_key=***",
        "status": 200,
        "broken": None,
        "fault": None,
        "trace_id": TRACE,
        "mock_time": None,
    }


def test_no_secret_is_written(server: Process) -> None:
    server.client.get("/v1/Customers?subscription-key=s3cret1", headers={"Cookie": "session=s3cret2"})
    server.client.get("/v1/Customers", auth=("tester@acme", "s3cret3"))
    assert "s3cret" not in rest(server)


def test_the_admin_api_has_no_lines(server: Process) -> None:
    server.client.get("/__admin/requests")
    server.client.get("/openapi.json")
    server.client.get("/v1/SystemStatus")
    assert next_line(server)["path"] == "/v1/SystemStatus"


def test_a_line_never_breaks(server: Process) -> None:
    path = "/v1/a%0Ab%0D%1B%5B31m%E2%80%A8c d"
    server.client.get(path)
    assert next_line(server)["path"] == "/v1/a\nb\r\x1b[31m\u2028c d"


@pytest.mark.parametrize(
    ("fault", "status", "broken"),
    [
        ("reset", None, "reset"),
        ("empty", None, "empty"),
        ("garbage", None, "garbage"),
        ("truncate", 200, "truncate"),
    ],
)
def test_a_broken_connection_is_named(server: Process, fault: str, status: int | None, broken: str) -> None:
    with pytest.raises(Exception, match=r".*"):
        server.client.get("/v1/Customers", headers={"X-Mock-Fault": f"connection={fault}"})
    line = next_line(server)
    assert (line["status"], line["broken"], line["fault"]) == (status, broken, "X-Mock-Fault")


def test_a_client_that_leaves_is_logged(server: Process) -> None:
    hang_up(server, "X-Mock-Fault: connection=hang")
    assert (line := next_line(server))["broken"] == "hang", line
    assert line["status"] is None


def test_a_client_that_leaves_a_slow_call_is_logged_with_its_status(server: Process) -> None:
    server.client.delete("/__admin/requests")
    hang_up(server, "X-Mock-Latency: 300ms")
    line = next_line(server)
    assert (line["status"], line["broken"]) == (200, "client_left")


def test_a_client_that_leaves_a_drip_is_logged(server: Process) -> None:
    rule = {"effect": {"drip": {"chunks": 100, "over": "100s"}}}
    assert server.client.post("/__admin/faults", json=rule).status_code == 201
    hang_up(server, "X-Nothing: 1")
    line = next_line(server)
    assert (line["status"], line["broken"], line["fault"]) == (200, "client_left", "fault 1")


def test_a_client_that_leaves_before_its_body_is_logged(server: Process) -> None:
    hang_up(server, "Content-Length: 50")
    line = next_line(server)
    assert (line["status"], line["broken"]) == (None, "client_left")


def test_a_drip_is_logged_when_it_is_out(server: Process) -> None:
    server.client.post("/__admin/faults", json={"effect": {"drip": {"chunks": 3, "over": "300ms"}}})
    assert server.client.get("/v1/Customers").status_code == 200
    line = next_line(server)
    assert (line["status"], line["broken"]) == (200, None)
    assert line["duration_ms"] >= 300


def test_calls_that_a_reset_ends_are_logged(server: Process) -> None:
    latency = "X-Mock-Latency: 60s"
    with sent(server, latency), sent(server, latency):
        server.client.post("/__admin/reset")
        lines = [next_line(server) for _ in range(2)]
    assert [(line["status"], line["broken"]) for line in lines] == [(None, "state_replaced")] * 2


def test_what_the_stop_ends_is_logged_and_everything_is_flushed(server: Process) -> None:
    for _ in range(300):
        server.client.get("/v1/SystemStatus")
    with sent(server, "X-Mock-Latency: 60s"):
        lines = [json.loads(line) for line in rest(server).splitlines()]
    assert len(lines) == 301
    assert (lines[-1]["path"], lines[-1]["status"], lines[-1]["broken"]) == ("/v1/Customers", None, "stopped")


def test_the_time_of_the_mock_is_there_if_it_differs(server: Process) -> None:
    server.client.put("/__admin/clock", json={"now": "2030-01-02T03:04:05"})
    server.client.get("/v1/SystemStatus")
    line = next_line(server)
    assert line["mock_time"] == "2030-01-02T03:04:05.000Z"
    assert not line["time"].startswith("2030")


def test_the_first_lines_are_json_too(server: Process) -> None:
    first = json.loads(server.start_line)
    assert first["event"] == "message"
    assert f"on {server.client.url}/v1" in first["message"]


def test_text_is_for_people() -> None:
    with process("--ephemeral", "--log-format", "text") as server:
        assert server.start_line.startswith("mockrevio ")
        server.client.get("/v1/Customers?page=1&api_key=abc")
        server.client.get("/v1/Customers/1%0A2", headers={**TRACEPARENT, "X-Mock-Fault": "status=503"})
        server.client.post("/__admin/faults", json={"name": "a b", "effect": {"status": 500}})
        server.client.post("/v1/Customers", json={}, auth=lambda request: request)
        server.client.get("/v1/Customers")
        _, first, second, third, fourth = rest(server).splitlines()
    start = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f]{8} "
    time, peer = r" +\d+\.\d{3} ms  ", r"127\.0\.0\.1:\d+ +"
    assert re.fullmatch(
        rf"{start}200{time}GET     acme         {peer}/v1/Customers\?page=1&api_key=\*\*\*", first
    )
    assert re.fullmatch(
        rf"{start}503{time}GET     acme         {peer}/v1/Customers/1%0A2  fault=X-Mock-Fault  trace={TRACE}",
        second,
    )
    assert re.fullmatch(rf"{start}401{time}POST    -            {peer}/v1/Customers", third)
    assert fourth.endswith('/v1/Customers  fault="fault 1 (a b)"')
    assert len({line.index("/v1/Customers") for line in (first, second, third, fourth)}) == 1


def test_nothing_is_written_unless_it_is_asked_for() -> None:
    with process("--ephemeral") as server:
        server.client.get("/v1/Customers")
        assert rest(server) == f"console: {server.client.url}/__admin/\n"


def test_a_full_pipe_blocks_no_call() -> None:
    with process("--ephemeral", "--log-format", "json") as server:
        long = "x" * 60_000
        for _ in range(200):  # more than the pipe and the queue hold
            assert server.client.get(f"/v1/{long}").status_code == 404
        metrics = server.client.get("/__admin/metrics").text
        dropped = re.search(r"^mockrevio_log_lines_dropped_total (\d+)", metrics, re.MULTILINE)
        assert dropped is not None
        assert int(dropped[1]) > 0
        while (line := next_line(server))["event"] != "dropped":
            pass
        assert line["lines"] == int(dropped[1])


def test_a_full_pipe_does_not_delay_the_stop() -> None:
    with process("--ephemeral", "--log-format", "json") as server:
        for _ in range(5):
            server.client.get(f"/v1/{'x' * 60_000}")
        server.process.terminate()
        assert server.process.wait(30) == 0
        server._reader.join(30)
        assert "standard output is not read" in "".join(server.errors)


def test_a_closed_output_ends_the_log_and_not_the_server() -> None:
    with process("--ephemeral", "--log-format", "text") as server:
        assert server.process.stdout is not None
        server.process.stdout.close()
        while not server.errors:
            assert server.client.get("/v1/Customers").status_code == 200
        assert server.client.get("/v1/Customers").status_code == 200
        assert server.stop() == 0
        assert len(server.errors) == 1
        assert "standard output is closed" in server.errors[0]


def test_a_mock_in_the_process_of_a_test_writes_too(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(log_format="text") as client:
        client.get("/v1/Customers")
    assert "GET     acme" in capsys.readouterr().out


def test_the_request_log_names_the_trace() -> None:
    with serving() as client:
        client.get("/v1/Customers", headers=TRACEPARENT)
        client.get("/v1/Customers", headers={"traceparent": "nonsense"})
        calls = client.get("/__admin/requests").json()["requests"]
        assert [call["trace_id"] for call in calls] == [TRACE, None]


def test_the_page_documents_every_key(server: Process) -> None:
    server.client.get("/v1/Customers", auth=AUTH)
    text = (ROOT / "docs" / "logs.md").read_text("utf-8")
    documented = re.findall(
        r"^\| `(\w+)` \|", text.partition("## Keys")[2].partition("\n## ")[0], re.MULTILINE
    )
    assert documented == list(next_line(server))
