"""Measure HTTP servers as docs/server.md has it. Needs flask, cheroot and waitress.

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
SLOW_CALLS = 200
SLOW_SECONDS = 2.0
QUICK_CALLS = 1000
CONNECTIONS = 4
ROUNDS = 3


def make_app() -> Flask:
    """Two routes: one sleeps, one does not."""
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
    """Serve with waitress, with its usual limit of connections unless told otherwise."""
    from waitress import serve

    serve(make_app(), host="127.0.0.1", port=PORT, threads=256, connection_limit=connection_limit)


def waitress_1000() -> None:
    """Serve with waitress, its limit raised."""
    waitress(1000)


def werkzeug() -> None:
    """Serve with Werkzeug, connections kept alive."""
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


def call(path: str, times: int = 1) -> float:
    """Call a path so often on one new connection; the seconds that took."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    started = time.perf_counter()
    for _ in range(times):
        connection.request("GET", path)
        connection.getresponse().read()
    connection.close()
    return time.perf_counter() - started


def together(count: int, path: str, times: int = 1) -> list[threading.Thread]:
    """Start so many threads that each call a path so often."""
    threads = [threading.Thread(target=call, args=(path, times)) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def measure_slow() -> tuple[float, float]:
    """Seconds until all slow calls were answered, and the longest quick call meanwhile."""
    started = time.perf_counter()
    threads = together(SLOW_CALLS, "/slow")
    longest = 0.0
    while any(thread.is_alive() for thread in threads):
        longest = max(longest, call("/quick"))
        time.sleep(0.02)
    return time.perf_counter() - started, longest


def measure_quick() -> tuple[float, float]:
    """Calls a second over connections that are kept, and over new ones."""
    started = time.perf_counter()
    for thread in together(CONNECTIONS, "/quick", QUICK_CALLS):
        thread.join()
    kept = CONNECTIONS * QUICK_CALLS / (time.perf_counter() - started)
    started = time.perf_counter()
    for _ in range(QUICK_CALLS):
        call("/quick")
    return kept, QUICK_CALLS / (time.perf_counter() - started)


def wait_until_up() -> None:
    """Return once the server answers."""
    for _ in range(100):
        try:
            call("/quick")
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the server did not start")


def main() -> None:
    """Serve, when told with what; else measure every server in turn."""
    if len(sys.argv) > 1:
        SERVERS[sys.argv[1]]()
        return
    for name in SERVERS:
        process = subprocess.Popen([sys.executable, __file__, name], stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            wait_until_up()
            slow, longest, kept, new = (
                statistics.median(values)
                for values in zip(*((*measure_slow(), *measure_quick()) for _ in range(ROUNDS)), strict=True)
            )
        finally:
            process.terminate()
            process.wait()
        print(f"{name}: slow {slow:.2f} s, longest {longest:.3f} s, kept {kept:.0f}/s, new {new:.0f}/s")


if __name__ == "__main__":
    main()
