"""What the HTTP server itself rejects gets a response in the format of the API, and is in the request log."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import pytest

from tests.contract.raw import Raw, Response, basic, head, in_chunks
from tests.support import AUTH, Client, process, serving

STATUS = "/v1/SystemStatus"
ADMIN = "/__admin/health"
LONG = "x" * 100_000

REJECTIONS = {
    # case: (line, headers, status, code)
    "a header without a colon": ("GET {path} HTTP/1.1", "nonsense", 400, "bad_request"),
    "two lengths": ("GET {path} HTTP/1.1", "Content-Length: 1\r\nContent-Length: 2", 400, "bad_request"),
    "two hosts": ("GET {path} HTTP/1.1", "Host: x", 400, "bad_request"),
    "a fragment": ("GET {path}#x HTTP/1.1", "A: b", 400, "bad_request"),
    "a user name": ("GET http://u@localhost{path} HTTP/1.1", "A: b", 400, "bad_request"),
    "https without TLS": ("GET https://localhost{path} HTTP/1.1", "A: b", 421, "misdirected_request"),
    "no version": ("GET {path}", "A: b", 400, "bad_request"),
    "a later version": ("GET {path} HTTP/3.0", "A: b", 505, "http_version_not_supported"),
    "a coding": ("GET {path} HTTP/1.1", "Transfer-Encoding: GZip, chunked", 501, "not_implemented"),
    "an expectation": ("GET {path} HTTP/1.1", "Expect: magic", 417, "expectation_failed"),
    "a long header": ("GET {path} HTTP/1.1", f"A: {LONG}", 431, "request_header_fields_too_large"),
    "a long line": ("GET {path}?" + LONG + " HTTP/1.1", "A: b", 414, "request_uri_too_long"),
}


def call(client: Client, line: str, header: str) -> Response:
    data = f"{line}\r\nHost: localhost\r\nAuthorization: {basic(*AUTH)}\r\n{header}\r\n\r\n"
    with Raw(client.url) as raw:
        response = raw.call(data.encode())
        assert response.headers["connection"] == "close"
        assert raw.is_closed()
    return response


def log(client: Client, query: str = "") -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = client.get(f"/__admin/requests{query}").json()["requests"]
    return entries


@pytest.mark.parametrize("case", REJECTIONS)
def test_a_rejection_has_the_format_of_the_api_and_is_logged(client: Client, case: str) -> None:
    line, header, status, code = REJECTIONS[case]
    response = call(client, line.format(path=STATUS), header)
    assert response.status == status
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    ((error,), (entry,)) = response.json(), log(client)
    assert (error["ok"], error["error"]) == (False, code)
    assert (entry["method"], entry["path"].removesuffix("#x")) == ("GET", STATUS)
    assert entry["response"]["status"] == status
    assert json.loads(entry["response"]["body"]) == [error]
    assert entry["id"] == response.headers["x-mock-request-id"]


@pytest.mark.parametrize("case", REJECTIONS)
def test_on_the_admin_side_it_has_that_format_and_is_not_logged(client: Client, case: str) -> None:
    line, header, status, code = REJECTIONS[case]
    response = call(client, line.format(path=ADMIN), header)
    assert (response.status, response.json()["error"]) == (status, code)
    assert log(client) == []


@pytest.mark.parametrize(
    ("data", "method", "path"),
    [
        (b"GET /v1//__admin#x HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/v1//__admin#x"),
        (b"nonsense\r\n\r\n", "", ""),
        (b"\x00\xff\xfe\r\n\r\n", "", ""),
        (b"GET Customers HTTP/1.1\r\n\r\n", "GET", "Customers"),
        (b"GET /v1/\xc3\xa4 HTTP/1.1\r\n x\r\n\r\n", "GET", "/v1/\u00e4"),
        (b"POST /v1/x%20y?q=1 HTTP/9\r\n\r\n", "POST", "/v1/x y"),
        (b"DELETE http://a:b@c/v1/Customers HTTP/1.1\r\n: x\r\n\r\n", "DELETE", "/v1/Customers"),
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_the_log_has_the_known_parts_of_a_rejected_request(
    client: Client, data: bytes, method: str, path: str, size: int
) -> None:
    with Raw(client.url) as raw:
        for start in range(0, len(data), size):
            raw.send(data[start : start + size])
        assert raw.read().status in (400, 505)
    (entry,) = log(client)
    assert (entry["method"], entry["path"]) == (method, path)


def test_a_tls_client_on_a_plain_port_is_logged_as_such(client: Client) -> None:
    with Raw(client.url) as raw:
        assert raw.call(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32)).status == 400
    (entry,) = log(client)
    assert "speaks TLS" in entry["response"]["body"]


def test_a_rejection_comes_in_its_turn(raw: Raw) -> None:
    raw.send(
        head("GET", STATUS) * 2 + b"GET /v1/Customers HTTP/1.1\r\nno header\r\n\r\n" + head("GET", STATUS)
    )
    assert [raw.read().status for _ in range(3)] == [200, 200, 400]
    assert raw.is_closed()


ENDS = {
    "plain": b"0\r\n\r\n",
    "a trailer": b"0\r\nA: b\r\n\r\n",
    "an extension": b"000;a=b\r\n\r\n",
    "after data that looks like it": b"5\r\n0\r\n\r\n\r\n0\r\n\r\n",
}
"""What may end a chunked body."""


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    ("line", "size"),
    [
        *(("PUT /v1/Customers/5?a=b HTTP/1.1\r\nno header", size) for size in (1, 2, 3, 4, 5, 1000)),
        ("PUT /v1/Customers/5#x HTTP/1.1\r\nA: b", 1000),
        ("put /v1/Customers/5 HTTP/1.1\r\nA: b", 1000),
    ],
)
def test_so_it_has_behind_a_chunked_body(client: Client, end: str, line: str, size: int) -> None:
    rejected = f"{line}\r\nHost: localhost\r\n\r\n".encode()
    data = b"1\r\nx\r\n" + ENDS[end] + rejected
    with Raw(client.url) as raw:
        raw.send(head("POST", "/v1/nothing", "Transfer-Encoding: chunked"))
        for start in range(0, len(data), size):
            raw.send(data[start : start + size])
        assert [raw.read().status for _ in range(2)] == [404, 400]
    entry, target = log(client)[-1], line.split()[1]
    assert (entry["method"], entry["path"]) == (line.split(maxsplit=1)[0], target.partition("?")[0])


def test_a_body_full_of_what_looks_like_its_end_is_received(client: Client) -> None:
    body = json.dumps({"note": "x"}).encode() + b"\r\n0\r\n\r\n" * 50_000
    with Raw(client.url) as raw:
        raw.send(in_chunks("POST", "/v1/nothing", body) + head("GET", STATUS))
        assert [raw.read().status for _ in range(2)] == [404, 200]
    assert log(client)[0]["body_truncated"].endswith(f"of {len(body)} bytes")


def test_a_rejected_head_request_gets_no_body(raw: Raw) -> None:
    raw.send(head("HEAD", STATUS, "Expect: magic"))
    assert raw.read(bodiless=True).status == 417
    assert raw.is_closed()


def test_a_rejection_reaches_a_client_that_is_still_sending(client: Client) -> None:
    with Raw(client.url) as raw:
        raw.send(b"GET /v1/Customers HTTP/1.1\r\nno header\r\n\r\n")
        time.sleep(0.2)
        raw.send(b"x" * 100_000)
        time.sleep(0.2)
        assert raw.read().status == 400


def test_faults_latency_and_limits_do_not_apply_to_rejections(client: Client) -> None:
    client.patch(
        "/__admin/settings", json={"latency": "1h", "error_rate": "1", "rate_limit": "1/60", "quota": "1/60"}
    )
    client.post("/__admin/faults", json={"match": {}, "effect": {"connection": "reset"}})
    for _ in range(3):
        assert call(client, f"GET {STATUS} HTTP/1.1", "Expect: magic").status == 417
    client.patch("/__admin/settings", json={"latency": None, "error_rate": None})
    client.delete("/__admin/faults")
    assert client.get(STATUS).status_code == 200
    assert client.get(STATUS).status_code == 429


def test_the_error_shape_applies_to_rejections(client: Client) -> None:
    client.patch("/__admin/settings", json={"error_shape": "object"})
    assert call(client, f"GET {STATUS} HTTP/1.1", "no header").json()["error"] == "bad_request"


def test_a_rejection_is_logged_in_the_world_of_its_client_code_and_creates_none() -> None:
    with serving(isolate_clients=True) as client:
        call(client, f"GET {STATUS} HTTP/1.1", "Expect: magic")
        assert client.get("/__admin/worlds").json()["worlds"] == []
        assert [entry["client"] for entry in log(client)] == ["acme"]
        assert client.get(STATUS).status_code == 200
        call(client, f"GET {STATUS} HTTP/1.1", "Expect: magic")
        assert [entry["response"]["status"] for entry in log(client, "?client=acme")] == [200, 417]
        assert len(log(client)) == 1


def test_a_head_that_does_not_end_is_408(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockrevio.server.limits.HEAD_TIMEOUT", 0.3)
    with Raw(client.url) as raw:
        response = raw.call(head("GET", STATUS)[:-2])
        assert (response.status, response.json()[0]["error"]) == (408, "request_timeout")
        assert raw.is_closed()
    (entry,) = log(client)
    assert (entry["path"], entry["response"]["status"]) == (STATUS, 408)


@pytest.mark.parametrize("shape", ["array", "object"])
def test_a_connection_too_many_gets_a_503_in_the_format_of_the_api(shape: str) -> None:
    with process("--ephemeral", "--max-connections", "1", "--error-shape", shape) as server:
        assert server.client.get(STATUS).status_code == 200  # the session keeps its connection
        with Raw(server.client.url) as raw:
            response = raw.call(head("GET", STATUS))
            raw.socket.shutdown(socket.SHUT_WR)
            assert (response.status, response.headers["connection"]) == (503, "close")
            error = response.json() if shape == "object" else response.json()[0]
            assert error["error"] == "server_error"
            assert raw.is_closed()
        assert server.client.get(STATUS).status_code == 200
