"""What settings say about a proxy in front of the mock: its networks, and the prefix of the paths."""

from __future__ import annotations

import re
from functools import lru_cache

from mockrevio.settings.hosts import HostPattern, InvalidHost, is_allowed_host, parse_host

NETWORK_FORMAT = "an IP address or a network such as 10.0.0.0/8"
BASE_PATH_FORMAT = "a path such as /revio, of letters, digits and - . _ ~"

_PATH = re.compile(r"(/(?!\.{1,2}(/|\Z))[A-Za-z0-9._~-]+)+", re.ASCII)
_OWN = ("v1", "__admin", "openapi.json")
"""The first segments of the mock's own paths."""


class InvalidBasePath(ValueError):
    """A text that is no base path. `hint` says what to write instead, where that is clear."""

    def __init__(self, text: str, hint: str | None = None) -> None:
        super().__init__(text)
        self.hint = hint


def parse_network(text: str) -> str:
    """The usual form of an address or a network. Raises InvalidHost.

    A connection shows only the address that it comes from, so a name cannot be compared with it.
    """
    pattern = HostPattern.parse(text)
    if pattern.network is None:
        raise InvalidHost(text, "a connection shows no name; use the address or the network of the proxy")
    if not pattern.network.prefixlen:
        raise InvalidHost(text, "this would trust every client; use the network of the proxy")
    return parse_host(text)


@lru_cache(maxsize=256)  # proxies are few
def is_in_networks(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is in one of these networks, which `parse_network` has returned."""
    return is_allowed_host(address, networks)


def is_path_prefix(text: str) -> bool:
    """Whether a text is a path that paths can have in front without a change of their meaning.

    `//host` would be an address on another host, `..` would lead out of the prefix, and what is encoded has
    more than one spelling.
    """
    return _PATH.fullmatch(text) is not None


def parse_base_path(text: str) -> str:
    """The prefix without a slash at the end; `/` is no prefix. Raises InvalidBasePath."""
    path = text.strip()
    prefix = path.removesuffix("/")
    if not prefix and path:
        return ""
    if not prefix.startswith("/"):
        raise InvalidBasePath(text, f"did you mean /{prefix}?" if is_path_prefix(f"/{prefix}") else None)
    if not is_path_prefix(prefix):
        raise InvalidBasePath(text)
    first = prefix.split("/")[1]
    if first.lower() in _OWN:
        raise InvalidBasePath(text, f"/{first} is a path of the mock itself; use another prefix")
    return prefix
