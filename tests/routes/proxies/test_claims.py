"""What a trusted proxy says about its client counts, and what the client itself has added does not."""

from __future__ import annotations

import pytest

from mockrevio.routes.proxies.claims import Claim, Contradictory, read_claim
from mockrevio.routes.proxies.nodes import Malformed, Node
from mockrevio.settings.proxies import is_in_networks

TRUSTED = ("10.0.0.0/8", "2001:db8:1::/48")


def claim(**headers: str) -> Claim:
    """What is read from headers such as `forwarded`, `x_for`, `x_host`."""
    environ = {"wsgi.url_scheme": "http", "HTTP_HOST": "mock.internal"}
    for name, text in headers.items():
        environ[f"HTTP_{name.upper().replace('X_', 'X_FORWARDED_')}"] = text
    return read_claim(environ, lambda address: is_in_networks(address, TRUSTED))


CLIENT = Node("192.0.2.1")


def test_without_headers_nothing_is_claimed() -> None:
    assert claim() == claim(forwarded=" ", x_for="") == Claim()


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.2, 2001:db8:1::5", "192.0.2.1"),
        # A client can only add at the left.
        ("10.9.9.9, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1, 198.51.100.1, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        # What is hidden is nobody that is trusted.
        ("198.51.100.1, unknown, 10.0.0.1", "unknown"),
        # All are trusted: the call comes from a proxy's own machine.
        ("10.0.0.1, 10.0.0.2", "10.0.0.1"),
    ],
)
def test_the_client_is_the_right_most_address_that_is_not_trusted(text: str, client: str) -> None:
    found = claim(x_for=text).client
    assert found is not None
    assert found.host == client
    quoted = ", ".join(f'for="[{each}]"' if ":" in each else f"for={each}" for each in text.split(", "))
    assert claim(forwarded=quoted).client == found


def test_scheme_and_host_come_from_the_outermost_trusted_proxy() -> None:
    chain = (
        "for=9.9.9.9;host=evil.example;proto=https",
        'for=192.0.2.1;host="a.test:8443"',
        "for=10.0.0.1;proto=https;host=b",
    )
    assert claim(forwarded=", ".join(chain)) == Claim(CLIENT, "https", "a.test:8443")
    lists = {
        "x_for": "9.9.9.9, 192.0.2.1, 10.0.0.1",
        "x_proto": "http, https, http",
        "x_host": "evil, a.test, b",
    }
    assert claim(**lists) == Claim(CLIENT, "https", "a.test")
    assert claim(**lists, x_prefix="/evil, /outer, /inner").prefix == "/outer/inner"


def test_a_single_value_counts_whoever_has_set_it() -> None:
    single = {"x_for": "9.9.9.9, 192.0.2.1", "x_proto": "HTTPS", "x_host": "a.test", "x_prefix": "/revio/"}
    assert claim(**single) == Claim(CLIENT, "https", "a.test", "/revio")
    assert claim(x_proto="https") == Claim(scheme="https")


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({"x_host": "a.test", "x_port": "8443", "x_proto": "https"}, "a.test:8443"),
        ({"x_host": "a.test", "x_port": "443", "x_proto": "https"}, "a.test"),
        ({"x_host": "a.test", "x_port": "80"}, "a.test"),
        ({"x_host": "a.test:30080", "x_port": "80", "x_proto": "https"}, "a.test:30080"),
        ({"x_host": "[2001:db8::1]", "x_port": "8080"}, "[2001:db8::1]:8080"),
        ({"x_port": "8080"}, "mock.internal:8080"),
        ({"forwarded": "host=a.test", "x_port": "8080"}, "a.test:8080"),
        ({"forwarded": 'host="a.test:1"', "x_port": "8080"}, "a.test:1"),
    ],
)
def test_the_port_completes_a_host_that_has_none(headers: dict[str, str], host: str) -> None:
    assert claim(**headers).host == host


def test_forwarded_completes_and_is_completed() -> None:
    both = claim(forwarded="for=192.0.2.1;host=A.test", x_for="192.0.2.1", x_host="a.test", x_proto="https")
    assert both == Claim(CLIENT, "https", "A.test")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"forwarded": "for=192.0.2.9", "x_for": "192.0.2.1"}, "the client is 192.0.2.9"),
        ({"forwarded": "for=_hidden", "x_for": "192.0.2.1"}, "the client is _hidden"),
        ({"forwarded": "proto=https", "x_proto": "http"}, "the scheme is https"),
        ({"forwarded": "host=localhost", "x_host": "a.test"}, "the host is localhost"),
        ({"forwarded": 'host="a.test:1"', "x_host": "a.test:2"}, "the port is 1"),
    ],
)
def test_headers_that_contradict_each_other_do_not_count(headers: dict[str, str], reason: str) -> None:
    with pytest.raises(Contradictory, match=reason):
        claim(**headers)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"forwarded": "for=192.0.2.1:80"}, "Forwarded is malformed: 'for=192.0.2.1:80'"),
        ({"forwarded": "for=localhost"}, "'localhost' is not an IP address"),
        ({"forwarded": "for=192.0.2.1;by=x"}, "'x' is not an IP address"),
        ({"forwarded": "for=x, for=192.0.2.1"}, "'x' is not an IP address"),
        ({"forwarded": "proto=javascript"}, "'javascript'"),
        ({"forwarded": 'host="a/b"'}, "'a/b' is not a host name"),
        ({"x_for": "192.0.2.1,"}, "X-Forwarded-For is malformed"),
        ({"x_for": "evil, 192.0.2.1"}, "'evil' is not an IP address"),
        ({"x_proto": "ftp"}, "X-Forwarded-Proto is malformed"),
        ({"x_host": "a.test/x"}, "X-Forwarded-Host is malformed"),
        ({"x_host": "a@b"}, "X-Forwarded-Host is malformed"),
        ({"x_host": "a\r\nX: y"}, "X-Forwarded-Host is malformed"),
        ({"x_port": "0"}, "X-Forwarded-Port is malformed"),
        ({"x_port": "80a"}, "X-Forwarded-Port is malformed"),
        ({"x_prefix": "//evil.example"}, "X-Forwarded-Prefix is malformed"),
        ({"x_prefix": "/a/../b"}, "X-Forwarded-Prefix is malformed"),
        ({"x_prefix": "/a%0d"}, "X-Forwarded-Prefix is malformed"),
        ({"x_prefix": "http://evil.example"}, "X-Forwarded-Prefix is malformed"),
        ({"x_proto": "https, http"}, "X-Forwarded-Proto has 2 entries and X-Forwarded-For 0"),
        ({"x_for": "192.0.2.1", "x_host": "evil, a.test"}, "has 2 entries and X-Forwarded-For 1"),
        ({"forwarded": "for=192.0.2.1", "x_for": "evil"}, "'evil' is not an IP address"),
    ],
)
def test_one_malformed_header_makes_all_of_them_void(headers: dict[str, str], reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        claim(**headers)
