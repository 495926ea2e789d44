"""Several requests on one connection: no request affects the next one."""

from __future__ import annotations

import json
import time

import pytest

from mockrevio.server.limits import MAX_DRAIN
from tests.contract.raw import Raw, head, in_chunks, with_length
from tests.support import LINK, Client

LINKS = "/v1/IntegrationKeyLink"
MIB = 1024 * 1024
SMUGGLED = b"GET /v1/SystemStatus HTTP/1.1\r\nHost: x\r\n\r\n"
"""A body that looks like a request. If it is taken for one, later responses are off by one."""

UNREAD = {
    # name: (method, path, authorized, status)
    "401": ("POST", LINKS, False, 401),
    "404": ("POST", "/v1/Nowhere", True, 404),
    "404 for a record": ("DELETE", f"{LINKS}/9", True, 404),
    "405": ("PATCH", f"{LINKS}/1", True, 405),
    "a GET with a body": ("GET", LINKS, True, 200),
    "an OPTIONS with a body": ("OPTIONS", LINKS, True, 200),
    "an admin request": ("GET", "/__admin/health", True, 200),
}


def with_content_length(method: str, path: str, body: bytes, authorized: bool) -> bytes:
    return with_length(method, path, body, authorized=authorized)


def chunked(method: str, path: str, body: bytes, authorized: bool) -> bytes:
    half = len(body) // 2
    return in_chunks(method, path, body[:half], body[half:], authorized=authorized)


@pytest.mark.parametrize("build", [with_content_length, chunked])
@pytest.mark.parametrize("case", UNREAD)
@pytest.mark.parametrize("size", [len(SMUGGLED), MIB])
def test_an_unread_body_does_not_corrupt_the_next_request(
    raw: Raw, build: type, case: str, size: int
) -> None:
    method, path, authorized, status = UNREAD[case]
    body = (SMUGGLED * (size // len(SMUGGLED) + 1))[:size]
    for _ in range(3):
        assert raw.call(build(method, path, body, authorized)).status == status
        next_response = raw.call(head("GET", "/v1/IntegrationSystem/4"))
        assert next_response.json()["system_name"] == "SALESFORCE"


def test_a_head_with_a_body_does_not_corrupt_the_next_request(raw: Raw) -> None:
    raw.send(with_length("HEAD", LINKS, SMUGGLED))
    assert raw.read(bodiless=True).status == 200
    assert raw.call(head("GET", "/v1/IntegrationSystem/4")).status == 200


@pytest.mark.parametrize("build", [with_content_length, chunked])
def test_a_413_can_be_read_before_the_connection_closes(raw: Raw, build: type) -> None:
    response = raw.call(build("POST", LINKS, b" " * (3 * MIB), True))
    assert (response.status, response.headers["connection"]) == (413, "close")
    assert response.json()[0]["error"] == "too_large"
    assert raw.is_closed()


def test_a_body_too_large_to_drain_is_rejected_at_once_and_closes_the_connection(raw: Raw) -> None:
    raw.send(head("POST", LINKS, f"Content-Length: {MAX_DRAIN * 100}", authorized=False) + b" " * MIB)
    response = raw.read()
    assert (response.status, response.headers["connection"]) == (401, "close")
    assert raw.is_closed()


def send_endlessly(raw: Raw) -> None:
    raw.send(head("POST", "/v1/Nowhere", "Transfer-Encoding: chunked"))
    raw.send(b"%x\r\n" % (MAX_DRAIN * 100))
    while True:
        raw.send(b" " * MIB)


def test_endless_chunks_are_neither_read_forever_nor_kept_in_memory(raw: Raw) -> None:
    resource = pytest.importorskip("resource", reason="not available on Windows")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ConnectionError):  # the server closes the connection
        send_endlessly(raw)
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert growth * 1024 < MAX_DRAIN  # ru_maxrss is in KiB


def test_http_1_1_connections_stay_open_until_the_client_asks_to_close(raw: Raw) -> None:
    for _ in range(3):
        assert "connection" not in raw.call(head("GET", "/v1/SystemStatus")).headers
    response = raw.call(head("GET", "/v1/SystemStatus", "Connection: Close"))
    assert response.headers["connection"] == "close"
    assert raw.is_closed()


def test_http_1_0_connections_close_unless_the_client_asks_to_keep_them(client: Client) -> None:
    with Raw(client.url) as raw:
        assert raw.call(head("GET", "/v1/SystemStatus", version="1.0")).status == 200
        assert raw.is_closed()
    with Raw(client.url) as raw:
        for spelling in ("Keep-Alive", "keep-alive"):
            response = raw.call(head("GET", "/v1/SystemStatus", f"Connection: {spelling}", version="1.0"))
            assert response.headers["connection"] == "Keep-Alive"


def test_http_1_0_without_a_host_gets_a_working_location(client: Client) -> None:
    body = json.dumps(LINK).encode()
    request = with_length("POST", LINKS, body).replace(b"HTTP/1.1\r\nHost: localhost", b"HTTP/1.0")
    with Raw(client.url) as raw:
        location = raw.call(request).headers["location"]
    assert location == f"{client.url}{LINKS}/1"
    assert client.get(location).status_code == 200


def test_chunks_over_http_1_0_are_rejected_and_close_the_connection(raw: Raw) -> None:
    request = head("POST", LINKS, "Transfer-Encoding: chunked", "Connection: keep-alive", version="1.0")
    assert raw.call(request + b"2\r\n{}\r\n0\r\n\r\n").status == 400
    assert raw.is_closed()


def test_pipelined_requests_get_responses_in_order(raw: Raw) -> None:
    body = json.dumps(LINK).encode()
    raw.send(
        head("GET", "/v1/IntegrationSystem/4")
        + with_length("POST", LINKS, body)
        + in_chunks("PUT", f"{LINKS}/1", body)
        + in_chunks("POST", "/v1/Nowhere", SMUGGLED)
        + head("DELETE", f"{LINKS}/1")
        + head("GET", f"{LINKS}/1")
    )
    assert [raw.read().status for _ in range(6)] == [200, 201, 200, 404, 200, 404]


def test_a_request_may_arrive_byte_by_byte(raw: Raw) -> None:
    for byte in with_length("POST", LINKS, json.dumps(LINK).encode()):
        raw.send(bytes([byte]))
    assert raw.read().status == 201


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"GET",
        b"GET /",
        b"GET / FTP/1.1",
        b"GET / HTTP/x.y",
        b"get / HTTP/1.1",
        b"GET v1 HTTP/1.1",
        b"\x00\xff\xfe",
        b"GET /#x HTTP/1.1",
        b"GET http://[ HTTP/1.1",
    ],
)
def test_a_malformed_request_line_is_400_without_a_traceback(
    raw: Raw, line: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    assert raw.call(line + b"\r\nHost: x\r\n\r\n").status == 400
    assert raw.is_closed()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("line", ["nonsense", ": x", "A\x00B: x", "X-Ü: ü"])
def test_odd_header_lines_do_not_cause_server_errors(
    raw: Raw, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    raw.send(head("GET", "/v1/SystemStatus", line))
    assert raw.read().status in (200, 400)
    assert "Traceback" not in capfd.readouterr().err


def test_endless_headers_and_request_lines_are_rejected(client: Client) -> None:
    with Raw(client.url) as raw:
        assert raw.call(head("GET", "/v1/SystemStatus", f"X-Long: {'x' * 100_000}")).status == 431
    with Raw(client.url) as raw:
        assert raw.call(head("GET", f"/v1/SystemStatus?{'x' * 100_000}")).status == 414


def test_an_idle_connection_after_a_chunked_body_gets_no_spurious_response(raw: Raw) -> None:
    assert raw.call(in_chunks("POST", LINKS, json.dumps(LINK).encode())).status == 201
    raw.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        raw.socket.recv(1)


def test_clients_that_disconnect_cause_no_output_on_standard_error(
    client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    for partial_request in (
        b"",
        b"GET /v1",
        head("POST", LINKS, "Content-Length: 100") + b"{",
        head("GET", LINKS),
    ):
        with Raw(client.url) as raw:
            raw.send(partial_request)
    time.sleep(0.2)
    assert client.get("/v1/SystemStatus").status_code == 200
    assert capfd.readouterr().err == ""
