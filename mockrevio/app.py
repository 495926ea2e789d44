"""The Flask app: the only wiring. The life of a request reads from top to bottom of `create_app`."""

from __future__ import annotations

import itertools
import sys
import traceback
from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from mockrevio.errors import ApiError, Problem, StorageError
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.wire.auth import authenticate, client_code, parse_authorization
from mockrevio.routes import admin, console, errors, integration, records
from mockrevio.routes.exchange import Exchange
from mockrevio.routes.origins import foreign_host, foreign_origin
from mockrevio.routes.paths import record_path_tolerances
from mockrevio.routes.responses import error_response, json_response
from mockrevio.settings import Settings
from mockrevio.world.worlds import Worlds

API = "/v1"
ADMIN = "/__admin"
PHRASES = {**responses, 413: "Request Entity Too Large"}
"""A: as ASP.NET says them; Python's own word for 413 is another in each version."""
WRITE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _MatchOnlyRule(Rule):
    """A rule that matches paths and builds none: nobody asks for that, and it is most of a rule's cost."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        del append_unknown
        return _builds_nothing


def _builds_nothing(*_: Any, **__: Any) -> tuple[str, str]:
    raise NotImplementedError("mockrevio's rules match paths; they build none")


class MockApp(Flask):
    """A Flask app that holds worlds. `close` it when done: that folds the log into the data file."""

    url_rule_class = _MatchOnlyRule

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        super().__init__("mockrevio", static_folder=None)
        self.worlds = self.extensions["mockrevio"] = Worlds(settings, warn)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: none here is asynchronous, and Flask would look thrice in every call."""
        return func

    def make_default_options_response(self) -> Response:
        """A: OPTIONS gives `Allow` and no body, so no type of one either."""
        record_behaviour("method.options")
        methods = super().make_default_options_response().allow
        response = Response(headers={"Allow": ", ".join(sorted(methods))})
        del response.headers["Content-Type"]
        return response

    def open(self) -> None:
        """Load the world; FixtureError or StorageError if that cannot be."""
        self.worlds.open()

    def close(self) -> None:
        """Let go of the data."""
        self.worlds.close()


class CaseInsensitivePaths:
    """C: Rev.io's paths ignore case. A: a trailing slash is tolerated. The admin side's are exact."""

    def __init__(self, wsgi_app: Callable[..., Iterable[bytes]]) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Pass the call on, its path in the spelling that the routes have."""
        path = environ.get("PATH_INFO", "")
        # WSGI's paths are bytes read as Latin-1: only ASCII may be folded, or a letter's bytes are torn.
        folded = path.lower() if path.isascii() else path.encode("latin-1").lower().decode("latin-1")
        if folded == API or folded.startswith(API + "/"):
            environ["mockrevio.path"] = path
            environ["PATH_INFO"] = folded.removesuffix("/")
        return self._wsgi_app(environ, start_response)


def create_app(
    settings: Settings | None = None, *, warn: Callable[[str], None] | None = None, load: bool = True
) -> MockApp:
    """Make the app that serves one mock Rev.io.

    With `load`, its world is loaded at once; otherwise it answers 503 until `open` is called. `warn` is
    told, a sentence at a time, what a person should know; standard error unless given.
    """
    settings = settings or Settings()
    app = MockApp(settings, warn or _warn)
    app.url_map.merge_slashes = False
    app.wsgi_app = CaseInsensitivePaths(app.wsgi_app)  # type: ignore[method-assign]
    request_numbers = itertools.count(1)

    # A call's way in.

    @app.before_request
    def receive() -> Response | None:
        """Find the world of the client code that the Basic header claims; then gateway, authentication,
        permission, and what faults have in store before the commit. The admin side has guards of its own."""
        environ = request.environ
        path: str = environ["PATH_INFO"]
        if path.startswith("//"):
            raise NotFound  # Werkzeug, which finds the routes, would overlook the slash too many
        if path.startswith(ADMIN):
            admin.check_access()
            return None
        caller = parse_authorization(environ.get("HTTP_AUTHORIZATION"))
        if not app.worlds.ready:
            problem = Problem(
                "server_error", "The service is starting.", explain="the fixture is being loaded"
            )
            return error_response(
                [problem], settings.error_shape, 503
            )  # no world yet whose shape would count
        if path != API and not path.startswith(f"{API}/"):
            return None
        here = g._get_current_object()
        here.world = world = app.worlds.for_client(client_code(caller, settings.credentials))
        here.exchange = exchange = Exchange(f"{next(request_numbers):08x}", caller, world, environ)
        record_path_tolerances(exchange.request.path)
        refused = exchange.apply_gateway()
        if refused is not None:
            return refused
        authenticate(caller, exchange.request.method, world.settings)
        _reject_foreign_writes(exchange.request.method, world.settings)
        return exchange.apply_faults()

    # The routes.

    app.register_blueprint(integration.blueprint)
    app.register_blueprint(records.blueprint)
    app.register_blueprint(admin.blueprint)
    app.register_blueprint(console.blueprint)

    @app.get("/")
    def welcome() -> Response:
        return json_response(
            {"mockrevio": "a local stand-in for Rev.io", "api": API, "admin": f"{ADMIN}/health"}
        )

    # A call's way out.

    @app.errorhandler(Exception)
    def handle_error(error: Exception) -> Response:
        """Every error becomes an answer here, in the shape of the side that was called."""
        handler = admin.handle_error if request.path.startswith(ADMIN) else errors.handle_error
        response = handler(error)
        if response.status_code == 500 and not isinstance(error, StorageError):
            traceback.print_exception(error, file=sys.stderr)
            if "exchange" in g:
                g.exchange.error = "".join(traceback.format_exception(error))
        return response

    @app.after_request
    def finish(response: Response) -> Response:
        """What faults have in store after the commit; then the request log has the call.

        The status is written as Rev.io's server does (`404 Not Found`).
        """
        exchange: Exchange | None = g.get("exchange")
        if exchange is not None:
            response = exchange.finish(response)
        elif not request.path.startswith(ADMIN):
            response.headers["X-Mock-Request-Id"] = f"{next(request_numbers):08x}"
        if response.status_code != 200:
            response.status = f"{response.status_code} {PHRASES.get(response.status_code, 'Unknown')}"
        return response

    if load:
        app.open()
    return app


def _reject_foreign_writes(method: str, settings: Settings) -> None:
    """Without authentication nothing else keeps a website from writing into somebody's mock."""
    if settings.auth != "off" or method not in WRITE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is None:
        return
    if foreign_origin() is not None or foreign_host(settings.allow_host) is not None:
        explain = f"with --auth off, writes from pages of other sites ({origin}) are refused"
        raise ApiError(Problem("forbidden", "The Origin of this call is not allowed.", explain=explain))


def _warn(message: str) -> None:
    print(f"mockrevio: {message}", file=sys.stderr, flush=True)
