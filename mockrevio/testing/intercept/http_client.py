"""http.client, which urllib, urllib3, requests and httplib2 are built on: kept connections, and proxies."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from mockrevio.testing.intercept import refusals, routes
from mockrevio.testing.intercept.hooks import Hook
from mockrevio.testing.intercept.patches import Patches
from mockrevio.testing.intercept.target import peer_of

_PROXY = ("host", "port", "_tunnel_host", "proxy", "proxy_config")
"""Attributes of a connection that say which proxy it uses; urllib3's has the last two."""


def destination(connection: Any) -> tuple[Any, Any]:
    """The host and port that a connection is for, which its proxy may lead to."""
    if getattr(connection, "_tunnel_host", None):
        return connection._tunnel_host, connection._tunnel_port
    return connection.host, connection.port


def make_connect(original: Any) -> Any:
    """`connect` that leaves out the proxy on the way to intercepted hosts, and to the mock itself."""

    def connect(connection: Any) -> Any:
        host, port = destination(connection)
        if not routes.bypasses_proxies(host, port):
            return original(connection)
        if connection.__class__.__module__.partition(".")[0] == "urllib3":
            refusals.check(host)
        with _without_proxy(connection, host, port):
            return original(connection)

    return connect


@contextmanager
def _without_proxy(connection: Any, host: Any, port: Any) -> Iterator[None]:
    saved = {name: getattr(connection, name) for name in _PROXY if hasattr(connection, name)}
    direct = {"host": host, "port": port}
    for name in saved:
        setattr(connection, name, direct.get(name))
    try:
        yield
    finally:
        for name, value in saved.items():
            setattr(connection, name, value)


def _make_putrequest(close: Any, original: Any) -> Any:
    def putrequest(connection: Any, method: str, url: str, *args: Any, **options: Any) -> Any:
        forwarded = url.lower().startswith(("http://", "https://"))
        host, port = _authority(url) if forwarded else destination(connection)
        if connection.sock is not None and not routes.usable(host, port, peer_of(connection.sock)):
            close(connection)  # it opens a connection again to send the request
        target = routes.find(host, port)
        if forwarded and connection.sock is None and routes.bypasses_proxies(host, port):
            connection.sock = socket.create_connection((host, port), connection.timeout)
        if target is not None:
            target.track_closeable(connection)
        return original(connection, method, url, *args, **options)

    return putrequest


def _authority(url: str) -> tuple[str | None, int]:
    parts = urlsplit(url)
    return parts.hostname, parts.port or (443 if parts.scheme.lower() == "https" else 80)


def _install(module: ModuleType, patches: Patches) -> None:
    # urllib3's `close` would also forget the tunnel and what the request is.
    make_putrequest = partial(_make_putrequest, module.HTTPConnection.close)
    patches.wrap(module.HTTPConnection, "putrequest", make_putrequest)
    patches.wrap(module.HTTPConnection, "connect", make_connect)
    if hasattr(module, "HTTPSConnection"):  # not without OpenSSL
        patches.wrap(module.HTTPSConnection, "connect", make_connect)


HOOKS = (Hook("http.client", "http", _install, ("HTTPConnection.putrequest",)),)
