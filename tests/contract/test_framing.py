"""Where a call ends is certain, or it is refused: what follows is never taken for another one."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from tests.contract.raw import Raw, basic, head
from tests.support import AUTH, LINK, Client

LINKS = "/v1/IntegrationKeyLink"
BODY = json.dumps(LINK).encode()
MARKER = head("GET", "/v1/Agents/1001?marker=1")
LENGTH = b"Content-Length: %d\r\n" % len(BODY)

REFUSED = {
    "two lengths, the second smaller": LENGTH + b"Content-Length: 0\r\n",
    "two lengths, the first smaller": b"Content-Length: 0\r\n" + LENGTH,
    "the same length twice": LENGTH * 2,
    "a folded length": b"Content-Length: %d\r\n 0\r\n" % len(BODY),
    "a length and chunks": LENGTH + b"Transfer-Encoding: chunked\r\n",
    "chunks in two headers": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "a blank before the colon": b"Content-Length : %d\r\n" % len(BODY),
    "a length of two lines": b"Content-Length:\r\n %d\r\n" % len(BODY),
    "a header without a name": LENGTH + b": x\r\n",
    "a control byte in a name": LENGTH + b"\x0bX: y\r\n",
    "a control byte in a value": LENGTH + b"X: a\x0bb\r\n",
    "a bare carriage return": LENGTH + b"X: a\rb\r\n",
    "a name of a kilobyte": LENGTH + b"X" * 1000 + b": y\r\n",
    "a bare line feed": LENGTH + b"X: y\n",
    "two hosts": LENGTH + b"Host: restapi.rev.io\r\n",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_call_whose_end_is_doubtful_is_refused_and_nothing_of_it_or_behind_it_happens(
    client: Client, case: str
) -> None:
    call = head("POST", LINKS)[:-2] + REFUSED[case] + b"\r\n" + BODY + MARKER
    with Raw(client.url) as raw:
        assert raw.call(call).status == 400
        assert raw.is_closed()
    assert client.get("/__admin/requests").json()["requests"] == []
    assert client.get(LINKS).json()["record_count"] == 0


def test_a_first_header_that_is_a_folded_line_is_refused(client: Client) -> None:
    with Raw(client.url) as raw:
        assert raw.call(b"GET / HTTP/1.1\r\n x\r\n\r\n").status == 400


def test_a_folded_line_does_not_take_the_place_of_credentials(client: Client) -> None:
    folded = (
        f"GET /v1/SystemStatus HTTP/1.1\r\nHost: x\r\nAuthorization: Basic AAAA\r\n {basic(*AUTH)}\r\n\r\n"
    )
    with Raw(client.url) as raw:
        assert raw.call(folded.encode()).status == 400


def test_a_header_with_an_underscore_is_not_taken_for_the_one_with_a_dash(client: Client) -> None:
    with Raw(client.url) as raw:
        assert raw.call(head("POST", LINKS)[:-2] + LENGTH + b"Content_Length: 0\r\n\r\n" + BODY).status == 201


HOSTS = ["a:b", "a:70000", "a:-1", "a:b:c", "[", "[::1", "a]b", "a/b", "<script>", "a?b#c", "", "a b"]


@pytest.mark.parametrize("host", [*HOSTS, "\u2100", "\u00ff"])
def test_a_host_that_is_none_spoils_no_write_and_does_not_come_back(client: Client, host: str) -> None:
    call = (
        f"POST {LINKS} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {basic(*AUTH)}\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    )
    with Raw(client.url) as raw:
        answer = raw.call(call.encode() + BODY)
    written = client.get(LINKS).json()["record_count"]
    assert (answer.status, written) in ((201, 1), (400, 0))
    if written:
        assert answer.headers["location"] == f"{client.url}{LINKS}/1"


@pytest.mark.parametrize(
    "host", ["rev_mock:7384", "restapi.rev.io", "[::1]:80", "127.0.0.1", "localhost:65535", "localhost:60001"]
)
def test_a_location_is_under_the_host_that_the_caller_used(client: Client, host: str) -> None:
    made = client.post(LINKS, json=LINK, headers={"Host": host})
    assert made.headers["Location"] == f"http://{host}{LINKS}/1"


def test_a_header_of_many_blanks_is_read_promptly(client: Client) -> None:
    blanks = b"X: a" + b" " * 60_000 + b"b\r\n"
    began = time.monotonic()
    with Raw(client.url) as raw:
        assert raw.call(head("GET", "/v1/SystemStatus")[:-2] + blanks + b"\r\n").status == 200
    assert time.monotonic() - began < 2


def together(*calls: Any) -> list[int]:
    """The statuses of calls that are made at the same moment."""
    found: list[int] = [0] * len(calls)
    begin = threading.Barrier(len(calls))

    def work(number: int) -> None:
        begin.wait()
        found[number] = calls[number]().status_code

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_changes_of_one_record_come_one_after_the_other(client: Client) -> None:
    """A deleted record stays deleted, one deletion of two is told so, and no change is lost."""
    others = [Client(client.url) for _ in range(2)]
    for _ in range(60):
        path = f"/v1/Contacts/{client.post('/v1/Contacts', json={}).json()['id']}"

        def patch(at: int, *operations: dict[str, str], path: str = path) -> Any:
            return lambda: others[at].patch(path, json=list(operations))

        fields = [{"op": "add", "path": f"/{name}", "value": name} for name in ("email", "phone")]
        assert together(patch(0, fields[0]), patch(1, fields[1])) == [200, 200]
        now = client.get(path).json()
        assert (now["email"], now["phone"]) == ("email", "phone")
        mine = [
            (
                {"op": "test", "path": "/email", "value": "email"},
                {"op": "add", "path": "/email", "value": "mine"},
            )
        ] * 2
        assert sorted(together(patch(0, *mine[0]), patch(1, *mine[1]))) == [200, 400]
        gone = together(lambda p=path: others[0].delete(p), lambda p=path: others[1].put(p, json={}))
        assert gone[0] == 200
        assert client.get(path).status_code == 404
        again = f"/v1/Contacts/{client.post('/v1/Contacts', json={}).json()['id']}"
        deleted = together(*(lambda c=c, p=again: c.delete(p) for c in others))
        assert sorted(deleted) == [200, 404]


@pytest.mark.parametrize("text", ["1e999999999999", "-1e999999999999", "1e1000000", "1e-999999999999"])
def test_a_number_with_a_monstrous_exponent_is_no_500(client: Client, text: str) -> None:
    body = f'{{"rate": {text}}}'
    status = client.post("/v1/Products", data=body).status_code
    assert status == (201 if "e-" in text else 400)


@pytest.mark.parametrize("charset", ["x" * 1000, "punycode", "idna", "unicode_escape", "base64", "rot13"])
def test_a_charset_that_no_client_sends_is_415(client: Client, charset: str) -> None:
    sent = {"Content-Type": f"application/json; charset={charset}"}
    assert client.post(LINKS, data=json.dumps(LINK), headers=sent).status_code == 415


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF8", "utf-16", "UTF-16LE", "us-ascii", "iso-8859-1", "windows-1252"]
)
def test_a_charset_that_clients_send_is_taken(client: Client, charset: str) -> None:
    sent = {"Content-Type": f"application/json; charset={charset}"}
    assert client.post(LINKS, data=json.dumps(LINK).encode(charset), headers=sent).status_code == 201


def test_a_patch_of_thousands_of_large_moves_is_refused_promptly(client: Client) -> None:
    large = [{"op": "add", "path": "/fields", "value": [[0] * 100_000]}]
    moves = [{"op": "move", "from": "/fields/0", "path": "/fields/0"}] * 5000
    refused = client.patch("/v1/Services/1001", json=large + moves, timeout=10)
    assert refused.status_code == 400
    assert "together" in refused.headers["X-Mock-Explain"]


@pytest.mark.parametrize("page", [2_147_483_648, 10**17])
def test_a_page_far_past_the_end_is_empty(client: Client, page: int) -> None:
    assert client.get(LINKS, params={"page": page, "page_size": 10**12}).json()["records"] == []
