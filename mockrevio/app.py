"""The Flask app: all the wiring, and the life of a request from top to bottom.

A request to Rev.io's API (`/v1`) passes through this file in order:

1. `MockApp.create_url_adapter` lowercases the path that the routes match.
2. `receive` picks the world and applies the gateway, authentication and faults. Each of them may respond
   instead of the route.
3. The route (`routes/integration.py`, `routes/records.py`, `routes/provisioning.py`) parses the request,
   calls the world and builds the response.
4. `handle_error` turns an exception from any earlier step into a response.
5. `finish` applies the remaining faults and adds the request to the request log.

Behind a proxy, `routes/proxies/front.py` first takes the prefix off the path, and replaces the address,
scheme and host by those of the proxy's client.

A request that has to wait takes several passes (`mockrevio.scheduling`); later ones skip what is done.

A request to the admin API (`/__admin`) only passes its own guards (`admin.check_access`) and steps 3 and 4.
The gateway, Rev.io's authentication, faults and the request log do not apply to it, so no fault rule can
lock you out of the mock. Browsers that open `/` or `/v1` are sent to its console.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from http.client import responses
from typing import Any

from flask import Response, request
from werkzeug.exceptions import NotFound

from mockrevio import reporting
from mockrevio.cancellation import Cancelled, CancelScope, enter_scope
from mockrevio.errors import Problem, StorageError
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.wire.auth import authenticate, client_code, parse_authorization
from mockrevio.revio.wire.request import has_whole_body, hide_secrets_of
from mockrevio.routes import (
    admin,
    console,
    cors,
    errors,
    integration,
    openapi,
    page_guard,
    provisioning,
    records,
    webhooks,
)
from mockrevio.routes.admin.guard import ADMIN_PATH
from mockrevio.routes.api import options_response
from mockrevio.routes.exchange import (
    EARLY_EXCHANGE_KEY,
    EXCHANGE_KEY,
    Exchange,
    current_exchange,
)
from mockrevio.routes.mock_app import MockApp, is_api_path, routed_path
from mockrevio.routes.paths import record_path_leniency
from mockrevio.routes.rejections import reject
from mockrevio.routes.responses import error_response, json_response, suspend
from mockrevio.scheduling import REJECTION, Abort, Offload, WouldBlock, require_thread
from mockrevio.settings import Settings
from mockrevio.suspension_middleware import SuspensionMiddleware
from mockrevio.world.file_names import world_name
from mockrevio.world.worlds import DEFAULT_WORLD

REASON_PHRASES = {**responses, 413: "Request Entity Too Large"}
"""A: as in ASP.NET. Python's own phrase for 413 differs between versions."""


def create_app(
    settings: Settings | None = None, *, warn: Callable[[str], None] | None = None, load: bool = True
) -> MockApp:
    """Create the app that serves one mock Rev.io.

    By default the fixture and the data are loaded before this returns. With `load=False`, the app responds
    with 503 until you call its `open` method. `warn` receives each warning for the user as a sentence; by
    default warnings go to standard error.

    Raises FixtureError or StorageError if loading fails.
    """
    settings = settings or Settings()
    app = MockApp(settings, warn or reporting.warn)
    app.wsgi_app = SuspensionMiddleware(app.wsgi_app)  # type: ignore[method-assign]
    request_numbers = itertools.count(1)

    def new_request_id() -> str:
        return f"{next(request_numbers):08x}"

    # The way in. Flask runs `receive` even if no route matches: an unknown path needs credentials, too.

    @app.before_request
    def receive() -> Response | None:  # noqa: PLR0911 (a return for each thing that may respond)
        """Apply everything that may respond instead of the route; return None to run the route."""
        # `request` itself is a proxy, which is slower.
        current = request._get_current_object()  # type: ignore[attr-defined]
        environ, path = current.environ, current.path
        rejection = environ.get(REJECTION)
        if rejection is not None:  # by the server, for example because it is not valid HTTP
            reject(rejection, path, environ, app.worlds, new_request_id)
        if environ["PATH_INFO"].startswith("//"):
            raise NotFound  # Werkzeug's router ignores the extra slash
        if path.startswith(ADMIN_PATH):
            _enter_admin(path, app.worlds.lifetime)
            return None
        exchange: Exchange | None = environ.get(EXCHANGE_KEY)
        if exchange is not None:  # a later pass
            return exchange.resume()

        # A person who opens the mock's address in a browser.
        redirect = console.redirect_browser(environ, path)
        if redirect is not None:
            return redirect

        # A CORS preflight request, which has no credentials.
        preflight = cors.preflight_response(environ, settings.allow_origin)
        if preflight is not None:
            return preflight

        # Who claims to be calling. `authenticate` verifies it below, after the gateway.
        caller = parse_authorization(environ.get("HTTP_AUTHORIZATION"))
        if not app.worlds.ready:
            problem = Problem(
                "server_error", "The service is starting.", explain="the fixture is still loading"
            )
            return error_response([problem], settings.error_shape, 503)  # no world to take the shape from
        if not is_api_path(path):
            return None

        # Pick the world by client code, and capture the request for the fault rules and the request log.
        exchange = environ.pop(EARLY_EXCHANGE_KEY, None)
        if exchange is None:
            client = client_code(caller, settings.credentials)
            if settings.isolate_clients and not app.worlds.exists(client):
                page_guard.reject_foreign_page(environ, settings, changes=True)  # even a read would create it
            world = app.worlds.for_client(client)
            exchange = Exchange(new_request_id(), caller, world, environ, complete=has_whole_body(environ))
        if exchange.receiving:
            exchange.receive_body()
        world = exchange.world
        record_path_leniency(exchange.request.path)

        # The gateway in front of Rev.io: subscription key, rate limit, quota.
        response = exchange.apply_gateway()
        if response is not None:
            return response

        # Rev.io itself: credentials (401), then permission for the method (403).
        authenticate(caller, exchange.request.method, world.settings)
        changes = exchange.request.method in page_guard.WRITE_METHODS
        page_guard.reject_foreign_page(environ, world.settings, changes=changes)

        # Faults before the commit: they delay the request, or respond so that it never happens.
        return exchange.apply_faults()

    _add_routes(app)
    _add_head_hook(app, new_request_id)
    _add_response_hooks(app, settings, new_request_id)
    if settings.base_path or settings.trusted_proxy:
        _put_behind_proxy(app, settings)
    if load:
        app.open()
    return app


def _put_behind_proxy(app: MockApp, settings: Settings) -> None:
    from mockrevio.routes.proxies.front import Front  # it costs nothing otherwise

    Front(settings.base_path, settings.trusted_proxy).put_before(app)


def _enter_admin(path: str, lifetime: CancelScope) -> None:
    """Check a request to the admin API. Most may block, so they run in a thread, and end with the app."""
    admin.check_access()
    if path not in admin.PROBE_PATHS:
        require_thread()
    enter_scope(lifetime)


def _add_routes(app: MockApp) -> None:
    """Add the routes."""
    app.register_blueprint(integration.blueprint)
    app.register_blueprint(provisioning.blueprint)
    app.register_blueprint(webhooks.blueprint)
    app.register_blueprint(records.blueprint)
    app.register_blueprint(openapi.blueprint)
    app.register_blueprint(admin.blueprint)
    app.register_blueprint(console.blueprint)

    @app.get("/")
    def welcome() -> Response:
        prefix = request.environ.get("SCRIPT_NAME", "")
        return json_response(
            {
                "mockrevio": "a local mock of Rev.io",
                "api": f"{prefix}{API_PATH}",
                "openapi": f"{prefix}/openapi.json",
                "admin": f"{prefix}{ADMIN_PATH}/health",
                "console": f"{prefix}{ADMIN_PATH}/",
            }
        )

    @app.route("/*", methods=["OPTIONS"])  # Werkzeug's spelling of the target in `OPTIONS * HTTP/1.1`
    def options() -> Response:
        return options_response({*page_guard.WRITE_METHODS, "GET", "HEAD", "OPTIONS"})


def _add_head_hook(app: MockApp, new_request_id: Callable[[], str]) -> None:
    """Add the hook for requests whose body has not arrived yet."""

    def on_head(environ: dict[str, Any]) -> CancelScope | None:
        """Log an API request, and return its generation; None for other requests.

        Its passes follow later, with the same environment.
        """
        if not is_api_path(routed_path(environ["PATH_INFO"])):
            return None
        caller = parse_authorization(environ.get("HTTP_AUTHORIZATION"))
        world = app.worlds.loaded(client_code(caller, app.worlds.settings.credentials))
        if world is None:
            return None
        exchange = environ[EARLY_EXCHANGE_KEY] = Exchange(
            new_request_id(), caller, world, environ, complete=False
        )
        return exchange.generation

    app.on_head = on_head


def _add_response_hooks(app: MockApp, settings: Settings, new_request_id: Callable[[], str]) -> None:
    """Add the hooks that run after the route."""

    @app.errorhandler(Exception)
    def handle_error(error: Exception) -> Response:
        """Turn any exception into a response in the format of the API that was called.

        The traceback of an unexpected exception goes to standard error and into the request log.
        """
        exchange = current_exchange()
        if isinstance(error, WouldBlock):
            return (
                suspend(request.environ, Offload(_lock_group())) if exchange is None else exchange.offload()
            )
        if isinstance(error, Cancelled):
            return suspend(request.environ, Abort()) if exchange is None else exchange.abort()
        handler = admin.handle_error if request.path.startswith(ADMIN_PATH) else errors.handle_error
        response = handler(error)
        if response.status_code == 500 and not isinstance(error, StorageError):
            text = reporting.report_exception(error, partial(hide_secrets_of, request.environ))
            if exchange is not None:
                exchange.error = text
        return response

    @app.after_request
    def finish(response: Response) -> Response:
        """Apply the faults after the commit, log the request, and set the reason phrase.

        Flask calls this for every response, including those of `receive` and `handle_error`.
        """
        exchange = current_exchange()
        if exchange is not None:
            response = exchange.finish(response)
        else:
            if request.path.startswith(ADMIN_PATH):
                response.headers["X-Content-Type-Options"] = "nosniff"  # a page must not run it as a script
            else:
                response.headers["X-Mock-Request-Id"] = new_request_id()
                cors.add_cors_headers(response, request.environ, settings.allow_origin)
            world = app.worlds.loaded(request.args.get("client"))
            if world is not None and not world.clock.real:  # or the server sets the header
                response.headers["Date"] = world.clock.http_date()
        if response.status_code != 200:  # Flask would write `404 NOT FOUND`
            response.status = f"{response.status_code} {REASON_PHRASES.get(response.status_code, 'Unknown')}"
        return response


def _lock_group() -> str:
    """The name of the world whose lock this request may wait for, or a name for creating worlds."""
    if not request.path.startswith(ADMIN_PATH):
        return "(new)"
    client = request.args.get("client")
    return DEFAULT_WORLD if client is None else world_name(client)
