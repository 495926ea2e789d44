"""What stands between the server and the app behind a proxy: it takes the prefix off, and says who calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from flask import Response, request

from mockrevio.cancellation import CancelScope
from mockrevio.routes.origins import RECEIVED_HOST
from mockrevio.routes.proxies.claims import Claim, Contradictory, read_claim
from mockrevio.routes.proxies.nodes import Malformed
from mockrevio.routes.responses import add_explanation
from mockrevio.scheduling import SUSPENSION
from mockrevio.settings.proxies import is_in_networks

if TYPE_CHECKING:
    from mockrevio.routes.mock_app import MockApp

_TRANSLATED = "mockrevio.translated"
"""The key of a WSGI environment that is translated: later passes of a request have the same one."""

_IGNORED = "mockrevio.ignored_headers"
"""The key of the reason why the headers of a trusted proxy do not count."""


class Front:
    """Translates the requests of a proxy into what the app would have received without it."""

    def __init__(self, base_path: str, trusted: tuple[str, ...]) -> None:
        self._base_path = base_path
        self._trusted = trusted

    def put_before(self, app: MockApp) -> None:
        """Translate whatever the server passes to the app."""
        wsgi_app, on_head, body_limit, urgent = app.wsgi_app, app.on_head, app.body_limit, app.urgent

        def translated(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            self.translate(environ)
            return wsgi_app(environ, start_response)

        def on_translated_head(environ: dict[str, Any]) -> CancelScope | None:
            self.translate(environ)
            return on_head(environ)

        app.wsgi_app = translated  # type: ignore[method-assign]
        app.on_head = on_translated_head
        if self._base_path:
            app.body_limit = lambda url: body_limit(self._path_of(url))  # type: ignore[method-assign]
            app.urgent = lambda path: urgent(self._path_of(path))  # type: ignore[method-assign]
        if self._trusted:
            app.after_request(_explain_ignored)

    def translate(self, environ: dict[str, Any]) -> None:
        """Change a WSGI environment, once, to what the client of the proxy has asked for."""
        if _TRANSLATED in environ:
            return
        environ[_TRANSLATED] = True
        claim = self._read_claim(environ)
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = self._split_path(
            environ["PATH_INFO"], claim.prefix, environ.get("SCRIPT_NAME", "")
        )
        if claim.scheme is not None:
            environ["wsgi.url_scheme"] = claim.scheme
        if claim.host is not None:
            environ[RECEIVED_HOST] = environ.get("HTTP_HOST")
            environ["HTTP_HOST"] = claim.host
        if claim.client is not None:
            environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = claim.client.host, claim.client.port

    def _read_claim(self, environ: dict[str, Any]) -> Claim:
        peer = environ.get("REMOTE_ADDR") or ""
        if not self._trusts(peer):
            return Claim()
        try:
            return read_claim(environ, self._trusts)
        except (Malformed, Contradictory) as error:
            environ[_IGNORED] = f"what the proxy {peer} says about its client does not count: {error}"
            return Claim()

    def _trusts(self, address: str) -> bool:
        return bool(address and self._trusted) and is_in_networks(address, self._trusted)

    def _split_path(self, path: str, stripped: str | None, mounted: str) -> tuple[str, str]:
        """SCRIPT_NAME and PATH_INFO. `stripped` is what a trusted proxy has taken off already, `mounted` the
        SCRIPT_NAME of another WSGI server."""
        rest = without_prefix(path, self._base_path)
        if stripped is None:
            return mounted + self._base_path, path if rest is None else rest
        if rest is None:
            return stripped, path
        # The proxy has left the prefix in the path; what it has taken off, or says that it has, comes before.
        has_both = stripped.lower().endswith(self._base_path.lower())
        return stripped if has_both else stripped + self._base_path, rest

    def _path_of(self, url: str) -> str:
        """The path of a request target without the prefix. It is decoded as far as the prefix needs it."""
        path = unquote_to_bytes(url.partition("?")[0].encode("latin-1")).decode("latin-1")
        rest = without_prefix(path, self._base_path)
        return url if rest is None else rest


def without_prefix(path: str, prefix: str) -> str | None:
    """A path without a prefix, in any case: those of Rev.io's API ignore it. None if it has another one."""
    if not prefix or path[: len(prefix)].lower() != prefix.lower():
        return None
    rest = path[len(prefix) :]
    return (rest or "/") if rest[:1] in ("", "/") else None


def _explain_ignored(response: Response) -> Response:
    """Say once, in the response that is sent, why the headers of a trusted proxy do not count."""
    environ = request.environ
    if SUSPENSION not in environ:
        reason = environ.pop(_IGNORED, None)
        if reason is not None:
            add_explanation(response, reason)
    return response
