"""The proxy passes on what is meant for the other side, byte for byte, and says so where it cannot."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract_tools.record.common import proxying, raw_service, send_raw
from tests.support import AUTH, LINK, Client, serving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_request_arrives_as_it_was_sent() -> None:
    head = (
        b"POST /v1//a/../%2f%zz?a=1&a=2&b=[x]&c=%C3%A4 HTTP/1.1\r\nhost: restapi.rev.io\r\n"
        b"X-Custom: one\r\nx-custom: two\r\nX_Under: score\r\nCookie: a=b\r\nContent-Length: 4\r\n"
        b"Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
        b"Expect: 100-continue\r\n\r\n"
    )
    with raw_service(OK) as service, proxying(service.url) as proxied:
        send_raw(proxied.url, head + b"\x00\xff{}")
    received_head, _, body = service.received[0].partition(b"\r\n\r\n")
    line, *fields = received_head.split(b"\r\n")
    assert line == b"POST /v1//a/../%2f%zz?a=1&a=2&b=[x]&c=%C3%A4 HTTP/1.1"
    assert body == b"\x00\xff{}"
    assert sorted(fields) == [
        b"Content-Length: 4",
        b"Cookie: a=b",
        b"Host: " + service.url.removeprefix("http://").encode(),
        b"X-Custom: one",
        b"X-Custom: two",
        b"X_Under: score",
    ]


def test_nothing_is_added_to_a_request() -> None:
    with raw_service(OK) as service, proxying(service.url) as proxied:
        send_raw(proxied.url, b"GET /v1/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    host = service.url.removeprefix("http://").encode()
    assert service.received == [b"GET /v1/a HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"]


def test_a_chunked_request_arrives_whole() -> None:
    request = (
        b"POST /v1/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with raw_service(OK) as service, proxying(service.url) as proxied:
        send_raw(proxied.url, request)
    assert service.received[0].endswith(b"Content-Length: 5\r\n\r\nabcde")


def test_a_response_comes_back_as_it_was_sent() -> None:
    reply = (
        b"HTTP/1.1 418 Short and stout\r\nServer: Microsoft-IIS/8.5\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
        b"Date: Mon, 05 Jan 2026 09:30:00 GMT\r\nX-ODD: \xe4\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n3\r\n\x1f\x8b\x00\r\n0\r\n\r\n"
    )
    with raw_service(reply) as service, proxying(service.url) as proxied:
        response = send_raw(proxied.url, b"GET /v1/a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    head, _, body = response.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    assert (line, body) == (b"HTTP/1.1 418 Short and stout", b"\x1f\x8b\x00")
    assert sorted(fields) == [
        b"Connection: close",
        b"Content-Encoding: gzip",
        b"Content-Length: 3",
        b"Date: Mon, 05 Jan 2026 09:30:00 GMT",
        b"Server: Microsoft-IIS/8.5",
        b"Set-Cookie: a=1",
        b"Set-Cookie: b=2",
        b"X-ODD: \xe4",
    ]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://{upstream}/v1/Notes/7?a=%2f", "http://{proxy}/v1/Notes/7?a=%2f"),
        ("https://{upstream}/v1/Notes/7", "http://{proxy}/v1/Notes/7"),
        ("/v1/Notes/7", "/v1/Notes/7"),
        ("https://elsewhere.test/v1/Notes/7", "https://elsewhere.test/v1/Notes/7"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_a_location_leads_to_the_proxy_again_and_is_not_followed(location: str, expected: str) -> None:
    with raw_service(OK) as service, proxying(service.url) as proxied:
        upstream, own = (url.removeprefix("http://") for url in (service.url, proxied.url))
        moved = f"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n"
        service.replace(moved.format(upstream=upstream).encode())
        request = f"GET /v1/Notes HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n"
        response = send_raw(proxied.url, request.encode())
        assert response.startswith(b"HTTP/1.1 301 Moved\r\n")
        assert f"\r\nLocation: {expected.format(proxy=own)}\r\n".encode() in response
    assert len(service.received) == 1


def test_a_prefix_of_the_service_is_put_before_each_path() -> None:
    reply = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nLocation: /revio/v1/Notes/7\r\n\r\n"
    with raw_service(reply) as service, proxying(f"{service.url}/revio/v1/") as proxied:
        response = proxied.post("/v1/Notes")
        assert response.headers["Location"] == "/v1/Notes/7"
    assert service.received[0].startswith(b"POST /revio/v1/Notes HTTP/1.1\r\n")


def test_connections_to_the_service_are_kept_open() -> None:
    with raw_service(OK, OK, OK) as service, proxying(service.url) as proxied:
        for _ in range(3):
            assert proxied.get("/v1/a").text == "ok"
    assert service.connections == 1


def assert_refused(response: Any, status: int, code: str) -> str:
    """The response is the proxy's own, and says so; return its message."""
    assert response.status_code == status
    body = response.json()
    assert body["error"] == code
    assert body["message"].startswith("mockrevio record: ")
    assert response.headers["X-Mock-Explain"] == body["message"]
    return str(body["message"])


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nha",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nxyz\r\n",
    ],
)
def test_a_service_that_breaks_off_is_a_502(reply: bytes | None) -> None:
    with raw_service(reply) as service, proxying(service.url) as proxied:
        message = assert_refused(proxied.get("/v1/a?subscription-key=k-0123"), 502, "upstream_failed")
    assert service.url in message
    assert len(service.received) == 1
    assert "k-0123" not in message


def test_a_service_that_is_not_there_is_a_502() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with proxying(f"http://127.0.0.1:{port}") as proxied:
        message = assert_refused(proxied.post("/v1/Notes", json={}), 502, "upstream_failed")
    assert "Connection refused" in message


def test_a_service_that_is_too_slow_is_a_504() -> None:
    with serving() as mock, proxying(mock.url, timeout=0.2) as proxied:
        response = proxied.get("/v1/Customers", headers={"X-Mock-Fault": "connection=hang"})
        assert_refused(response, 504, "upstream_timeout")
        assert proxied.get("/v1/Customers").status_code == 200


def test_a_request_beyond_all_sense_is_not_passed_on() -> None:
    with raw_service(OK) as service, proxying(service.url) as proxied:
        assert_refused(proxied.post("/v1/Notes", data=bytes(16 * 1024 * 1024 + 1)), 413, "too_large")
        assert service.received == []


def test_a_request_that_breaks_off_is_not_passed_on() -> None:
    request = b"POST /v1/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
    with raw_service(OK) as service, proxying(service.url) as proxied:
        response = send_raw(proxied.url, request)
        assert response.startswith(b"HTTP/1.1 400 ")
        assert service.received == []


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, "foreign_origin"),
        ({"Origin": "null"}, "foreign_origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "foreign_origin"),
        ({"User-Agent": "Mozilla/5.0", "Host": "evil.example"}, "foreign_host"),
        ({"Sec-Fetch-Site": "same-origin", "Host": "evil.example"}, "foreign_host"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_web_page_cannot_use_it(method: str, headers: dict[str, str], code: str) -> None:
    with raw_service(OK) as service, proxying(service.url) as proxied:
        assert_refused(proxied.request(method, "/v1/Customers", headers=headers), 403, code)
        assert service.received == []


def test_other_programs_may_call_it_by_any_name() -> None:
    with raw_service(OK) as service, proxying(service.url) as proxied:
        assert proxied.get("/v1/Customers", headers={"Host": "restapi.rev.io"}).text == "ok"


def test_a_client_that_leaves_does_not_undo_its_write() -> None:
    with serving() as mock, proxying(mock.url) as proxied:
        address = urlsplit(proxied.url)
        body = json.dumps(LINK).encode()
        head = (
            "POST /v1/IntegrationKeyLink HTTP/1.1\r\nHost: h\r\nX-Mock-Latency: 50ms\r\n"
            f"Authorization: Basic dGVzdGVyQGFjbWU6c2VjcmV0\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(head.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
        assert mock.get("/v1/IntegrationKeyLink").json()["record_count"] == 1


def test_eight_clients_at_once() -> None:
    with serving() as mock, proxying(mock.url) as proxied:

        def work(number: int) -> list[int]:
            with Client(proxied.url) as client:
                client.auth = (f"user{number}@acme", AUTH[1])
                return [
                    client.post(
                        "/v1/IntegrationKeyLink", json={**LINK, "external_id": f"{number}-{turn}"}
                    ).json()["id"]
                    for turn in range(10)
                ]

        with ThreadPoolExecutor(8) as pool:
            ids = [each for found in pool.map(work, range(8)) for each in found]
        assert sorted(ids) == list(range(1, 81))
        response = mock.get("/v1/IntegrationKeyLink?page_size=500").json()
        assert {link["integration_key_link_id"] for link in response["records"]} == set(ids)
