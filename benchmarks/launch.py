"""Servers to compare mockrevio with: `python -m benchmarks.launch NAME PORT ...`.

baseline: a bare Flask app that returns a constant, on mockrevio's own server.
cheroot: the same app on cheroot, a server with threads, as it comes.
stock: unmodified TinyDB behind the same Flask and server, in the thirty lines you would write first.
without-faults: mockrevio without its gateway and fault code.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Any

CONSTANT_BODY = (
    b'{"ok":true,"has_more":false,"record_count":1,"records":[{"integration_key_link_id":1,'
    b'"integration_system_id":4,"integration_entity_type_id":2,"internal_id":1015,'
    b'"external_id":"0012D00000dAsFzQAK","created_date":"2026-01-05T09:30:00.000","created_by":"tester"}]}'
)


def baseline() -> Any:
    """Create an app that does the least that any Flask app on this server must do."""
    from flask import Flask, Response

    class Baseline(Flask):
        cooperative = True  # like mockrevio, it runs on the event loop

    app = Baseline("baseline", static_folder=None)

    @app.route("/", defaults={"_": ""}, methods=["GET", "POST"])
    @app.route("/<path:_>", methods=["GET", "POST"])
    def respond(_: str) -> Response:
        return Response(CONSTANT_BODY, content_type="application/json")

    return app


def stock(path: Path) -> Any:
    """Create an app that stores key links in stock TinyDB."""
    from flask import Flask, jsonify, request
    from tinydb import Query, TinyDB

    app = Flask("stock", static_folder=None)
    links = TinyDB(path).table("key_links")
    lock = threading.Lock()  # without it, concurrent inserts make the file unreadable

    @app.post("/v1/IntegrationKeyLink")
    def create() -> Any:
        with lock:
            return jsonify(ok=True, id=links.insert(request.get_json())), 201

    @app.get("/v1/IntegrationKeyLink")
    def find() -> Any:
        with lock:
            records = links.search(Query().external_id == request.args["external_id"])
        return jsonify(ok=True, has_more=False, record_count=len(records), records=records)

    return app


def serve(app: Any, port: int) -> None:
    """Serve with mockrevio's server until SIGTERM."""
    from mockrevio.server.server import Server

    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    server = Server(app, "127.0.0.1", port)
    server.start()
    print(f"on {server.url}", flush=True)
    stopped.wait()
    server.stop()


def serve_with_cheroot(app: Any, port: int) -> None:
    """Serve with stock cheroot until SIGTERM."""
    from cheroot.wsgi import Server

    server = Server(("127.0.0.1", port), app)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.safe_start()


def without_faults(arguments: list[str]) -> None:
    """Run mockrevio with nothing between a request and its route that could limit or break it."""
    from mockrevio.cli import cli
    from mockrevio.routes.exchange import Exchange

    for name in ("apply_gateway", "apply_faults"):
        if not hasattr(Exchange, name):
            raise RuntimeError(f"Exchange has no method {name} to remove")
        setattr(Exchange, name, lambda _: None)
    cli(["serve", *arguments], prog_name="mockrevio")


def main() -> None:
    """Run the server that the command line names."""
    name, *arguments = sys.argv[1:]
    if name == "baseline":
        serve(baseline(), int(arguments[0]))
    elif name == "cheroot":
        serve_with_cheroot(baseline(), int(arguments[0]))
    elif name == "stock":
        serve(stock(Path(arguments[1])), int(arguments[0]))
    elif name == "without-faults":
        without_faults(arguments)
    else:
        sys.exit(f"unknown server {name}; choose from baseline, cheroot, stock, without-faults")


if __name__ == "__main__":
    main()
