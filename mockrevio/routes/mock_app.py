"""Flask, adapted to what the mock needs. Each change overrides what Flask documents for that purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter, Rule

from mockrevio.cancellation import CancelScope
from mockrevio.errors import Problem
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.wire.body import MAX_BODY_SIZE
from mockrevio.revio.wire.envelopes import encode_json, error_body
from mockrevio.routes import admin
from mockrevio.routes.admin.guard import ADMIN_PATH
from mockrevio.routes.api import ANY_METHOD, options_response
from mockrevio.routes.origins import request_host
from mockrevio.routes.responses import JSON_CONTENT_TYPE
from mockrevio.settings import Settings
from mockrevio.telemetry.telemetry import Telemetry
from mockrevio.world.worlds import Worlds

_BELOW_API_PATH = f"{API_PATH}/"


def is_api_path(path: str) -> bool:
    """Whether a lowercase path belongs to Rev.io's API."""
    return path.startswith(_BELOW_API_PATH) or path == API_PATH


def routed_path(path: str) -> str:
    """The path that the routes match. Paths of the admin API are case-sensitive.

    C: Rev.io's paths are case-insensitive. A: a trailing slash is tolerated.
    """
    # Only ASCII letters have two cases here, or a path could change its length.
    lowered = path.lower() if path.isascii() else path.encode().lower().decode()
    return lowered.removesuffix("/") if is_api_path(lowered) else path


class MatchOnlyRule(Rule):
    """A URL rule that only matches paths, and with the methods `ANY_METHOD` leaves these to the view.

    Compiling the URL builder is most of a rule's cost.
    """

    def __init__(self, string: str, *, methods: Iterable[str] | None = None, **options: Any) -> None:
        any_method = methods is not None and set(methods) == set(ANY_METHOD)
        super().__init__(string, methods=None if any_method else methods, **options)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        del append_unknown
        return _cannot_build


def _cannot_build(*_: Any, **__: Any) -> tuple[str, str]:
    raise NotImplementedError("mockrevio's URL rules match paths but cannot build them")


class _NoSessions(SessionInterface):
    """Disables sessions, so that Flask does not look for cookies."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Return the shared null session."""
        del app, request
        return _NO_SESSION

    def is_null_session(self, obj: object) -> bool:
        """Return true, so that nothing is saved."""
        del obj
        return True


_NO_SESSION = NullSession()


class _Request(Request):
    """A request that finds the blueprints of its route once; Flask asks three times."""

    _blueprints: list[str] | None = None

    @property
    def blueprints(self) -> list[str]:
        """The names of the blueprints, from the inside out."""
        if self._blueprints is None:
            self._blueprints = super().blueprints
        return self._blueprints


class MockApp(Flask):
    """A Flask app that owns worlds. Call `close` when done: it checkpoints the log into the data file."""

    request_class = _Request
    url_rule_class: type[Rule] = MatchOnlyRule
    session_interface = _NoSessions()
    cooperative = True
    """The app never blocks the event loop: it suspends requests that would (`mockrevio.scheduling`)."""

    on_head: Callable[[dict[str, Any]], CancelScope | None]
    """Called by the server when it has the head of a request and waits for the body; set by `create_app`."""

    handles_rejections = True
    """The app also responds to requests that the server rejects (`mockrevio.routes.rejections`)."""

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        super().__init__("mockrevio", static_folder=None)
        self.url_map.converters.update(admin.CONVERTERS)
        self.url_map.merge_slashes = False
        self.url_map.redirect_defaults = False
        self.telemetry = self.extensions["mockrevio_telemetry"] = Telemetry(settings)
        self.worlds = self.extensions["mockrevio"] = Worlds(settings, warn, self.telemetry.observers)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Match routes by the path alone; the host is irrelevant.

        Also sets `request.path` to the routed path.
        """
        if request is None:
            return None  # this is for building URLs outside of requests
        request.path = path = routed_path(request.path)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            server_name=request_host(environ),  # of a redirect
            script_name=environ.get("SCRIPT_NAME") or "/",
            subdomain="",
            url_scheme=request.scheme,
            path_info=path,
            default_method=request.method,
            query_args=environ.get("QUERY_STRING", ""),
        )

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func` unchanged: no function here is async, and Flask checks three per request."""
        return func

    def make_default_options_response(self) -> Response:
        """The response to OPTIONS where no view has its own."""
        return options_response(super().make_default_options_response().allow)

    @staticmethod
    def body_limit(url: str) -> int:
        """The largest request body at this path, which may have a query, in bytes."""
        return admin.MAX_BODY_SIZE if url.startswith(ADMIN_PATH) else MAX_BODY_SIZE

    @staticmethod
    def urgent(path: str) -> bool:
        """Whether a request for this path bypasses the run queue."""
        return path in admin.PROBE_PATHS

    def refusal(self, message: str) -> tuple[str, bytes]:
        """Content type and body of the response to a connection that the server refuses."""
        worlds = self.worlds
        settings = worlds.default().settings if worlds.ready else worlds.settings
        return JSON_CONTENT_TYPE, encode_json(
            error_body([Problem("server_error", message)], settings.error_shape)
        )

    def open(self) -> None:
        """Load the fixture and the data. Raises FixtureError or StorageError if that fails."""
        self.worlds.open()

    def close(self) -> None:
        """Close all worlds and release the data folder. Raises StorageError if a checkpoint fails."""
        try:
            self.worlds.close()
        finally:
            self.telemetry.close()
