"""Exempting the address of a mock from the proxies of the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_EXEMPTIONS = ("no_proxy", "NO_PROXY")

_WITH_SYSTEM_PROXIES = ("darwin", "win32")
"""Where urllib would ignore the proxies of the system if only NO_PROXY were set."""


def _is_proxy_set() -> bool:
    return any(os.environ.get(name) or os.environ.get(name.upper()) for name in _PROXIES)


@contextmanager
def exempt_from_proxies(base_url: str) -> Iterator[None]:
    """Exempt a mock from HTTP_PROXY and the like, even if a test sets it later. Other exemptions stay.

    Libraries read one of the two spellings and ignore the other, so both get what either has.
    """
    if sys.platform in _WITH_SYSTEM_PROXIES and not _is_proxy_set():
        yield
        return
    before = {name: os.environ.get(name) for name in _EXEMPTIONS}
    hosts = [host.strip() for value in before.values() if value for host in value.split(",")]
    if set(hosts) != {"*"}:  # which means every host only as long as it is alone
        hosts.append(urlsplit(base_url).hostname or "127.0.0.1")
    exempt = ",".join(dict.fromkeys(filter(None, hosts)))
    os.environ.update(dict.fromkeys(_EXEMPTIONS, exempt))
    try:
        yield
    finally:
        for name, value in before.items():
            if os.environ.get(name) != exempt:
                continue  # somebody else changed it since
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
