"""Servers that are measured beside mockrevio, each started as `python -m benchmarks.launch NAME PORT ...`.

floor: a bare Flask app that answers a constant, on mockrevio's own server.
stock: TinyDB as it comes, behind the same Flask and server: the thirty lines that one would write first.
without-faults: mockrevio, its gateway and fault machinery taken out.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Any

CONSTANT = (
    b'{"ok":true,"has_more":false,"record_count":1,"records":[{"integration_key_link_id":1,'
    b'"integration_system_id":4,"integration_entity_type_id":2,"internal_id":1015,'
    b'"external_id":"0012D00000dAsFzQAK","created_date":"2026-01-05T09:30:00.000","created_by":"tester"}]}'
)


def floor() -> Any:
    """The least that any Flask app on this server must do."""
    from flask import Flask, Response

    app = Flask("floor", static_folder=None)

    @app.route("/", defaults={"_": ""}, methods=["GET", "POST"])
    @app.route("/<path:_>", methods=["GET", "POST"])
    def answer(_: str) -> Response:
        return Response(CONSTANT, content_type="application/json")

    return app


def stock(path: Path) -> Any:
    """Key links in stock TinyDB."""
    from flask import Flask, jsonify, request
    from tinydb import Query, TinyDB

    app = Flask("stock", static_folder=None)
    links = TinyDB(path).table("key_links")
    lock = threading.Lock()  # without it, threads that insert at once leave the file unreadable

    @app.post("/v1/IntegrationKeyLink")
    def create() -> Any:
        with lock:
            return jsonify(ok=True, id=links.insert(request.get_json())), 201

    @app.get("/v1/IntegrationKeyLink")
    def find() -> Any:
        with lock:
            found = links.search(Query().external_id == request.args["external_id"])
        return jsonify(ok=True, has_more=False, record_count=len(found), records=found)

    return app


def serve(app: Any, port: int) -> None:
    """Serve until SIGTERM, on mockrevio's server."""
    from mockrevio.server.server import Server

    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    server = Server(app, "127.0.0.1", port)
    server.start()
    print(f"on {server.url}", flush=True)
    stopped.wait()
    server.stop()


def without_faults(arguments: list[str]) -> None:
    """mockrevio with nothing between a call and its route that could limit or break it."""
    from mockrevio.cli import cli
    from mockrevio.routes.exchange import Exchange

    for name in ("pass_gateway", "meet_faults"):
        setattr(Exchange, name, lambda _: None)
    cli(["serve", *arguments], prog_name="mockrevio")


def main() -> None:
    """Start the one that is named."""
    name, *arguments = sys.argv[1:]
    if name == "floor":
        serve(floor(), int(arguments[0]))
    elif name == "stock":
        serve(stock(Path(arguments[1])), int(arguments[0]))
    elif name == "without-faults":
        without_faults(arguments)
    else:
        sys.exit(f"no server is called {name}")


if __name__ == "__main__":
    main()
