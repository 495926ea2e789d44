"""Request targets (RFC 9112, 3.2): their forms, and their host."""

from __future__ import annotations

import re
from typing import NamedTuple

from mockrevio.server.bad_request import BadRequest

MAX_PORT = 65535
_ABSOLUTE = re.compile(rb"([A-Za-z]+)://([^/?#]*)(.*)", re.DOTALL)
_HOST = re.compile(
    rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._~-]+)?\])(?::([0-9]{0,5}))?"
)


class RequestTarget(NamedTuple):
    """A request target. `scheme` and `authority` are empty unless it is a complete URL.

    `path` has the query with it; it is empty where a complete URL ends with the authority.
    """

    scheme: str
    authority: bytes
    path: bytes


def split_target(target: bytes) -> RequestTarget:
    """Split a target without validating it."""
    absolute = None if target.startswith(b"/") else _ABSOLUTE.fullmatch(target)
    if absolute is None:
        return RequestTarget("", b"", target)
    scheme, authority, path = absolute.groups()
    return RequestTarget(scheme.decode().lower(), authority, b"/" + path if path.startswith(b"?") else path)


def check_target(target: RequestTarget, method: str, *, secure: bool) -> bytes:
    """Return the path and query of a target. Raises BadRequest if it is invalid.

    `secure` says whether the request came over TLS.
    """
    path = target.path
    if b"#" in path:
        raise BadRequest(400, "The request target has a fragment.")
    if target.scheme:
        _check_authority(target, secure=secure)
        # Proxies pass OPTIONS * on as a URL without a path; the server is to change it back.
        return path or (b"*" if method == "OPTIONS" else b"/")
    if not path.startswith(b"/") and not (path == b"*" and method == "OPTIONS"):
        raise BadRequest(400, "The request target must be a path or an http URL; * is only for OPTIONS.")
    return path


def _check_authority(target: RequestTarget, *, secure: bool) -> None:
    if target.scheme not in ("http", "https"):
        raise BadRequest(400, "The request target must be a path or an http URL.")
    if b"@" in target.authority:
        raise BadRequest(
            400, "The request target has a user name; send credentials in the Authorization header."
        )
    if target.authority.startswith(b":") or not target.authority or not is_host(target.authority):
        raise BadRequest(
            400,
            "The request target must be a URL with a host and a valid port, such as http://localhost:7384/.",
        )
    if target.scheme == "https" and not secure:
        raise BadRequest(421, "An https URL was requested without TLS. Use http, or turn TLS on.")


def is_host(text: bytes) -> bool:
    """Whether this is the value of a Host header: a name or an address, with or without a port."""
    match = _HOST.fullmatch(text)
    return match is not None and int(match[1] or 0) <= MAX_PORT
