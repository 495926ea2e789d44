"""Redirecting requests for Rev.io's own addresses, made in this process, to a mock.

The functions that open connections are patched in http.client, urllib3 (used by requests), httpcore (used by
httpx) and aiohttp, wherever they are installed. A connection to an intercepted host becomes a plain HTTP
connection to the mock, so neither a certificate nor `mockrevio[tls]` is needed. Other hosts are unaffected.
"""

from __future__ import annotations

import http.client
import importlib
import os
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from mockrevio.errors import ServerError
from mockrevio.revio.addresses import HOSTS

_NO_PROXY = ("NO_PROXY", "no_proxy")


class Interception:
    """Redirects requests for `hosts` to the mock at `base_url`, from `start` to `stop` or in a `with` block.

    Raises ServerError if the mock serves HTTPS.
    """

    def __init__(self, base_url: str, hosts: Iterable[str] = HOSTS) -> None:
        parts = urlsplit(base_url)
        if parts.scheme == "https":
            raise ServerError(
                f"intercept() does not work with a mock that serves HTTPS ({base_url}); start the mock "
                "without --tls: the code under test can still call https:// addresses"
            )
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._hosts = frozenset(host.lower() for host in hosts)
        self._patched: list[tuple[Any, str, Any]] = []
        self._sockets: list[Any] = []
        self._proxies: dict[str, str | None] = {}

    def start(self) -> Self:
        """Start redirecting. Raises ServerError if this interception is active already."""
        if self._patched:
            raise ServerError(
                "this interception is active already; to nest interceptions, call intercept() again"
            )
        try:
            self._bypass_proxies()
            for patch in (
                self._patch_http_client,
                self._patch_urllib3,
                self._patch_httpcore,
                self._patch_aiohttp,
            ):
                with suppress(ImportError):
                    patch()
        except BaseException:
            self.stop()  # all patches or none: the process must not stay partially intercepted
            raise
        return self

    def stop(self) -> None:
        """Restore the libraries and the environment, and close pooled connections to the mock."""
        while self._patched:
            owner, name, original = self._patched.pop()
            setattr(owner, name, original)
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()
        for name, value in self._proxies.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._proxies.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _matches_host(self, host: object) -> bool:
        return isinstance(host, str) and host.lower().rstrip(".") in self._hosts

    def _patch(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        original = getattr(owner, name)
        setattr(owner, name, make(original))
        self._patched.append((owner, name, original))

    def _bypass_proxies(self) -> None:
        """Exempt the hosts from a proxy in the environment, which would connect to the real Rev.io."""
        for name in _NO_PROXY:
            self._proxies[name] = os.environ.get(name)
            os.environ[name] = ",".join(filter(None, [os.environ.get(name), *sorted(self._hosts)]))

    def _open_socket(self, timeout: Any, source: Any) -> socket.socket:
        sock = socket.create_connection(self._address, timeout, source)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sockets.append(sock)
        return sock

    def _make_connect(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        def connect(connection: Any) -> None:
            # With a proxy, `host` is the proxy and the tunnel leads to the requested host.
            if not self._matches_host(getattr(connection, "_tunnel_host", None) or connection.host):
                original(connection)
                return
            connection.sock = self._open_socket(connection.timeout, connection.source_address)
            connection.is_verified = True  # otherwise urllib3 warns about an unverified request

        return connect

    def _patch_http_client(self) -> None:
        for connection_class in (http.client.HTTPConnection, http.client.HTTPSConnection):
            self._patch(connection_class, "connect", self._make_connect)

    def _patch_urllib3(self) -> None:
        module = importlib.import_module("urllib3.connection")
        for connection_class in (module.HTTPConnection, module.HTTPSConnection):
            self._patch(connection_class, "connect", self._make_connect)

    def _patch_httpcore(self) -> None:
        httpcore = importlib.import_module("httpcore")
        self._patch(httpcore.SyncBackend, "connect_tcp", self._make_connect_tcp)
        for name in ("AnyIOBackend", "TrioBackend"):
            backend = getattr(httpcore, name, None)
            # Without anyio or trio, httpcore has a placeholder for the backend, or no such name.
            if hasattr(backend, "connect_tcp"):
                self._patch(backend, "connect_tcp", self._make_async_connect_tcp)

    def _make_connect_tcp(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def connect_tcp(backend: Any, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if not self._matches_host(host):
                return original(backend, host, port, *args, **kwargs)
            stream = original(backend, *self._address, *args, **kwargs)
            stream.start_tls = lambda *_, **__: stream
            self._sockets.append(stream.get_extra_info("socket"))
            return stream

        return connect_tcp

    def _make_async_connect_tcp(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def connect_tcp(backend: Any, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if not self._matches_host(host):
                return await original(backend, host, port, *args, **kwargs)
            stream = await original(backend, *self._address, *args, **kwargs)

            async def start_tls(*_: Any, **__: Any) -> Any:
                return stream

            stream.start_tls = start_tls
            self._sockets.append(stream.get_extra_info("socket"))
            return stream

        return connect_tcp

    def _patch_aiohttp(self) -> None:
        connector = importlib.import_module("aiohttp.connector").TCPConnector
        self._patch(connector, "_get_ssl_context", self._make_get_ssl_context)
        self._patch(connector, "_resolve_host", self._make_resolve_host)
        self._patch(connector, "_create_direct_connection", self._make_create_connection)

    def _make_get_ssl_context(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get_ssl_context(connector: Any, request: Any) -> Any:
            return None if self._matches_host(request.url.raw_host) else original(connector, request)

        return get_ssl_context

    def _make_resolve_host(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def resolve_host(connector: Any, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if not self._matches_host(host):
                return await original(connector, host, port, *args, **kwargs)
            address, port = self._address
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            resolved = {"hostname": host, "host": address, "port": port, "family": family, "proto": 0}
            return [{**resolved, "flags": socket.AI_NUMERICHOST}]

        return resolve_host

    def _make_create_connection(self, original: Callable[..., Any]) -> Callable[..., Any]:
        async def create_direct_connection(connector: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            transport, protocol = await original(connector, request, *args, **kwargs)
            if self._matches_host(request.url.raw_host):
                self._sockets.append(transport.get_extra_info("socket"))
            return transport, protocol

        return create_direct_connection
