"""A client cannot tell the proxy from the service: each response is the same directly and through it."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract_tools.record.common import proxying
from tests.support import LINK, Client, serving

AUTHORIZATION = {"Authorization": "Basic dGVzdGVyQGFjbWU6c2VjcmV0"}
JSON = {"Content-Type": "application/json"}
BODY = json.dumps(LINK).encode()

REQUESTS: tuple[tuple[str, str, dict[str, str], bytes | None], ...] = (
    ("GET", "/v1/SystemStatus", {}, None),
    ("GET", "/V1/integrationsystem?search.system_name=SALESFORCE", {}, None),
    ("GET", "/v1/Customers?page=2&page_size=3&sort=-customer_id", {}, None),
    ("GET", "/v1/Customers?search.status=ACTIVE&search.status=CLOSED&page_size=500", {}, None),
    ("GET", "/v1/Customers?name=%66%6Fo+b%2fr&x=[1]&y=%zz", {}, None),
    ("GET", "/v1/Customers/1001", {}, None),
    ("HEAD", "/v1/Customers/1001", {}, None),
    ("HEAD", "/v1/Nothing", {}, None),
    ("GET", "/v1/Customers/1%2F2", {}, None),
    ("GET", "/v1/Customers/", {}, None),
    ("GET", "/v1//Customers", {}, None),
    ("GET", "/v1/Nothing", {}, None),
    ("GET", "/nothing", {}, None),
    ("GET", "/v1/Customers?page=x", {}, None),
    ("OPTIONS", "/v1/Customers", {}, None),
    ("OPTIONS", "*", {}, None),
    ("POST", "/v1/IntegrationKeyLink", JSON, BODY),
    ("POST", "/v1/IntegrationKeyLink", JSON, BODY),
    ("POST", "/v1/IntegrationKeyLink", {"Content-Type": "text/json"}, b"\xef\xbb\xbf" + BODY),
    ("POST", "/v1/IntegrationKeyLink", JSON | {"Content-Encoding": "gzip"}, gzip.compress(BODY)),
    ("POST", "/v1/IntegrationKeyLink", JSON, b'{"external_id": '),
    ("POST", "/v1/IntegrationKeyLink", JSON, b""),
    ("POST", "/v1/IntegrationKeyLink", {"Content-Type": "application/xml"}, b"<a/>"),
    ("POST", "/v1/IntegrationKeyLink", JSON | {"Content-Encoding": "br"}, BODY),
    ("PUT", "/v1/IntegrationKeyLink/1", JSON, BODY.replace(b"1015", b"1016")),
    ("PATCH", "/v1/Customers/1001", JSON, b'[{"op": "replace", "path": "/status", "value": "CLOSED"}]'),
    ("PATCH", "/v1/IntegrationKeyLink/1", JSON, b"[]"),
    ("DELETE", "/v1/IntegrationKeyLink/1", {}, None),
    ("DELETE", "/v1/IntegrationKeyLink/1", {}, None),
    ("DELETE", "/v1/ServiceProduct", JSON, b'{"service_product_id": 1001, "effective_date": "2026-01-05"}'),
    ("POST", "/v1/Notes", JSON, b'{"customer_id": 1001, "body": "x"}'.ljust(2 * 1024 * 1024)),
    ("POST", "/v1/Notes", {"Content-Type": "application/x-www-form-urlencoded"}, b"customer_id=1001&body=b"),
    ("GET", "/v1/Customers/1001", {"X-Mock-Fault": "status=503"}, None),
    ("GET", "/v1/Customers/1001", {"X-Mock-Fault": "preset=html_error"}, None),
    ("GET", "/v1/Customers/1001", {"X-Mock-Fault": "preset=empty_body"}, None),
    ("GET", "/v1/Customers/1001", {"Authorization": "Basic x"}, None),
    ("GET", "/v1/Customers/1001", {"Authorization": ""}, None),
)


@pytest.fixture(scope="module")
def sides() -> Iterator[tuple[Client, Client]]:
    """A mock, and a proxy in front of another one like it."""
    settings: dict[str, Any] = {"clock": datetime(2026, 1, 5, 9, 30, tzinfo=UTC), "seed": 7}
    with serving(**settings) as direct, serving(**settings) as mock, proxying(mock.url) as proxied:
        yield direct, proxied


def send(
    client: Client, method: str, target: str, headers: dict[str, str], body: bytes | None
) -> tuple[int, str, dict[str, str], bytes]:
    """The response without what is of one connection or one server only: the date, the address."""
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=20)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in (AUTHORIZATION | headers).items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    seen = {name.lower(): value.replace(client.url, "") for name, value in response.getheaders()}
    seen.pop("connection", None)
    return response.status, response.reason, {**seen, "date": ""}, content


@pytest.mark.parametrize(("method", "target", "headers", "body"), REQUESTS)
def test_a_response_is_the_same_through_the_proxy(
    sides: tuple[Client, Client], method: str, target: str, headers: dict[str, str], body: bytes | None
) -> None:
    direct, proxied = (send(client, method, target, headers, body) for client in sides)
    assert proxied == direct
