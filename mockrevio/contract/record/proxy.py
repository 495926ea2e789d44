"""The proxy itself: a WSGI app that passes each request on, and shows the exchange to its outputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mockrevio.contract.record.exchange import Exchange
from mockrevio.contract.record.headers import Headers, request_headers, response_headers
from mockrevio.contract.record.output import Output
from mockrevio.contract.record.upstream import CONNECTIONS, Upstream, UpstreamTimeout
from mockrevio.errors import ApiError, UpstreamError
from mockrevio.reporting import report_exception
from mockrevio.revio.wire.envelopes import EXPLAIN_HEADER
from mockrevio.revio.wire.request import has_body, hide_secrets_of
from mockrevio.revio.wire.request import request_headers as headers_by_name
from mockrevio.routes.origins import foreign_host, foreign_page, is_from_browser, request_host
from mockrevio.scheduling import FIELDS, TARGET
from mockrevio.settings.hosts import is_address

MAX_REQUEST = 16 * 1024 * 1024
"""Bytes of the largest request that is passed on. Rev.io takes one megabyte (A)."""


class Refusal(Exception):
    """A response of the proxy itself: a status, an error code and a sentence."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        self.status = status
        self.code = code
        super().__init__(message)


class Proxy:
    """Passes requests on to `upstream`. `host` is the address that it listens on."""

    threads = CONNECTIONS
    """How many requests the server lets wait for the service at the same time."""

    def __init__(self, upstream: Upstream, host: str, outputs: Sequence[Output]) -> None:
        self._upstream = upstream
        self._hosts = tuple(filter(is_address, (host,)))
        """What browsers may call it, besides loopback. DNS rebinding needs a name."""
        self._outputs = outputs

    @staticmethod
    def body_limit(_: str) -> int:
        """How many bytes of a body are received."""
        return MAX_REQUEST

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Handle a request."""
        try:
            self._reject_web_pages(environ)
            exchange = self._pass_on(environ)
        except Refusal as refusal:
            return _refuse(refusal, environ, start_response)
        response = exchange.response
        added = self._record(exchange, environ)
        upstream = (self._upstream.host, self._upstream.prefix)
        own_root = f"{environ['wsgi.url_scheme']}://{request_host(environ)}"
        headers = [*response_headers(response.headers, upstream=upstream, own_root=own_root), *added]
        start_response(f"{response.status} {response.reason}".rstrip(), headers)
        return [response.body]

    def _pass_on(self, environ: Mapping[str, Any]) -> Exchange:
        body = _read_body(environ)
        method, target = environ["REQUEST_METHOD"], environ[TARGET]
        headers = [*request_headers(environ[FIELDS])]
        try:
            response = self._upstream.send(method, target, headers, body)
        except UpstreamTimeout as error:
            raise Refusal(HTTPStatus.GATEWAY_TIMEOUT, "upstream_timeout", str(error)) from None
        except UpstreamError as error:
            raise Refusal(HTTPStatus.BAD_GATEWAY, "upstream_failed", str(error)) from None
        return Exchange(method, target, headers_by_name(environ), body, response)

    def _record(self, exchange: Exchange, environ: Mapping[str, Any]) -> Headers:
        """Show the exchange to the outputs. Whatever happens there, the client gets its response: what it
        asked for has been done."""
        added: list[tuple[str, str]] = []
        for output in self._outputs:
            try:
                added += output(exchange)
            except Exception as error:
                report_exception(error, lambda text: hide_secrets_of(environ, text))
        return added

    def _reject_web_pages(self, environ: Mapping[str, Any]) -> None:
        """Raise Refusal for a request of a web page: the browser may know the credentials of a real account.

        With a name that was pointed at this machine (DNS rebinding), a page could even read the response.
        """
        if not is_from_browser(environ):
            return
        header = foreign_page(environ)
        if header is not None:
            message = f"web pages of other origins may not use this proxy ({header})"
            raise Refusal(HTTPStatus.FORBIDDEN, "foreign_origin", message)
        name = foreign_host(environ, self._hosts)
        if name is not None:
            message = f"browsers may not use this proxy by the host name {name}; use its address"
            raise Refusal(HTTPStatus.FORBIDDEN, "foreign_host", message)


def _read_body(environ: Mapping[str, Any]) -> bytes | None:
    """The body of a request, None if it has none. Raises Refusal."""
    if not has_body(environ):
        return b"" if "CONTENT_LENGTH" in environ else None
    try:
        body: bytes = environ["wsgi.input"].read(MAX_REQUEST + 1)
    except ApiError as error:
        message = f"the body could not be read, so it was not passed on: {error.problems[0].explain}"
        raise Refusal(HTTPStatus.BAD_REQUEST, "malformed_body", message) from None
    if len(body) > MAX_REQUEST:
        message = f"the body is larger than {MAX_REQUEST} bytes, so it was not passed on"
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)
    return body


def _refuse(refusal: Refusal, environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
    message = " ".join(hide_secrets_of(environ, f"mockrevio record: {refusal}").split())
    body = json.dumps({"error": refusal.code, "message": message}).encode("ascii")
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        (EXPLAIN_HEADER, message.encode("ascii", "backslashreplace").decode("ascii")),
    ]
    start_response(f"{refusal.status.value} {refusal.status.phrase}", headers)
    return [body]
