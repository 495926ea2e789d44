"""The health check: a message if the server is ready, an error that says why if it is not."""

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
def responding(status: int, body: bytes) -> Iterator[str]:
    """The address of a server that responds to every GET with this status and body."""

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
    """A port that accepts connections but never responds."""
    with socket.create_server((host, 0)) as server:
        yield server


def test_a_server_that_is_ready_is_healthy() -> None:
    with serving() as client:
        assert check_health(client.url, Settings()) == f"{client.url} is ready: mockrevio {__version__}"


@pytest.mark.parametrize("tail", ["/", "/v1", "/v1/", "/__admin/health"])
def test_a_path_in_the_url_is_ignored(tail: str) -> None:
    with serving() as client:
        assert "is ready" in check_health(client.url + tail, Settings())


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1", "localhost"])  # noqa: S104 (what is tested)
def test_without_a_url_the_address_comes_from_the_settings(host: str) -> None:
    app = create_app(Settings(ephemeral=True))
    server = Server(app, host, 0)
    server.start()
    try:
        assert "is ready" in check_health(None, Settings(host=host, port=server.port))
    finally:
        server.stop()
        app.close()


def test_a_server_is_checked_under_the_host_name_localhost() -> None:
    # 127.0.0.2 stands for the address of a network interface, which the admin API rejects as a Host.
    server = HTTPServer(("127.0.0.2", 0), _EchoesItsHost)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        with pytest.raises(ServerError, match="418 localhost"):
            check_health(None, Settings(host="127.0.0.2", port=server.server_port))
    finally:
        thread.join()
        server.server_close()


class _EchoesItsHost(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"message": self.headers["Host"]}).encode()
        self.send_response(418)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_the_admin_token_is_sent() -> None:
    with serving(admin_token="sesame") as client:  # noqa: S106 (not a secret)
        with_token = Settings(admin_token="sesame")  # noqa: S106
        assert check_health(client.url, with_token) == f"{client.url} is ready: mockrevio {__version__}"


def test_a_bare_status_is_enough() -> None:
    with serving(admin_token="sesame") as client:  # noqa: S106
        assert check_health(client.url, Settings()) == f"{client.url} is ready"


@pytest.mark.parametrize("body", [b'{"ok": true}', b'{"status": "ok"}', b'{"version": "0.0.1"}'])
def test_other_versions_of_mockrevio_are_recognized(body: bytes) -> None:
    with responding(200, body) as url:
        assert "is ready" in check_health(url, Settings())


def test_a_server_that_is_still_loading_its_fixture_is_not_ready() -> None:
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


def test_a_port_without_a_server_is_unhealthy() -> None:
    with listening() as server:
        port = server.getsockname()[1]
    with pytest.raises(ServerError, match=f"http://127.0.0.1:{port} does not respond: Connection refused"):
        check_health(None, Settings(port=port))


def test_a_server_that_hangs_is_unhealthy_after_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TIMEOUT", 0.2)
    with listening() as server, pytest.raises(ServerError, match=r"no response within 0\.2 seconds"):
        check_health(None, Settings(port=server.getsockname()[1]))


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b"3", b"\xff", b"", b"{}", b'{"ok": false}'])
def test_another_program_on_the_port_is_recognized(body: bytes) -> None:
    with responding(200, body) as url, pytest.raises(ServerError, match="responds, but is not mockrevio"):
        check_health(url, Settings())


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:7384", "localhost", "ftp://x", "http://", "http://x:y", "http://["]
)
def test_an_invalid_url_is_rejected(url: str) -> None:
    with pytest.raises(SettingError, match=r"--url: must be http://HOST:PORT, not '.*'"):
        check_health(url, Settings())


def test_port_0_needs_a_url() -> None:
    with pytest.raises(ServerError, match="pass its address with --url"):
        check_health(None, Settings(port=0))


def test_waiting_succeeds_once_the_server_has_started() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    app = create_app(Settings(ephemeral=True))
    server = Server(app, "127.0.0.1", port)
    delayed_start = threading.Timer(0.4, server.start)
    delayed_start.start()
    try:
        assert "is ready" in wait_until_healthy(f"http://127.0.0.1:{port}", Settings(), "10s")
    finally:
        delayed_start.join()
        server.stop()
        app.close()


def test_waiting_gives_up_after_the_given_time() -> None:
    with pytest.raises(ServerError, match="does not respond"):
        wait_until_healthy("http://127.0.0.1:9", Settings(), "300ms")


def test_an_invalid_waiting_time_is_rejected() -> None:
    with pytest.raises(SettingError, match=r"--wait: must be a duration .*, not '30'"):
        wait_until_healthy("http://127.0.0.1:9", Settings(), "30")
