"""What no client should send, over raw sockets to a real process: never a 500, never a hang, and in the
meantime everybody else is answered as usual."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contract.raw import Raw, head, in_chunks, with_length
from tests.support import Client, Process
from tests.torture.common import LINKS, HowMuch, Usage, eventually, linux_only, server

PROMPT = 5.0
"""Seconds within which a call beside all this is answered; generous, since test machines are busy."""


@pytest.fixture(scope="module")
def started() -> Iterator[Process]:
    """One server for all of these; it must have nothing to say in the end."""
    with server("--ephemeral") as running:
        running.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
        yield running
        assert running.process.poll() is None
        assert running.stop() == 0
        assert running.errors == []


def statuses(url: str, data: bytes, seconds: float = 8) -> list[int]:
    """The status of each answer to these bytes, after which no more are sent.

    A server that neither answers nor closes in time fails the test.
    """
    parts = urlsplit(url)
    said = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=seconds) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                said += piece
        except TimeoutError:
            raise AssertionError(f"the server neither answers nor closes: {data[:500]!r}") from None
        except OSError:
            pass  # it had heard enough
    lines = [b"HTTP/1.1 " + each for each in (b"\n" + said).split(b"\nHTTP/1.1 ")[1:]]
    return [int(line[9:12]) for line in lines]


def is_well(client: Client) -> bool:
    """Whether an ordinary call is answered promptly."""
    begun = time.monotonic()
    fine = client.get("/v1/IntegrationSystem/4").status_code == 200
    return fine and time.monotonic() - begun < PROMPT


HEAD = head("POST", LINKS)[:-2]  # without the empty line that ends it
BODY = b'{"integration_system_id":4}'
FRAMED = {
    # what: (headers, body, the statuses that may be answered)
    "two lengths that differ": (b"Content-Length: 3\r\nContent-Length: 27\r\n", BODY, {400}),
    "two lengths that agree": (b"Content-Length: 27\r\nContent-Length: 27\r\n", BODY, {400}),
    "a list of lengths": (b"Content-Length: 27, 27\r\n", BODY, {400}),
    "a negative length": (b"Content-Length: -1\r\n", BODY, {400}),
    "a signed length": (b"Content-Length: +27\r\n", BODY, {400}),
    "a hexadecimal length": (b"Content-Length: 0x1b\r\n", BODY, {400}),
    "a length of words": (b"Content-Length: many\r\n", BODY, {400}),
    "a blank length": (b"Content-Length:\r\n", BODY, {400}),
    "a length in foreign digits": ("Content-Length: ٢٧\r\n".encode(), BODY, {400}),
    "a length of superscripts": ("Content-Length: ²\r\n".encode(), BODY, {400}),
    "a length of superscripts in Latin-1": ("Content-Length: ²\r\n".encode("latin-1"), BODY, {400}),
    "a huge length": (b"Content-Length: " + b"9" * 30 + b"\r\n", BODY, {400, 413}),
    "a length beyond what Python reads": (b"Content-Length: " + b"9" * 5000 + b"\r\n", BODY, {400, 413}),
    "length and chunks": (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"1b\r\n" + BODY + b"\r\n0\r\n\r\n",
        {400},
    ),
    "an unknown coding": (b"Transfer-Encoding: gzip\r\nContent-Length: 27\r\n", BODY, {400, 501}),
    "chunked twice": (b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n", {400, 501}),
    "chunked and more": (b"Transfer-Encoding: chunked, gzip\r\n", b"0\r\n\r\n", {400, 501}),
    "a coding of two lines": (
        b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        b"0\r\n\r\n",
        {400, 501},
    ),
    "a size that is none": (b"Transfer-Encoding: chunked\r\n", b"zz\r\n" + BODY, {400}),
    "a negative size": (b"Transfer-Encoding: chunked\r\n", b"-1b\r\n" + BODY, {400}),
    "a huge size": (b"Transfer-Encoding: chunked\r\n", b"f" * 40 + b"\r\n" + BODY, {400}),
    "a blank size": (b"Transfer-Encoding: chunked\r\n", b"\r\n" + BODY, {400}),
    "a chunk too long": (b"Transfer-Encoding: chunked\r\n", b"3\r\n" + BODY + b"\r\n0\r\n\r\n", {400}),
    "a chunk too short": (b"Transfer-Encoding: chunked\r\n", b"ff\r\n" + BODY + b"\r\n0\r\n\r\n", {400}),
    "an endless size line": (b"Transfer-Encoding: chunked\r\n", b"1" * 100_000 + b"\r\n", {400}),
    "endless trailers": (b"Transfer-Encoding: chunked\r\n", b"0\r\n" + b"X: y\r\n" * 5000 + b"\r\n", {400}),
    "a body that breaks off": (b"Content-Length: 1000\r\n", BODY, {400}),
    "no end of the head": (b"Content-Length: 27\r\n", b"", {400}),
    "a header without a colon": (b"nonsense\r\n", b"", {400}),
    "a header that begins with a blank": (b" folded\r\n", b"", {400, 401}),
    "a NUL in a name": (b"A\0B: c\r\n", b"", {400}),
    "a NUL in a value": (b"X-A: b\0c\r\n", b"", {400}),
    "a bare carriage return": (b"X-A: b\rX-C: d\r\n", b"", {400}),
    "a hundred thousand headers": (b"X: y\r\n" * 100_000, b"", {413}),
    "a header of a megabyte": (b"X: " + b"y" * 1_000_000 + b"\r\n", b"", {413}),
    "an authorization of noise": (b"Authorization: Basic \xff\xfe====\r\n", b"", {400, 401}),
    "a host of noise": (b"Host: \xff\r\nHost: [::\r\n", b"", {400, 401}),
}


@pytest.mark.parametrize("case", FRAMED)
def test_a_body_or_head_that_is_framed_wrongly_is_refused_and_nobody_else_minds(
    started: Process, case: str
) -> None:
    headers, body, allowed = FRAMED[case]
    end = b"" if case == "no end of the head" else b"\r\n"
    got = statuses(started.client.url, HEAD + headers + end + body)
    assert set(got) <= allowed, got
    assert len(got) <= 1, "what follows a broken call is never taken for another one"
    assert is_well(started.client)


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
def test_paths_and_queries_of_every_kind_find_nothing_that_they_should_not(
    started: Process, method: str
) -> None:
    for path in PATHS:
        data = head(method, "PATH", "Content-Length: 2").replace(b"PATH", path.encode("utf-8")) + b"{}"
        got = statuses(started.client.url, data)
        assert len(got) == 1, (path[:200], got)
        assert got[0] < 500 or got[0] == 501, (path[:200], got)
    assert is_well(started.client)


def deep(opening: bytes, closing: bytes, levels: int) -> bytes:
    return opening * levels + closing * levels


BODIES = {
    "deep lists": b'{"external_id": ' + deep(b"[", b"]", 100_000) + b"}",
    "deep objects": deep(b'{"a":', b"}", 50_000).replace(b":}", b":1}"),
    "endless opening": b"[" * 500_000,
    "a huge number": b'{"internal_id": ' + b"9" * 100_000 + b"}",
    "a huge exponent": b'{"internal_id": 1e999999999, "integration_system_id": 1e-999999999}',
    "an exponent beyond Decimal": b'{"internal_id": 1e99999999999999999999, "external_id": "x"}',
    "a number as text": b'{"internal_id": "' + b"9" * 100_000 + b'"}',
    "NaN": b'{"internal_id": NaN, "external_id": -Infinity}',
    "a lone surrogate": b'{"external_id": "\\ud800"}',
    "a NUL in text": b'{"external_id": "a\\u0000b"}',
    "ten thousand fields": json.dumps({f"field {number}": number for number in range(10_000)}).encode(),
    "the same field again and again": b"{" + b'"external_id": "x",' * 10_000 + b'"external_id": "y"}',
    "a field of a megabyte": json.dumps({"external_id": "x" * 1_000_000}).encode(),
    "a name of a megabyte": json.dumps({"x" * 1_000_000: 1}).encode(),
    "UTF-16": '{"external_id": "ä"}'.encode("utf-16"),
    "UTF-32": '{"external_id": "ä"}'.encode("utf-32"),
    "Latin-1": '{"external_id": "ä"}'.encode("latin-1"),
    "overlong": b'{"external_id": "\xc0\xae"}',
    "noise": random.randbytes(10_000),
    "zeros": bytes(10_000),
    "form fields": b"&".join(b"a%d=b" % number for number in range(10_000)),
    "form of noise": b"%ff=%fe&%=%&&&==",
    "a JSON Patch of many": json.dumps([{"op": "add", "path": "/a", "value": 1}] * 10_000).encode(),
    "a patch of deep paths": json.dumps([{"op": "add", "path": "/a" * 10_000, "value": 1}]).encode(),
    "a patch that copies itself": json.dumps(
        [{"op": "add", "path": "/finance", "value": {"a": "x" * 100}}]
        + [{"op": "copy", "from": "/finance", "path": f"/finance/{number}"} for number in range(40)]
    ).encode(),
}
TYPES = [
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=\u00e4",
    "text/json; charset=idna",
    "application/json; charset=zlib",
    "application/json; charset=hex",
    "application/json; charset=unicode_escape",
    "application/json; charset=utf-7",
    "application/json; charset=undefined",
    "application/json; charset=" + "x" * 5000,
    "application/x-www-form-urlencoded",
    "application/xml",
    "multipart/form-data; boundary=x",
    "",
    ';;;=;"',
]
TARGETS = [
    ("POST", LINKS),
    ("PUT", f"{LINKS}/1"),
    ("POST", "/v1/Customers"),
    ("PUT", "/v1/Customers/1015"),
    ("PATCH", "/v1/Customers/1015"),
    ("PUT", "/__admin/state"),
    ("PATCH", "/__admin/settings"),
    ("POST", "/__admin/faults"),
    ("PUT", "/__admin/clock"),
    ("POST", "/__admin/entities/CUSTOMER"),
    ("POST", "/__admin/requests/verify"),
]


@pytest.mark.parametrize("case", BODIES)
def test_bodies_of_every_kind_are_refused_or_taken_but_never_break_anything(
    started: Process, case: str, how_much: HowMuch
) -> None:
    body = BODIES[case]
    pairs = [(target, kind) for target in TARGETS for kind in TYPES]
    if not how_much.long:
        pairs = [(target, "application/json") for target in TARGETS]
        pairs += [(TARGETS[0], kind) for kind in random.sample(TYPES, 3)]
    for (method, path), kind in pairs:
        call = with_length(method, path, body, "TYPE").replace(b"TYPE", f"Content-Type: {kind}".encode())
        got = statuses(started.client.url, call)
        assert len(got) == 1, (method, path, kind, got)
        assert got[0] < 500, (method, path, kind, got)
    started.client.post("/__admin/reset").raise_for_status()
    started.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
    assert is_well(started.client)


line_noise = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"GET ", b" HTTP/1.1", b"/v1/IntegrationSystem", b"\r\n", b"\n", b"\r", b"\0", b":", b" "]
    ),
    st.sampled_from(
        [b"Content-Length: ", b"Transfer-Encoding: chunked", b"Host: a", b"Expect: 100-continue"]
    ),
    st.sampled_from([b"0", b"5", b"a", b"-", b"Connection: close", b"Connection: upgrade", b"OPTIONS * "]),
)


def many(how_much: HowMuch) -> settings:
    """So many examples; one that fails is said as it is, since to shrink it takes minutes."""
    return settings(
        max_examples=how_much(short=100, long=15_000),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def test_any_bytes_at_all_are_answered_or_hung_up_on(started: Process, how_much: HowMuch) -> None:
    @many(how_much)
    @given(st.lists(line_noise, max_size=14), st.booleans())
    def check(pieces: list[bytes], well_begun: bool) -> None:
        data = (HEAD.replace(b"POST", b"GET") if well_begun else b"") + b"".join(pieces)
        got = statuses(started.client.url, data)
        assert all(status < 500 or status in (501, 505) for status in got), (got, data)

    check()
    assert is_well(started.client)


def test_good_calls_with_some_bytes_changed_are_answered_or_hung_up_on(
    started: Process, how_much: HowMuch
) -> None:
    body = b'{"integration_system_id":4,"integration_entity_type_id":2,"internal_id":1015,"external_id":"x"}'
    calls = [with_length("POST", LINKS, body), in_chunks("POST", LINKS, body[:20], body[20:])]

    @many(how_much)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        call = bytearray(data.draw(st.sampled_from(calls)) + head("GET", LINKS))
        for _ in range(data.draw(st.integers(1, 4))):
            call[data.draw(st.integers(0, len(call) - 1))] = data.draw(st.integers(0, 255))
        got = statuses(started.client.url, bytes(call))
        assert all(status < 500 or status in (501, 505) for status in got), (got, call)

    check()
    assert is_well(started.client)


@contextmanager
def slow_clients(url: str, count: int) -> Iterator[None]:
    """Clients that send a call byte by byte, without ever coming to its end."""
    end = threading.Event()
    call = with_length("POST", LINKS, b'{"a": ' + b" " * 100_000)

    def drip(raw: Raw, offset: int) -> None:
        at = offset
        raw.send(call[:at])
        while not end.wait(0.05):
            raw.send(call[at : at + 1])
            at += 1

    with ExitStack() as stack:
        raws = [stack.enter_context(Raw(url)) for _ in range(count)]
        threads = [threading.Thread(target=drip, args=(raw, number % 200)) for number, raw in enumerate(raws)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            end.set()
            for thread in threads:
                thread.join()


def test_others_are_answered_while_many_clients_dawdle_say_half_or_say_nothing(started: Process) -> None:
    with ExitStack() as stack:
        stack.enter_context(slow_clients(started.client.url, 60))
        for begun in (b"", b"G", HEAD, head("POST", LINKS, "Content-Length: 5")):
            for _ in range(50):
                stack.enter_context(Raw(started.client.url)).send(begun)
        for _ in range(20):
            assert is_well(started.client)
            fresh = Client(started.client.url)
            assert is_well(fresh)
            fresh.close()
    assert is_well(started.client)


@linux_only
def test_five_hundred_idle_connections_cost_no_thread_and_little_memory_and_are_let_go(
    started: Process,
) -> None:
    pid = started.process.pid
    assert is_well(started.client)
    before = Usage.settled(pid)  # connections of the tests before may still be on their way out
    with ExitStack() as stack:
        raws = [stack.enter_context(Raw(started.client.url)) for _ in range(500)]
        assert eventually(lambda: Usage.of(pid).files >= before.files + 500)
        for raw in raws[::2]:
            assert raw.call(head("GET", "/v1/SystemStatus")).status == 200
        amid = Usage.of(pid)
        assert all(is_well(started.client) for _ in range(20))
        assert amid.threads <= before.threads + 20
        assert amid.memory <= before.memory + 30 * 1024
    assert eventually(lambda: Usage.of(pid).files <= before.files + 2)


@linux_only
def test_memory_is_bounded_whatever_is_sent(started: Process, how_much: HowMuch) -> None:
    pid = started.process.pid

    def storm() -> None:
        for case in ("deep lists", "a field of a megabyte", "endless opening", "ten thousand fields"):
            for _ in range(how_much(short=2, long=30)):
                statuses(started.client.url, with_length("POST", LINKS, BODIES[case]))
        for _ in range(how_much(short=4, long=100)):
            statuses(started.client.url, HEAD + b"X: y\r\n" * 100_000 + b"\r\n")
            statuses(started.client.url, head("GET", f"{LINKS}?{'a=b&' * 10_000}"))

    storm()
    started.client.delete("/__admin/requests").raise_for_status()
    before = Usage.of(pid)
    storm()
    started.client.delete("/__admin/requests").raise_for_status()
    assert Usage.of(pid).memory <= before.memory + 30 * 1024
