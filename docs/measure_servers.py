"""Measure the HTTP servers that docs/server.md compares. Requires flask, cheroot and waitress.

Usage: python measure_servers.py
"""

from __future__ import annotations

import http.client
import logging
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from flask import Flask

PORT = 18100
SLOW_REQUESTS = 200
SLOW_SECONDS = 2.0
QUICK_REQUESTS = 1000
CONNECTIONS = 4
ROUNDS = 3


def make_app() -> Flask:
    """Create an app with two routes: one sleeps, one does not."""
    app = Flask(__name__)

    @app.get("/slow")
    def slow() -> str:
        time.sleep(SLOW_SECONDS)
        return "slow"

    @app.get("/quick")
    def quick() -> str:
        return "quick"

    return app


def cheroot() -> None:
    """Serve with cheroot, as mockrevio does."""
    from cheroot import wsgi

    server = wsgi.Server(("127.0.0.1", PORT), make_app(), numthreads=256, request_queue_size=1024)
    server.keep_alive_conn_limit = None  # type: ignore[assignment]
    server.start()


def waitress(connection_limit: int = 100) -> None:
    """Serve with waitress, by default with its default connection limit."""
    from waitress import serve

    serve(make_app(), host="127.0.0.1", port=PORT, threads=256, connection_limit=connection_limit)


def waitress_1000() -> None:
    """Serve with waitress and a higher connection limit."""
    waitress(1000)


def werkzeug() -> None:
    """Serve with Werkzeug and keep-alive connections."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    make_server("127.0.0.1", PORT, make_app(), threaded=True).serve_forever()


SERVERS: dict[str, Callable[[], None]] = {
    "cheroot": cheroot,
    "waitress": waitress,
    "waitress, connection_limit=1000": waitress_1000,
    "werkzeug": werkzeug,
}


def get(path: str, times: int = 1) -> float:
    """Send GET requests on one new connection; return the seconds they took."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    started = time.perf_counter()
    for _ in range(times):
        connection.request("GET", path)
        connection.getresponse().read()
    connection.close()
    return time.perf_counter() - started


def start_clients(count: int, path: str, times: int = 1) -> list[threading.Thread]:
    """Start threads that each send GET requests on a connection of their own."""
    threads = [threading.Thread(target=get, args=(path, times)) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def measure_slow() -> tuple[float, float]:
    """Return the seconds until all slow requests had a response, and the slowest quick request meanwhile."""
    started = time.perf_counter()
    threads = start_clients(SLOW_REQUESTS, "/slow")
    slowest = 0.0
    while any(thread.is_alive() for thread in threads):
        slowest = max(slowest, get("/quick"))
        time.sleep(0.02)
    return time.perf_counter() - started, slowest


def measure_quick() -> tuple[float, float]:
    """Return the requests per second over keep-alive connections, and with a new connection for each."""
    started = time.perf_counter()
    for thread in start_clients(CONNECTIONS, "/quick", QUICK_REQUESTS):
        thread.join()
    keep_alive_rate = CONNECTIONS * QUICK_REQUESTS / (time.perf_counter() - started)
    started = time.perf_counter()
    for _ in range(QUICK_REQUESTS):
        get("/quick")
    return keep_alive_rate, QUICK_REQUESTS / (time.perf_counter() - started)


def wait_until_up() -> None:
    """Wait until the server responds; exit if it does not within ten seconds."""
    for _ in range(100):
        try:
            get("/quick")
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("The server did not start. Check that flask, cheroot and waitress are installed.")


def main() -> None:
    """Run the server named on the command line or, by default, measure each server in turn."""
    if len(sys.argv) > 1:
        SERVERS[sys.argv[1]]()
        return
    for name in SERVERS:
        process = subprocess.Popen([sys.executable, __file__, name], stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            wait_until_up()
            slow, slowest, keep_alive, new = (
                statistics.median(values)
                for values in zip(*((*measure_slow(), *measure_quick()) for _ in range(ROUNDS)), strict=True)
            )
        finally:
            process.terminate()
            process.wait()
        print(
            f"{name}: {SLOW_REQUESTS} slow requests {slow:.2f} s, slowest quick request {slowest:.3f} s, "
            f"keep-alive {keep_alive:.0f}/s, new connections {new:.0f}/s"
        )


if __name__ == "__main__":
    main()
