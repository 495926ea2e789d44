"""What a trusted proxy says about its client: the address, and the scheme, host and prefix that it used.

A header grows to the right: each proxy adds what it has seen itself to what it has received. So what is at
the right is from the trusted proxy that has connected, and only as long as each entry is the address of
another trusted proxy does the one to its left count. What is left of the client's own address may come from
the client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from mockrevio.routes.origins import hostname
from mockrevio.routes.proxies.forwarded import parse_forwarded
from mockrevio.routes.proxies.nodes import Malformed, Node, parse_entry, parse_node, parse_port
from mockrevio.settings.proxies import is_path_prefix

DEFAULT_PORTS = {"http": "80", "https": "443"}

Entry = TypeVar("Entry")

Trust = Callable[[str], bool]
"""Whether the proxy at an address is trusted."""


class Claim(NamedTuple):
    """What the outermost trusted proxy says about its client; None where it says nothing."""

    client: Node | None = None
    scheme: str | None = None
    host: str | None = None
    """With the port, unless it is that of the scheme."""
    prefix: str | None = None


class Contradictory(ValueError):
    """Headers that cannot all be true. The message says which."""


def read_claim(environ: Mapping[str, Any], trusts: Trust) -> Claim:
    """Read the headers of a request that a trusted proxy has sent. Raises Malformed or Contradictory.

    `Forwarded` wins over `X-Forwarded-*` where it says something. But if both say something about the same
    and differ, then nothing counts: one of them is from a client, through a proxy that knows only the other.
    """
    headers = {name: text for name, key in _HEADERS.items() if (text := environ.get(key, "").strip())}
    if not headers:
        return Claim()
    claim, port = _x_forwarded(headers, trusts)
    if "Forwarded" in headers:
        standard = _forwarded(headers["Forwarded"], trusts)
        _require_same(standard, claim)
        claim = Claim(
            standard.client or claim.client,
            standard.scheme or claim.scheme,
            standard.host or claim.host,
            claim.prefix,
        )
    host = claim.host or environ.get("HTTP_HOST", "")
    if port is None or port == DEFAULT_PORTS[claim.scheme or environ["wsgi.url_scheme"]]:
        return claim
    if not hostname(host) or _port_of(host):
        return claim
    return claim._replace(host=f"{host.removesuffix(':')}:{port}")


_X_FORWARDED = ("For", "Proto", "Host", "Port", "Prefix")
_HEADERS = {
    "Forwarded": "HTTP_FORWARDED",
    **{f"X-Forwarded-{part}": f"HTTP_X_FORWARDED_{part.upper()}" for part in _X_FORWARDED},
}


def _require_same(standard: Claim, claim: Claim) -> None:
    pairs = (
        ("client", standard.client and standard.client.host, claim.client and claim.client.host),
        ("scheme", standard.scheme, claim.scheme),
        ("host", standard.host and hostname(standard.host), claim.host and hostname(claim.host)),
        ("port", standard.host and _port_of(standard.host), claim.host and _port_of(claim.host)),
    )
    for noun, ours, theirs in pairs:
        if ours and theirs and ours != theirs:
            raise Contradictory(
                f"Forwarded says that the {noun} is {ours}, X-Forwarded-* that it is {theirs}; have the "
                "proxy set both, or remove the one that it does not set"
            )


def _port_of(host: str) -> str:
    """The port in `name:port`; empty if there is none."""
    return host.rpartition("]")[2].partition(":")[2]


def _client_index(nodes: Sequence[Node], trusts: Trust) -> int:
    """The position of the client: the last one that is not a trusted proxy, or else the first."""
    for index in range(len(nodes) - 1, 0, -1):
        if not (nodes[index].is_address and trusts(nodes[index].host)):
            return index
    return 0


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)


# Forwarded.


def _forwarded(text: str, trusts: Trust) -> Claim:
    try:
        elements = parse_forwarded(text)
        # An element without `for` hides who the client of that proxy was.
        nodes = [parse_node(element.get("for", "unknown")) for element in elements]
        for element in elements:
            parse_node(element.get("by", "unknown"))
        schemes = [_scheme(element["proto"]) if "proto" in element else None for element in elements]
        hosts = [_host(element["host"]) if "host" in element else None for element in elements]
    except Malformed as error:
        raise Malformed(f"Forwarded is malformed: {error}") from None
    if not elements:
        return Claim()
    index = _client_index(nodes, trusts)
    client = nodes[index] if "for" in elements[index] else None
    return Claim(client, _first(schemes[index:]), _first(hosts[index:]))


def _scheme(text: str) -> str:
    scheme = text.lower()
    if scheme not in DEFAULT_PORTS:
        raise Malformed(f"the scheme is {text!r}, not http or https")
    return scheme


def _host(text: str) -> str:
    if not hostname(text):
        raise Malformed(f"{text!r} is not a host name or an address, with or without a port")
    return text


# X-Forwarded-*.


def _x_forwarded(headers: Mapping[str, str], trusts: Trust) -> tuple[Claim, str | None]:
    """What they say, and the port.

    The port is apart because it only counts for a host that has none: in a container, the one that the proxy
    listens on may be another one than the one that is published.
    """
    nodes = _entries(headers, "For", parse_entry)
    index = _client_index(nodes, trusts)

    def own(part: str, parse: Callable[[str], str]) -> list[str]:
        """What the trusted proxies say, the outermost first."""
        values = _entries(headers, part, parse)
        if len(values) < 2:
            return values
        if len(values) != len(nodes):
            raise Malformed(
                f"X-Forwarded-{part} has {len(values)} entries and X-Forwarded-For {len(nodes)}, so it is "
                "not certain which proxy has said what"
            )
        return values[index:]

    prefixes = own("Prefix", _prefix)
    claim = Claim(
        nodes[index] if nodes else None,
        _first(own("Proto", _scheme)),
        _first(own("Host", _host)),
        "".join(prefixes) if prefixes else None,
    )
    return claim, _first(own("Port", parse_port))


def _entries(headers: Mapping[str, str], part: str, parse: Callable[[str], Entry]) -> list[Entry]:
    name = f"X-Forwarded-{part}"
    try:
        return [parse(item.strip()) for item in headers[name].split(",")] if name in headers else []
    except Malformed as error:
        raise Malformed(f"{name} is malformed: {error}") from None


def _prefix(text: str) -> str:
    prefix = text.removesuffix("/")
    if prefix and not is_path_prefix(prefix):
        raise Malformed(f"{text!r} is not a path such as /revio")
    return prefix
