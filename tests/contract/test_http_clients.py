"""HTTP as the libraries of several languages speak it."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import httpx
import pytest
import requests

from tests.contract.raw import Raw, basic, head
from tests.programs import needs
from tests.support import AUTH, LINK, Client

LINKS = "/v1/IntegrationKeyLink"
STATUS = "/v1/SystemStatus"
JSON = json.dumps(LINK).encode()
MIB = 1024 * 1024
UPGRADE = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAA")
"""What Java's client sends with its first request."""

JAVA = """
import java.net.URI;
import java.net.http.*;

public class Calls {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int number = 2; number < arguments.length; number++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
                .header("Authorization", arguments[1]).expectContinue(number == 2)
                .POST(HttpRequest.BodyPublishers.ofString(arguments[number])).build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(response.statusCode());
        }
    }
}
"""
NODE = """
const http = require("http");
const zlib = require("zlib");
const [url, authorization, ...bodies] = process.argv.slice(1);
const headers = { authorization, "content-type": "application/json" };

function call(extra, path, body) {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers: { ...headers, ...extra }, ...(path && { path }) };
    const request = http.request(url, options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject);
    request.on("continue", () => request.end(body));
    if (!extra.expect) request.end(body);
  });
}

(async () => {
  console.log((await fetch(url, { method: "POST", headers, body: bodies[0] })).status);
  console.log(await call({ expect: "100-continue" }, undefined, bodies[1]));
  console.log(await call({ "content-encoding": "gzip" }, undefined, zlib.gzipSync(bodies[2])));
  console.log(await call({}, "http://restapi.rev.io/v1/IntegrationKeyLink", bodies[3]));
  console.log(await call({ expect: "100-continue", "content-length": 1e9 }, undefined, ""));
})();
"""


def bodies(count: int) -> list[str]:
    """Bodies for different key links."""
    return [json.dumps({**LINK, "external_id": str(number)}) for number in range(count)]


def sized(body: bytes) -> tuple[str, bytes]:
    return f"Content-Length: {len(body)}", body


def chunked(body: bytes) -> tuple[str, bytes]:
    return "Transfer-Encoding: chunked", b"%x\r\n%b\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize("size", [1, 50, 10_000])
@pytest.mark.parametrize("frame", [sized, chunked])
@pytest.mark.parametrize("protocol", ["h2c", "websocket", "TLS/1.2, h2c"])
def test_an_offer_to_upgrade_is_ignored_and_the_body_read(
    client: Client, raw: Raw, size: int, frame: type, protocol: str
) -> None:
    framing, body = frame(JSON)
    offer = (UPGRADE[0], f"Upgrade: {protocol}", UPGRADE[2])
    data = head("POST", LINKS, *offer, framing) + body + head("GET", f"{LINKS}/1", *UPGRADE)
    for start in range(0, len(data), size):
        raw.send(data[start : start + size])
    assert [raw.read().status, raw.read().status] == [201, 200]
    (posted, _) = client.get("/__admin/requests").json()["requests"]
    assert posted["json"] == LINK


def test_a_body_behind_an_offer_to_upgrade_may_break_off(raw: Raw) -> None:
    raw.send(head("POST", LINKS, *UPGRADE, "Content-Length: 10") + b"{")
    raw.socket.shutdown(1)
    assert raw.is_closed()


@needs("java")
def test_java_posts_with_its_offer_of_http_2_and_with_an_expectation(client: Client, tmp_path: Path) -> None:
    (tmp_path / "Calls.java").write_text(JAVA, "utf-8")
    command = ["java", "Calls.java", client.url + LINKS, basic(*AUTH), *bodies(3)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.split(), done.stderr) == (["201"] * 3, "")
    assert client.get(LINKS).json()["record_count"] == 3


@needs("node")
def test_node_expects_compresses_and_sends_complete_urls(client: Client) -> None:
    command = ["node", "-e", NODE, "--", client.url + LINKS, basic(*AUTH), *bodies(4)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.split(), done.stderr) == (["201"] * 4 + ["413"], "")


@needs("curl")
@pytest.mark.parametrize(("size", "status"), [(MIB, "201"), (MIB + 1, "413"), (200 * MIB, "413")])
def test_curl_waits_for_the_response_before_it_sends_a_large_body(
    client: Client, tmp_path: Path, size: int, status: str
) -> None:
    with (tmp_path / "body").open("wb") as file:
        file.write(JSON)
        file.write(b" " * (MIB - len(JSON)))
        file.truncate(size)
    report = "%{http_code} %{size_upload}"
    command = [
        "curl",
        "-sS",
        "-u",
        ":".join(AUTH),
        "-o",
        "answer",
        "-w",
        report,
        "-H",
        "Expect: 100-continue",
    ]
    command += ["--expect100-timeout", "60", "--data-binary", "@body", client.url + LINKS]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=50, check=True)
    assert done.stdout == f"{status} {size if status == '201' else 0}"


def test_httpx_posts_through_the_mock_as_a_proxy_and_in_chunks(client: Client) -> None:
    with httpx.Client(proxy=client.url, auth=AUTH) as through:
        url = f"http://restapi.rev.io{LINKS}"
        assert through.post(url, content=iter([JSON[:5], JSON[5:]])).headers["Location"] == f"{url}/1"


def test_requests_uploads_a_stream(client: Client) -> None:
    response = requests.post(client.url + LINKS, data=iter([JSON[:5], JSON[5:]]), auth=AUTH, timeout=30)
    assert response.status_code == 201


@pytest.mark.parametrize("token", ["Keep-Alive", "keep-alive, Upgrade", "x, KEEP-ALIVE"])
def test_benchmarks_keep_a_connection_of_http_1_0(raw: Raw, token: str) -> None:
    request = head("GET", STATUS, f"Connection: {token}", version="1.0")
    assert [raw.call(request).headers["connection"] for _ in range(3)] == ["Keep-Alive"] * 3


@pytest.mark.parametrize("token", ["close", "Close", "x, CLOSE", "close, TE"])
def test_a_connection_closes_after_the_response_if_asked(raw: Raw, token: str) -> None:
    assert raw.call(head("GET", STATUS, f"Connection: {token}")).headers["connection"] == "close"
    assert raw.is_closed()


def test_empty_lines_before_a_request_are_ignored(raw: Raw) -> None:
    for _ in range(2):
        assert raw.call(b"\r\n\r\n" + head("GET", STATUS)).status == 200


def test_an_empty_line_after_a_request_does_not_begin_another(
    raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockrevio.server.limits.HEAD_TIMEOUT", 0.3)
    assert raw.call(head("GET", STATUS) + b"\r\n").status == 200
    time.sleep(1)
    assert raw.call(b"\n" + head("GET", STATUS)).status == 200


@pytest.mark.parametrize("method", ["TRACE", "BREW", "LINK"])
def test_other_methods_get_a_405_with_allow(raw: Raw, method: str) -> None:
    response = raw.call(head(method, LINKS))
    assert response.status == 405
    assert "GET" in response.headers["allow"]


def test_a_client_that_ends_its_side_gets_every_response(raw: Raw) -> None:
    raw.send(head("GET", STATUS) * 3)
    raw.socket.shutdown(1)
    assert [raw.read().status for _ in range(3)] == [200] * 3
    assert raw.is_closed()
