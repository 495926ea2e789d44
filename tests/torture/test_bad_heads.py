"""Requests with broken framing, headers, paths and queries, over raw sockets to a real process."""

from __future__ import annotations

import pytest

from tests.contract.raw import head
from tests.support import Process
from tests.torture.bad_input import OPEN_HEAD, responds_promptly, statuses

BODY = b'{"integration_system_id":4}'
FRAMED = {
    # case: (headers, body, allowed statuses)
    "two different lengths": (b"Content-Length: 3\r\nContent-Length: 27\r\n", BODY, {400}),
    "two equal lengths": (b"Content-Length: 27\r\nContent-Length: 27\r\n", BODY, {400}),
    "a list of lengths": (b"Content-Length: 27, 27\r\n", BODY, {400}),
    "a negative length": (b"Content-Length: -1\r\n", BODY, {400}),
    "a signed length": (b"Content-Length: +27\r\n", BODY, {400}),
    "a hexadecimal length": (b"Content-Length: 0x1b\r\n", BODY, {400}),
    "a length in words": (b"Content-Length: many\r\n", BODY, {400}),
    "an empty length": (b"Content-Length:\r\n", BODY, {400}),
    "a length in Arabic digits": ("Content-Length: ٢٧\r\n".encode(), BODY, {400}),
    "a length in superscript digits": ("Content-Length: ²\r\n".encode(), BODY, {400}),
    "a length in superscript digits in Latin-1": ("Content-Length: ²\r\n".encode("latin-1"), BODY, {400}),
    "a huge length": (b"Content-Length: " + b"9" * 30 + b"\r\n", BODY, {400, 413}),
    "a length that int() refuses to parse": (b"Content-Length: " + b"9" * 5000 + b"\r\n", BODY, {400, 413}),
    "a length and chunks": (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"1b\r\n" + BODY + b"\r\n0\r\n\r\n",
        {400},
    ),
    "an unknown coding": (b"Transfer-Encoding: gzip\r\nContent-Length: 27\r\n", BODY, {400, 501}),
    "chunked twice": (b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n", {400, 501}),
    "chunked and gzip": (b"Transfer-Encoding: chunked, gzip\r\n", b"0\r\n\r\n", {400, 501}),
    "a coding on two lines": (
        b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        b"0\r\n\r\n",
        {400, 501},
    ),
    "a chunk size that is not hexadecimal": (b"Transfer-Encoding: chunked\r\n", b"zz\r\n" + BODY, {400}),
    "a negative chunk size": (b"Transfer-Encoding: chunked\r\n", b"-1b\r\n" + BODY, {400}),
    "a huge chunk size": (b"Transfer-Encoding: chunked\r\n", b"f" * 40 + b"\r\n" + BODY, {400}),
    "an empty chunk size": (b"Transfer-Encoding: chunked\r\n", b"\r\n" + BODY, {400}),
    "a chunk longer than its size": (
        b"Transfer-Encoding: chunked\r\n",
        b"3\r\n" + BODY + b"\r\n0\r\n\r\n",
        {400},
    ),
    "a chunk shorter than its size": (
        b"Transfer-Encoding: chunked\r\n",
        b"ff\r\n" + BODY + b"\r\n0\r\n\r\n",
        {400},
    ),
    "an endless chunk size line": (b"Transfer-Encoding: chunked\r\n", b"1" * 100_000 + b"\r\n", {400}),
    "endless trailers": (b"Transfer-Encoding: chunked\r\n", b"0\r\n" + b"X: y\r\n" * 5000 + b"\r\n", {400}),
    "a truncated body": (b"Content-Length: 1000\r\n", BODY, {400}),
    "no end of the headers": (b"Content-Length: 27\r\n", b"", {400}),
    "a header without a colon": (b"nonsense\r\n", b"", {400}),
    "a header that starts with a space": (b" folded\r\n", b"", {400, 401}),
    "a NUL in a name": (b"A\0B: c\r\n", b"", {400}),
    "a NUL in a value": (b"X-A: b\0c\r\n", b"", {400}),
    "a bare carriage return": (b"X-A: b\rX-C: d\r\n", b"", {400}),
    "a hundred thousand headers": (b"X: y\r\n" * 100_000, b"", {431}),
    "a one-megabyte header": (b"X: " + b"y" * 1_000_000 + b"\r\n", b"", {431}),
    "an authorization of invalid bytes": (b"Authorization: Basic \xff\xfe====\r\n", b"", {400, 401}),
    "a host of invalid bytes": (b"Host: \xff\r\nHost: [::\r\n", b"", {400, 401}),
}


@pytest.mark.parametrize("case", FRAMED)
def test_broken_framing_is_rejected_without_affecting_other_clients(
    shared_server: Process, case: str
) -> None:
    headers, body, allowed_statuses = FRAMED[case]
    end = b"" if case == "no end of the headers" else b"\r\n"
    received = statuses(shared_server.client.url, OPEN_HEAD + headers + end + body)
    assert set(received) <= allowed_statuses, received
    assert len(received) <= 1, "the bytes after a broken request were taken for another request"
    assert responds_promptly(shared_server.client)


PATHS = [
    "/v1/%2e%2e/%2e%2e/etc/passwd",
    "/v1/../../../../etc/passwd",
    "/v1/IntegrationKeyLink/../IntegrationSystem",
    "/v1/IntegrationKeyLink/%2e%2e%2fIntegrationSystem",
    "/v1/IntegrationKeyLink/..%5c..%5cboot.ini",
    "//v1//IntegrationSystem",
    "//v1/integrationsystem",
    "//__admin/state",
    "/v1//IntegrationSystem",
    "///",
    "/v1/IntegrationKeyLink/%00",
    "/v1/IntegrationKeyLink/1%00.json",
    "/v1/IntegrationKeyLink/%0d%0aSet-Cookie:%20a=b",
    "/v1/IntegrationKeyLink/%c0%ae%c0%ae",
    "/v1/IntegrationKeyLink/%ff%fe",
    "/v1/IntegrationKeyLink/%ed%a0%80",
    "/v1/IntegrationKeyLink/%",
    "/v1/IntegrationKeyLink/%zz",
    "/v1/IntegrationKeyLink/%d9%a1",
    "/v1/IntegrationKeyLink/%c2%b2",
    "/v1/IntegrationKeyLink/\u00e4",
    "/v1/IntegrationKeyLink/" + "9" * 5000,
    "/v1/IntegrationKeyLink/" + "-1",
    "/v1/IntegrationKeyLink/1e9",
    "/v1/IntegrationKeyLink/0",
    "/v1/IntegrationKeyLink/%2b1",
    "/v1/IntegrationKeyLink/2147483648",
    "/v1/" + "a/" * 5000,
    "/v1/" + "%41" * 5000,
    "http://localhost/v1/IntegrationSystem",
    "https://restapi.rev.io/v1/IntegrationSystem",
    "http:///v1/IntegrationSystem",
    "file:///etc/passwd",
    "*",
    "?",
    "/v1/IntegrationKeyLink?" + "&".join(f"external_id={number}" for number in range(4000)),
    "/v1/IntegrationKeyLink?" + "&" * 50_000,
    "/v1/IntegrationKeyLink?" + "=" * 50_000,
    "/v1/IntegrationKeyLink?page=" + "9" * 5000,
    "/v1/IntegrationKeyLink?page=999999999&page_size=500",
    "/v1/IntegrationKeyLink?page_size=-1",
    "/v1/IntegrationKeyLink?page=%d9%a1",
    "/v1/IntegrationKeyLink?internal_id=" + "9" * 5000,
    "/v1/IntegrationKeyLink?internal_id=%c2%b2",
    "/v1/IntegrationKeyLink?external_id=%ff%00%0d%0a",
    "/v1/IntegrationKeyLink?external_id=%ed%a0%80",
    "/v1/IntegrationKeyLink?sort=" + "-" * 5000,
    "/v1/IntegrationKeyLink?sort=%00",
    "/v1/Products?rate=" + "1" * 400,
    "/v1/Products?rate=1e999",
    "/v1/Products?rate=nan&rate=-inf",
    "/__admin/../v1/IntegrationSystem",
    "/__admin/entities/%ff",
    "/__admin/entities/CUSTOMER/%c2%b2",
    "/__admin/entities/CUSTOMER/" + "9" * 5000,
    "/__admin/faults/" + "9" * 5000,
    "/__admin/faults/%c2%b2",
    "/__admin/snapshots/..%2f..%2fx",
    "/__admin/snapshots/%00",
    "/__admin/snapshots/con",
    "/__admin/state?client=%00",
    "/__admin/state?client=" + "x" * 10_000,
    "/__admin/requests?limit=" + "9" * 5000,
    "/__admin/requests?limit=%c2%b2",
]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_hostile_paths_and_queries_never_cause_a_500(shared_server: Process, method: str) -> None:
    for path in PATHS:
        data = head(method, "PATH", "Content-Length: 2").replace(b"PATH", path.encode("utf-8")) + b"{}"
        received = statuses(shared_server.client.url, data)
        assert len(received) == 1, (path[:200], received)
        assert received[0] < 500 or received[0] == 501, (path[:200], received)
    assert responds_promptly(shared_server.client)
