"""The Forwarded header is read as RFC 7239 defines it."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.routes.proxies.forwarded import parse_forwarded
from mockrevio.routes.proxies.nodes import Malformed, Node, parse_entry, parse_node


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        # The examples of the RFC.
        ('for="_gazonk"', [{"for": "_gazonk"}]),
        ('For="[2001:db8:cafe::17]:4711"', [{"for": "[2001:db8:cafe::17]:4711"}]),
        (
            "for=192.0.2.60;proto=http;by=203.0.113.43",
            [{"for": "192.0.2.60", "proto": "http", "by": "203.0.113.43"}],
        ),
        ("for=192.0.2.43, for=198.51.100.17", [{"for": "192.0.2.43"}, {"for": "198.51.100.17"}]),
        ("for=_hidden, for=_SEVKISEK", [{"for": "_hidden"}, {"for": "_SEVKISEK"}]),
        (
            'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown',
            [{"for": "192.0.2.43"}, {"for": "[2001:db8:cafe::17]"}, {"for": "unknown"}],
        ),
        # Lists may have empty elements; what is in quotes separates nothing.
        (" ,for=a;;, ,for=b;\t", [{"for": "a"}, {"for": "b"}]),
        ('host="a,for=b;x";ext="\\"\\\\"', [{"host": "a,for=b;x", "ext": '"\\'}]),
        ('for=""', [{"for": ""}]),
        ("", []),
    ],
)
def test_elements_and_parameters(text: str, elements: list[dict[str, str]]) -> None:
    assert parse_forwarded(text) == elements


@pytest.mark.parametrize(
    "text",
    [
        *("for=a;for=b", "for=a;FOR=b", "for=", "for", "=a", "for =a", "for= a", "for=a b", "for=a for=b"),
        *(
            "for=[2001:db8::1]",
            "for=1.2.3.4:80",
            'for="a',
            'for=a"',
            'for="a"b',
            'for="a\\',
            "for=a\x00",
            "f\xfcr=a",
        ),
        *("host=http://a", "for='a, b'c d"),
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_forwarded(text)


def test_a_long_header_is_read_in_linear_time() -> None:
    text = 'for="' + "\\" * 60_000
    with pytest.raises(Malformed):
        parse_forwarded(text)
    assert len(parse_forwarded("for=a," * 10_000)) == 10_000


NODES: list[tuple[str, Any]] = [
    ("192.0.2.1", Node("192.0.2.1")),
    ("192.0.2.1:80", Node("192.0.2.1", "80")),
    ("[2001:DB8:0::1]:4711", Node("2001:db8::1", "4711")),
    ("[::ffff:192.0.2.1]", Node("192.0.2.1")),
]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        *NODES,
        ("unknown", Node("unknown", is_address=False)),
        ("Unknown:80", Node("unknown", "80", is_address=False)),
        ("_gazonk", Node("_gazonk", is_address=False)),
        ("_a.B-c:_port", Node("_a.B-c", is_address=False)),
        ("192.0.2.1:_port", Node("192.0.2.1")),
    ],
)
def test_a_node_is_an_address_or_hides_it(text: str, node: Node) -> None:
    assert parse_node(text) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [*NODES, ("2001:db8::1", Node("2001:db8::1")), ("unknown", Node("unknown", is_address=False))],
)
def test_an_entry_may_have_ipv6_without_brackets(text: str, node: Node) -> None:
    assert parse_entry(text) == node


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "_",
            "localhost",
            "192.0.2",
            "192.0.2.256",
            "0x7f.1",
            "2130706433",
            "192.0.2.1:",
            "192.0.2.1:0",
        ),
        *(
            "192.0.2.1:65536",
            "192.0.2.1:8_0",
            "[::1",
            "[::1]80",
            "[192.0.2.1]",
            "[fe80::1%eth0]x",
            "[]",
            "192.0.2.1 ",
        ),
        *("1.2.3.4, 5.6.7.8", "\u0661.2.3.4", "::1::"),
    ],
)
def test_anything_else_is_no_node(text: str) -> None:
    for parse in (parse_node, parse_entry):
        with pytest.raises(Malformed, match="is not"):
            parse(text)
