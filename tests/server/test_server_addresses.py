"""The addresses and ports that the server binds."""

from __future__ import annotations

import socket

import pytest

from mockrevio.app import create_app
from mockrevio.errors import ServerError
from mockrevio.server import Server
from mockrevio.settings import Settings
from tests.server.common import LINKS, get, running_server, sleepy_app, wait_for_exit
from tests.support import LINK, Client, process, serving


def test_port_0_picks_a_free_port_that_health_reports() -> None:
    with serving() as client:
        port = client.get("/__admin/health").json()["port"]
        assert client.url == f"http://127.0.0.1:{port}"
        assert port > 0


def test_a_port_in_use_raises_an_error_with_the_fix() -> None:
    with serving() as client:
        port = int(client.url.rpartition(":")[2])
        second = Server(sleepy_app(), "127.0.0.1", port)
        with pytest.raises(ServerError, match=f"127.0.0.1 port {port}: .*[Aa]ddress.*--port"):
            second.start()
        second.stop()  # harmless
        assert client.get("/v1/SystemStatus").status_code == 200


@pytest.mark.parametrize("host", ["203.0.113.1", "no.such.host.invalid"])
def test_an_unusable_address_raises_an_error_that_names_it(host: str) -> None:
    with pytest.raises(ServerError, match=f"cannot listen on {host} port"):
        Server(sleepy_app(), host, 0).start()


def test_the_command_exits_with_one_error_line_if_the_port_is_in_use() -> None:
    with serving() as client:
        port = client.url.rpartition(":")[2]
        with process("--ephemeral", "--port", port) as second:
            assert wait_for_exit(second) == 1
            assert second.start_line == ""
            assert len(second.errors) == 1
            assert f"port {port}" in second.errors[0]


def test_the_server_listens_on_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    app = create_app(Settings(ephemeral=True))
    with running_server(app, "::1") as server:
        assert server.url.startswith("http://[::1]:")
        client = Client(server.url)
        location = client.post(LINKS, json=LINK).headers["Location"]
        assert location == f"{server.url}{LINKS}/1"
        assert client.get(location).status_code == 200
        assert client.get("/__admin/health").status_code == 200
        client.close()
    app.close()


def test_a_port_can_be_reused_right_after_a_stop() -> None:
    with running_server(sleepy_app()) as server:
        assert get(server.url).text == "quick"
    second = Server(sleepy_app(), "127.0.0.1", server.port)
    second.start()
    assert get(second.url).text == "quick"
    second.stop()
