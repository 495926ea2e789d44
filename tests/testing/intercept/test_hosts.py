"""Which hosts `intercept()` accepts, and which it means by them."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import InterceptionError
from mockrevio.testing.intercept import Interception
from mockrevio.testing.intercept.hosts import HostPattern, normalize, port_number


@pytest.mark.parametrize(
    ("text", "host", "port", "expected"),
    [
        ("restapi.rev.io", "restapi.rev.io", 443, True),
        ("restapi.rev.io", "restapi.rev.io", None, True),
        ("restapi.rev.io", "rev.io", 443, False),
        ("restapi.rev.io", "xrestapi.rev.io", 443, False),
        ("RESTAPI.Rev.IO.", "restapi.rev.io", 443, True),
        (" restapi.rev.io ", "restapi.rev.io", 443, True),
        ("https://restapi.rev.io", "restapi.rev.io", 443, True),
        ("https://restapi.rev.io", "restapi.rev.io", 8443, True),
        ("https://restapi.rev.io/v1/", "restapi.rev.io", 443, True),
        ("HTTP://restapi.rev.io:8080/v1", "restapi.rev.io", 8080, True),
        ("restapi.rev.io:8443", "restapi.rev.io", 8443, True),
        ("restapi.rev.io:8443", "restapi.rev.io", 443, False),
        ("restapi.rev.io:8443", "restapi.rev.io", None, True),
        ("*.rev.io", "restapi.rev.io", 443, True),
        ("*.rev.io", "a.b.rev.io", 443, True),
        ("*.rev.io", "rev.io", 443, False),
        ("*.rev.io", "evilrev.io", 443, False),
        ("*.rev.io:8443", "restapi.rev.io", 443, False),
        ("bücher.example", "xn--bcher-kva.example", 443, True),
        ("BÜCHER.example", "bücher.example", 443, True),
        ("xn--bcher-kva.example", "bücher.example", 443, True),
        ("203.0.113.7", "203.0.113.7", 443, True),
        ("203.0.113.7:8443", "203.0.113.7", 443, False),
        ("203.0.113.7", "::ffff:203.0.113.7", 443, True),
        ("2001:db8::1", "2001:DB8:0::1", 443, True),
        ("[2001:db8::1]:8443", "[2001:db8::1]", 8443, True),
        ("localhost", "localhost", 80, True),
    ],
)
def test_a_host_is_meant(text: str, host: str, port: int | None, expected: bool) -> None:
    name = normalize(host)
    assert name is not None
    assert HostPattern.parse(text).matches(name, port) is expected


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("", "the host is empty"),
        ("  ", "the host is empty"),
        ("https://", "there is no host in it"),
        (":443", "there is no host in it"),
        ("restapi.rev.io/v1", "a path cannot be intercepted on its own"),
        ("ftp://restapi.rev.io", "ftp is neither http nor https"),
        ("https://user:pw@restapi.rev.io", "only the host and the port"),
        ("https://restapi.rev.io?a=1", "only the host and the port"),
        ("restapi.rev.io:", "the port must be a number"),
        ("restapi.rev.io:0", "the port must be a number"),
        ("restapi.rev.io:https", "the port must be a number"),
        ("restapi.rev.io:99999", "the port must be a number"),
        ("*", "a wildcard can only be the first part"),
        ("*.", "there is no host in it"),
        ("rest*.rev.io", "a wildcard can only be the first part"),
        ("restapi.*", "a wildcard can only be the first part"),
        ("rest api.rev.io", "not a valid host"),
        ("restapi..rev.io", "not a valid host"),
        ("-restapi.rev.io", "not a valid host"),
        ("a" * 64 + ".rev.io", "not a valid host"),
        ("300.0.0.1", "not a valid IP address"),
        (None, "pass each host as a string"),
        (["restapi.rev.io"], "pass each host as a string"),
        (Path("restapi.rev.io"), "pass each host as a string"),
        (b"restapi.rev.io", "pass each host as a string"),
    ],
)
def test_anything_else_is_rejected_with_the_reason(revio: MockRevio, host: object, message: str) -> None:
    with pytest.raises(InterceptionError, match=message) as caught:
        revio.intercept(host)  # type: ignore[arg-type]
    assert repr(host) in str(caught.value)


def test_no_host_at_all_is_rejected() -> None:
    with pytest.raises(InterceptionError, match="no host to intercept"):
        Interception("http://127.0.0.1:7384", [])


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ("https://restapi.rev.io", "https://restapi.rev.io/v1/SystemStatus"),
        ("restapi.rev.io:8443", "https://restapi.rev.io:8443/v1/SystemStatus"),
        ("*.rev.io", "https://sandbox.restapi.rev.io/v1/SystemStatus"),
        ("restapi.rev.io.", "https://RESTAPI.REV.IO./v1/SystemStatus"),
        ("bücher.example", "https://bücher.example/v1/SystemStatus"),
        ("203.0.113.7", "https://203.0.113.7/v1/SystemStatus"),
        ("2001:db8::1", "https://[2001:db8::1]/v1/SystemStatus"),
    ],
)
def test_calls_to_the_host_reach_the_mock(revio: MockRevio, named: str, url: str) -> None:
    with revio.intercept(named):
        assert requests.get(url, auth=revio.credentials, timeout=5).status_code == 200
    assert revio.requests.count(path="/v1/SystemStatus") == 1


def test_ports_are_numbers_or_names_of_services() -> None:
    assert [port_number(port) for port in (443, "443", b"443", "https", "nonesuch", None)] == [
        443,
        443,
        443,
        443,
        None,
        None,
    ]
