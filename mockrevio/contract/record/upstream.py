"""The proxy's way to the real service: a request goes out as it came, and the response comes back whole."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, ReadTimeout, RequestException
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import SKIP_HEADER

from mockrevio.contract.ca_bundle import require_ca_bundle
from mockrevio.contract.failures import describe
from mockrevio.contract.record.headers import Headers
from mockrevio.errors import UpstreamError
from mockrevio.revio.addresses import API_PATH

MAX_RESPONSE = 64 * 1024 * 1024
"""Bytes of the largest response that is passed on. A page of 500 records has about one megabyte."""

CONNECT_TIMEOUT = 10.0
CONNECTIONS = 64
"""How many connections are kept open, and how many requests may wait for the service at the same time."""

_PIECE = 256 * 1024
_ADDED_BY_CLIENTS = ("accept-encoding", "user-agent")
"""Headers that the HTTP client would add where a request has none."""


class UpstreamTimeout(UpstreamError):
    """The real service does not respond in time."""


class UpstreamResponse(NamedTuple):
    """A response of the real service, with its body as it was sent."""

    status: int
    reason: str
    headers: Headers
    body: bytes


class Upstream:
    """The real service. `url` ends in `/v1`; `timeout` is in seconds, for the next bytes of a response.

    Like other clients, it takes HTTPS_PROXY and REQUESTS_CA_BUNDLE from the environment. Raises SettingError
    if the latter does not exist.
    """

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        require_ca_bundle(url)
        self.url = url
        self.host = parts.netloc
        self.root = f"{parts.scheme}://{parts.netloc}"
        self.prefix = parts.path.removesuffix(API_PATH)
        """What stands before `/v1` in its paths, mostly nothing."""
        self._timeout = (CONNECT_TIMEOUT, timeout)
        self._adapter = _ExactAdapter(pool_connections=2, pool_maxsize=CONNECTIONS)
        with requests.Session() as session:
            self._environment: Mapping[str, Any] = session.merge_environment_settings(
                self.root, {}, None, None, None
            )

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    def send(self, method: str, target: str, headers: Headers, body: bytes | None) -> UpstreamResponse:
        """Send a request to the path and query `target`, with these headers and the Host of the service.

        Raises UpstreamTimeout, or UpstreamError if there is no complete response.
        """
        request = requests.PreparedRequest()
        request.method = method
        request.url = self.root + _encode_target(self.prefix + target if target != "*" else target)
        request.body = body
        request.headers = _header_dict([("Host", self.host), *headers], body)  # type: ignore[assignment]
        try:
            response = self._adapter.send(
                request,
                stream=True,
                timeout=self._timeout,
                verify=self._environment["verify"],
                cert=self._environment["cert"],
                proxies=self._environment["proxies"],
            )
            raw: urllib3.HTTPResponse = response.raw
            with response:
                content = self._read(raw)
        except (ConnectTimeout, ReadTimeout, ReadTimeoutError) as error:
            raise UpstreamTimeout(f"{self.root} does not respond: {_reason(error)}") from None
        except (RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            raise UpstreamError(f"there is no response from {self.root}: {_reason(error)}") from None
        return UpstreamResponse(raw.status, raw.reason or "", [*raw.headers.items()], content)

    def _read(self, raw: urllib3.HTTPResponse) -> bytes:
        """The body, still encoded as its Content-Encoding says."""
        pieces, size = [], 0
        while piece := raw.read(_PIECE, decode_content=False):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_RESPONSE:
                raise UpstreamError(f"the response of {self.root} is larger than {MAX_RESPONSE} bytes")
        return b"".join(pieces)


def _reason(error: Exception) -> str:
    return describe(error) if isinstance(error, RequestException) else str(error) or type(error).__name__


def _header_dict(headers: Headers, body: bytes | None) -> urllib3.HTTPHeaderDict:
    """Headers with repeated names, and without what the HTTP client would add."""
    result = urllib3.HTTPHeaderDict()
    for name, value in headers:
        result.add(name, value)
    for name in _ADDED_BY_CLIENTS:
        if name not in result:
            result.add(name, SKIP_HEADER)
    if body is not None:
        result["Content-Length"] = str(len(body))
    return result


# requests and urllib3 rewrite the escapes of a URL: `%2f` becomes `%2F`, and `[` becomes `%5B`. A target
# travels through them as hexadecimal digits, which they leave alone, and is decoded where it is sent.


def _encode_target(target: str) -> str:
    return "/" + target.encode("latin-1").hex()


def _decode_target(url: str) -> str:
    """The target in a URL, which is absolute if it goes to a proxy. Bytes that no target may have (RFC 3986)
    are escaped."""
    root, _, encoded = url.rpartition("/")
    target = bytes.fromhex(encoded)
    return root + "".join(chr(byte) if 0x21 <= byte <= 0x7E else f"%{byte:02X}" for byte in target)


class _ExactTarget:
    """A connection that sends targets as they came."""

    def putrequest(self, method: str, url: str, *arguments: Any, **options: Any) -> None:
        """Send the request line."""
        super().putrequest(method, _decode_target(url), *arguments, **options)  # type: ignore[misc]


class _PlainConnection(_ExactTarget, HTTPConnection):
    pass


class _TlsConnection(_ExactTarget, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _PlainPool, "https": _TlsPool}


class _ExactAdapter(HTTPAdapter):
    """Sends requests without changing them, directly or through a proxy."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Create the connection pools."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """The connection pools for a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager
