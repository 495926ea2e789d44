"""The way to the service: TLS, and the proxies of a company's network."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from mockrevio.contract.personal_data import KeptPersonalData
from mockrevio.contract.record.recording import Recording
from tests.contract_tools.record.common import proxying, raw_service, send_raw
from tests.support import process

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ENVIRONMENT = ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_https_with_a_certificate_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca = tmp_path / "ca.pem"
    with process("--ephemeral", "--tls", "auto", "--tls-ca-out", str(ca)) as mock:
        with proxying(mock.client.url) as proxied:
            response = proxied.get("/v1/Customers/1001?x=%2f")
            assert response.status_code == 502
            assert "certificate verify failed" in response.json()["message"]
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca))
        with proxying(mock.client.url) as proxied:
            assert proxied.get("/v1/Customers/1001?x=%2f").json()["customer_id"] == 1001


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_service(OK) as company:
        monkeypatch.setenv("http_proxy", company.url)
        with proxying("http://restapi.rev.test/v1") as proxied:
            head = b"GET /v1/Customers?x=%2f HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
            assert send_raw(proxied.url, head).endswith(b"\r\n\r\nok")
    line, *fields = company.received[0].split(b"\r\n")
    assert line == b"GET http://restapi.rev.test/v1/Customers?x=%2f HTTP/1.1"
    assert b"Host: restapi.rev.test" in fields


def test_a_compressed_response_is_passed_on_compressed_and_recorded(tmp_path: Path) -> None:
    body = gzip.compress(b'{"ok": true, "customer_id": 7, "status": "ACTIVE"}')
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    output = Recording(tmp_path, KeptPersonalData())
    request = b"GET /v1/Customers/7 HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    with raw_service(head + body) as service, proxying(service.url, output) as proxied:
        assert send_raw(proxied.url, request).endswith(b"\r\n\r\n" + body)
    output.save()
    assert '"customer_id": 7' in (tmp_path / "fixture.json").read_text("utf-8")


def test_a_coding_that_cannot_be_read_is_not_asked_for() -> None:
    with raw_service(OK, OK) as service, proxying(service.url) as proxied:
        proxied.get("/v1/a", headers={"Accept-Encoding": "br;q=1.0, gzip;q=0.8, zstd"})
        proxied.get("/v1/a", headers={"Accept-Encoding": "br"})
    assert b"\r\nAccept-Encoding: gzip;q=0.8\r\n" in service.received[0]
    assert b"\r\nAccept-Encoding: identity\r\n" in service.received[1]
