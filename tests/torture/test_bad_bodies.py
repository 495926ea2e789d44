"""Huge, deeply nested and malformed bodies, and the memory that bad input takes."""

from __future__ import annotations

import json
import random

import pytest

from tests.contract.raw import head, with_length
from tests.support import Process
from tests.torture.bad_input import OPEN_HEAD, responds_promptly, statuses
from tests.torture.common import LINKS, Scale, Usage, linux_only, server


def nested(opening: bytes, closing: bytes, levels: int) -> bytes:
    return opening * levels + closing * levels


BODIES = {
    "deep lists": b'{"external_id": ' + nested(b"[", b"]", 100_000) + b"}",
    "deep objects": nested(b'{"a":', b"}", 50_000).replace(b":}", b":1}"),
    "endless opening brackets": b"[" * 500_000,
    "a huge number": b'{"internal_id": ' + b"9" * 100_000 + b"}",
    "a huge exponent": b'{"internal_id": 1e999999999, "integration_system_id": 1e-999999999}',
    "an exponent beyond Decimal": b'{"internal_id": 1e99999999999999999999, "external_id": "x"}',
    "a number as text": b'{"internal_id": "' + b"9" * 100_000 + b'"}',
    "NaN": b'{"internal_id": NaN, "external_id": -Infinity}',
    "a lone surrogate": b'{"external_id": "\\ud800"}',
    "a NUL in text": b'{"external_id": "a\\u0000b"}',
    "ten thousand fields": json.dumps({f"field {number}": number for number in range(10_000)}).encode(),
    "the same field thousands of times": b"{" + b'"external_id": "x",' * 10_000 + b'"external_id": "y"}',
    "a one-megabyte value": json.dumps({"external_id": "x" * 1_000_000}).encode(),
    "a one-megabyte field name": json.dumps({"x" * 1_000_000: 1}).encode(),
    "UTF-16": '{"external_id": "ä"}'.encode("utf-16"),
    "UTF-32": '{"external_id": "ä"}'.encode("utf-32"),
    "Latin-1": '{"external_id": "ä"}'.encode("latin-1"),
    "overlong UTF-8": b'{"external_id": "\xc0\xae"}',
    "random bytes": random.randbytes(10_000),
    "zeros": bytes(10_000),
    "form fields": b"&".join(b"a%d=b" % number for number in range(10_000)),
    "malformed form fields": b"%ff=%fe&%=%&&&==",
    "a JSON Patch of many operations": json.dumps(
        [{"op": "add", "path": "/a", "value": 1}] * 10_000
    ).encode(),
    "a JSON Patch with a deep path": json.dumps([{"op": "add", "path": "/a" * 10_000, "value": 1}]).encode(),
    "a JSON Patch that copies its own result": json.dumps(
        [{"op": "add", "path": "/finance", "value": {"a": "x" * 100}}]
        + [{"op": "copy", "from": "/finance", "path": f"/finance/{number}"} for number in range(40)]
    ).encode(),
}
CONTENT_TYPES = [
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
def test_hostile_bodies_never_cause_a_500(shared_server: Process, case: str, how_much: Scale) -> None:
    body = BODIES[case]
    pairs = [(target, content_type) for target in TARGETS for content_type in CONTENT_TYPES]
    if not how_much.long:
        pairs = [(target, "application/json") for target in TARGETS]
        pairs += [(TARGETS[0], content_type) for content_type in random.sample(CONTENT_TYPES, 3)]
    for (method, path), content_type in pairs:
        header = f"Content-Type: {content_type}".encode()
        request = with_length(method, path, body, "TYPE").replace(b"TYPE", header)
        received = statuses(shared_server.client.url, request)
        assert len(received) == 1, (method, path, content_type, received)
        assert received[0] < 500, (method, path, content_type, received)
    shared_server.client.post("/__admin/reset").raise_for_status()
    shared_server.client.post("/__admin/entities/CUSTOMER", json=1015).raise_for_status()
    assert responds_promptly(shared_server.client)


@linux_only
def test_memory_stays_bounded_under_hostile_input(shared_server: Process, how_much: Scale) -> None:
    pid = shared_server.process.pid
    url = shared_server.client.url
    cases = ("deep lists", "a one-megabyte value", "endless opening brackets", "ten thousand fields")

    def send_hostile_input() -> None:
        for case in cases:
            for _ in range(how_much(short=2, long=30)):
                statuses(url, with_length("POST", LINKS, BODIES[case]))
        for _ in range(how_much(short=4, long=100)):
            statuses(url, OPEN_HEAD + b"X: y\r\n" * 100_000 + b"\r\n")
            statuses(url, head("GET", f"{LINKS}?{'a=b&' * 10_000}"))

    send_hostile_input()
    shared_server.client.delete("/__admin/requests").raise_for_status()
    before = Usage.of(pid)
    send_hostile_input()
    shared_server.client.delete("/__admin/requests").raise_for_status()
    assert Usage.of(pid).memory <= before.memory + 30 * 1024


@linux_only
def test_to_list_and_to_filter_long_requests_takes_little_memory(how_much: Scale) -> None:
    """What the log shows of a request may be many times as large as the request, and must not stay."""
    with server("--ephemeral") as running:
        client, pid = running.client, running.process.pid
        requests = how_much(short=100, long=300)
        for _ in range(requests):
            client.get(f"{LINKS}?{'&'.join(f'{number:x}=' for number in range(10_000))}")
        before = Usage.of(pid)
        for _ in range(how_much(short=1, long=2)):
            client.get("/__admin/requests?query.a=x").raise_for_status()
            client.get("/__admin/requests").raise_for_status()
        assert Usage.of(pid).memory <= before.memory + requests * 546
