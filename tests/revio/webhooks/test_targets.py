"""A mock calls nobody but this machine and the hosts that were named."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from mockrevio.revio.webhooks.targets import parse_target, resolve

HERE = [
    "http://127.0.0.1:8080/hook",
    "http://127.0.0.1",
    "https://127.8.9.1:1/",
    "http://localhost/a?b=c",
    "HTTP://LOCALHOST:80/",
    "http://app.localhost/x",
    "http://[::1]:9000/hook",
]
STRANGERS = [
    "http://example.com/hook",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://0.0.0.0:80/",
    "http://127.0.0.1.evil.com/",
    "http://localhost.evil.com/",
    "http://evil.com/localhost",
    "http://notlocalhost/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://[::1%25lo]/",
    "http://[::]/",
    "http://[2001:db8::1]/",
    "http://xn--lcalhost-54a/",
    "http://127.0.0.1%2eevil.com/",
]
MALFORMED = [
    "",
    "127.0.0.1/hook",
    "//127.0.0.1/hook",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "http://",
    "http:///hook",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:abc/",
    "http://127.0.0.1:/",
    "http://[::1]evil.com/",
    "http://[::1/",
    "http://user:password@127.0.0.1/",
    "http://127.0.0.1@evil.com/",
    "http://evil.com#@127.0.0.1/",
    "http://evil.com\\@127.0.0.1/",
    "http://127.0.0.1\\.evil.com/",
    "http://127.0.0.1 /",
    " http://127.0.0.1/",
    "http://127.0.0.1/\r\nX-Injected: 1",
    "http://127.0.0.1/\u00e9",
    "http://\u2460\u2461\u2466.0.0.1/",
    "http://127.0.0.1/" + "a" * 2000,
]


@pytest.mark.parametrize("url", HERE)
def test_this_machine_may_be_called(url: str) -> None:
    assert parse_target(url, ()).is_loopback


@pytest.mark.parametrize("url", STRANGERS)
def test_strangers_may_not_be_called(url: str) -> None:
    with pytest.raises(ValueError, match="--webhook-host"):
        parse_target(url, ("allowed.test", "*.below.test"))


@pytest.mark.parametrize("url", MALFORMED)
def test_urls_that_parsers_could_disagree_on_may_not_be_called(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_target(url, ("allowed.test", "*.below.test"))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://allowed.test/", True),
        ("http://ALLOWED.test:81/", True),
        ("http://a.allowed.test/", False),
        ("http://below.test/", False),
        ("http://a.below.test/", True),
        ("http://a.b.below.test/", True),
        ("http://evilbelow.test/", False),
        ("http://allowed.test.evil.com/", False),
        ("http://10.1.2.3/", True),
        ("http://10.1.2.33/", False),
        ("http://[fd00::1]/", True),
    ],
)
def test_only_allowed_hosts_may_be_called(url: str, allowed: bool) -> None:
    hosts = ("Allowed.test", "*.below.test", "10.1.2.3", "fd00::1")
    if allowed:
        assert not parse_target(url, hosts).is_loopback
    else:
        with pytest.raises(ValueError, match="--webhook-host"):
            parse_target(url, hosts)


def test_a_target_has_all_parts_of_a_request() -> None:
    target = parse_target("https://[::1]:8443/hooks?a=1&b=2#part", ())
    assert (target.scheme, target.host, target.port, target.netloc) == ("https", "::1", 8443, "[::1]:8443")
    assert target.path == "/hooks?a=1&b=2"
    assert parse_target("http://localhost", ()).path == "/"


def test_a_loopback_name_that_resolves_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve_to_stranger(*_arguments: Any, **_options: Any) -> list[Any]:
        here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
        return [here, (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve_to_stranger)
    with pytest.raises(ValueError, match=r"localhost resolves to 10\.1\.2\.3"):
        resolve(parse_target("http://localhost/", ()))
    assert len(resolve(parse_target("http://allowed.test/", ("allowed.test",)))) == 2
