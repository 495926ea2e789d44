"""Where a call comes from, as far as browsers tell: websites must not drive somebody's mock."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from flask import request


def request_host() -> str:
    """The name and port under which the caller knows this server: `restapi.rev.io`, `127.0.0.1:7384`.

    The Host header as it was sent: Flask's `request.host` is blank for a name with an underscore, as
    services in container networks have.
    """
    environ = request.environ
    sent: str = environ.get("HTTP_HOST", "")
    found = _HOST.fullmatch(sent)
    if found and int(found["port"] or 0) <= MAX_PORT:
        return sent
    # What is no host is not passed on in a Location.
    name, port = environ["SERVER_NAME"], environ["SERVER_PORT"]
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


MAX_PORT = 65535
_HOST = re.compile(r"([A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?", re.ASCII)


def foreign_origin() -> str | None:
    """The Origin of this call if it is not the mock's own, as a page of another site sends it."""
    origin = request.headers.get("Origin")
    return origin if origin is not None and _netloc(origin) != request_host().lower() else None


def foreign_host(allowed: Collection[str]) -> str | None:
    """The Host of this call, without its port, if it is neither loopback nor allowed.

    A website can have its own name point at this machine, and its pages then count as the mock's own.
    """
    host = request.headers.get("Host")
    if host is None:
        return None  # no browser leaves it out
    name = _hostname(host)
    if name is None:
        return host
    return None if _is_loopback(name) or name in {_hostname(each) for each in allowed} else name


def _hostname(text: str) -> str | None:
    """The name in `name:port`, in lower case; None where there is none to be read."""
    try:
        return urlsplit(f"//{text}").hostname or None
    except ValueError:
        return None


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
