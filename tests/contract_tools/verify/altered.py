"""Mocks whose responses are altered on the way out, as no setting of theirs can do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mockrevio.app import create_app
from mockrevio.settings import Settings
from tests.support import Client, running

Headers = list[tuple[str, str]]
Alter = Callable[[dict[str, Any], str, Headers, bytes], tuple[str, Headers, bytes]]
"""Takes the environ, and the status, headers and body of a response; returns the altered ones."""


@contextmanager
def altered(
    alter: Alter | None = None,
    *,
    before: Callable[[dict[str, Any]], None] = lambda _: None,
    **options: Any,
) -> Iterator[Client]:
    """A mock whose requests to the API pass `before`, and whose responses pass `alter`."""
    app = create_app(Settings(ephemeral=True, explicit=frozenset(options), **options))
    inner = app.wsgi_app

    def outer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].lower().startswith("/v1"):
            return inner(environ, start_response)
        before(environ)
        started: list[Any] = []

        def start(status: str, headers: Headers, *_: Any) -> Callable[[bytes], None]:
            started[:] = [status, headers]
            return lambda _: None

        body = b"".join(inner(environ, start))
        status, headers, body = (alter or _as_it_is)(environ, started[0], started[1], body)
        headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body] if environ["REQUEST_METHOD"] != "HEAD" else []

    app.wsgi_app = outer  # type: ignore[method-assign]
    try:
        with running(app) as client:
            yield client
    finally:
        app.close()


def _as_it_is(_: object, status: str, headers: Headers, body: bytes) -> tuple[str, Headers, bytes]:
    return status, headers, body


def without_paging(environ: dict[str, Any]) -> None:
    """Ignore `page` and `page_size`: every record is on the one page."""
    pairs = [
        (name, value)
        for name, value in parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        if name.removeprefix("search.") not in ("page", "page_size")
    ]
    environ["QUERY_STRING"] = urlencode([*pairs, ("page_size", "500")])


def only_prefixed(environ: dict[str, Any]) -> None:
    """Know search parameters with the prefix only."""
    pairs = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    controls = ("page", "page_size", "sort")
    environ["QUERY_STRING"] = urlencode(
        [(name, value) for name, value in pairs if name.startswith("search.") or name in controls]
    )


def without_audits(environ: dict[str, Any]) -> None:
    """Lack an endpoint."""
    if environ["PATH_INFO"].lower().startswith("/v1/audits"):
        environ["PATH_INFO"] = "/v1/nothing"


def other_errors(_: object, status: str, headers: Headers, body: bytes) -> tuple[str, Headers, bytes]:
    """Errors as ASP.NET shows them by default."""
    if status < "4":
        return status, headers, body
    return status, headers, json.dumps({"Message": "An error has occurred."}).encode()


def with_echoed_secrets(
    environ: dict[str, Any], status: str, headers: Headers, body: bytes
) -> tuple[str, Headers, bytes]:
    """Every response repeats the credentials, in each place that a report could take something from."""
    sent = environ.get("HTTP_AUTHORIZATION", "none")
    key = environ.get("HTTP_OCP_APIM_SUBSCRIPTION_KEY", "none")
    leaks = [("Server", f"leaky {sent} {key}"), ("WWW-Authenticate", sent), ("Allow", f"GET, {sent}")]
    headers = [pair for pair in headers if pair[0] not in ("Server", "Allow", "WWW-Authenticate")] + leaks
    if status >= "4":
        error = {"ok": False, "error": sent, "message": f"{sent} {key}", "field": key, sent: key}
        return f"{status.partition(' ')[0]} {sent}", headers, json.dumps([error]).encode()
    try:
        content = json.loads(body)
    except ValueError:
        return status, headers, body
    for record in content.get("records", ()) if isinstance(content, dict) else ():
        record[sent], record["system_name"] = key, record.get("system_name", sent)
    return status, headers, json.dumps(content).encode()
