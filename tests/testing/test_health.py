"""The health check: 0 when the server is ready, 1 and a sentence when it is not."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mockrevio import __version__
from mockrevio.app import create_app
from mockrevio.errors import ServerError, SettingError
from mockrevio.server import Server
from mockrevio.settings import Settings
from mockrevio.testing import health
from mockrevio.testing.health import check_health, wait_until_healthy
from tests.support import serving


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """The address of a server that gives this answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[socket.socket]:
    """A port that takes connections and never answers."""
    with socket.create_server((host, 0)) as server:
        yield server


def test_a_server_that_is_ready_is_healthy() -> None:
    with serving() as client:
        assert check_health(client.url, Settings()) == f"{client.url} is ready: mockrevio {__version__}"


@pytest.mark.parametrize("tail", ["/", "/v1", "/v1/", "/__admin/health"])
def test_a_path_in_the_address_does_not_matter(tail: str) -> None:
    with serving() as client:
        assert "is ready" in check_health(client.url + tail, Settings())


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1", "localhost"])  # noqa: S104 (that is the point)
def test_without_an_address_the_settings_say_where_to_ask(host: str) -> None:
    app = create_app(Settings(ephemeral=True))
    server = Server(app, host, 0)
    server.start()
    try:
        assert "is ready" in check_health(None, Settings(host=host, port=server.port))
    finally:
        server.stop()
        app.close()


def test_a_server_bound_to_a_name_that_the_admin_side_does_not_know_is_still_healthy() -> None:
    # 127.0.0.2 stands for the address of a network card; its admin side would refuse that as a Host.
    server = HTTPServer(("127.0.0.2", 0), _SaysItsHost)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        with pytest.raises(ServerError, match="418 localhost"):
            check_health(None, Settings(host="127.0.0.2", port=server.server_port))
    finally:
        thread.join()
        server.server_close()


class _SaysItsHost(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"message": self.headers["Host"]}).encode()
        self.send_response(418)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_the_admin_token_of_the_settings_is_sent() -> None:
    with serving(admin_token="sesame") as client:  # noqa: S106 (no secret)
        assert "is ready" in check_health(client.url, Settings(admin_token="sesame"))  # noqa: S106
        with pytest.raises(ServerError, match="is not ready: 401 send the admin token"):
            check_health(client.url, Settings())


def test_a_server_that_still_loads_its_fixture_is_not_ready() -> None:
    app = create_app(Settings(ephemeral=True), load=False)
    server = Server(app, "127.0.0.1", 0)
    server.start()
    try:
        with pytest.raises(ServerError, match="is not ready: 503 the fixture is still loading"):
            check_health(server.url, Settings())
        app.open()
        assert "is ready" in check_health(server.url, Settings())
    finally:
        server.stop()
        app.close()


def test_a_port_where_nobody_listens_is_unhealthy() -> None:
    with listening() as server:
        port = server.getsockname()[1]
    with pytest.raises(ServerError, match=f"http://127.0.0.1:{port} does not answer: Connection refused"):
        check_health(None, Settings(port=port))


def test_a_server_that_hangs_is_unhealthy_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TIMEOUT", 0.2)
    with listening() as server, pytest.raises(ServerError, match=r"nothing within 0\.2 seconds"):
        check_health(None, Settings(port=server.getsockname()[1]))


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"3", b"\xff", b"", b"{}"])
def test_another_programs_port_is_no_mockrevio(body: bytes) -> None:
    with answering(200, body) as url, pytest.raises(ServerError, match="answers, but is no mockrevio"):
        check_health(url, Settings())


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:7384", "localhost", "ftp://x", "http://", "http://x:y", "http://["]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match=r"--url: .* is not allowed; it takes http://HOST:PORT"):
        check_health(url, Settings())


def test_port_0_names_no_server() -> None:
    with pytest.raises(ServerError, match="give its address with --url"):
        check_health(None, Settings(port=0))


def test_a_server_that_is_not_there_yet_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    app = create_app(Settings(ephemeral=True))
    server = Server(app, "127.0.0.1", port)
    later = threading.Timer(0.4, server.start)
    later.start()
    try:
        assert "is ready" in wait_until_healthy(f"http://127.0.0.1:{port}", Settings(), "10s")
    finally:
        later.join()
        server.stop()
        app.close()


def test_a_server_that_does_not_come_is_given_up_after_the_time() -> None:
    with pytest.raises(ServerError, match="does not answer"):
        wait_until_healthy("http://127.0.0.1:9", Settings(), "300ms")


def test_a_time_to_wait_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="--wait: '30' is not allowed; it takes a duration"):
        wait_until_healthy("http://127.0.0.1:9", Settings(), "30")
