"""The addresses and ports that the server binds."""

from __future__ import annotations

import socket
import sys
from ipaddress import IPv6Address
from pathlib import Path

import httpx
import pytest
import requests
from flask import Flask, request

from mockrevio import MockRevio
from mockrevio.app import create_app
from mockrevio.errors import ServerError
from mockrevio.server import Server
from mockrevio.settings import Settings
from tests.server.common import LINKS, get, running_server, sleepy_app, wait_for_exit
from tests.support import AUTH, LINK, Client, process, serving
from tests.torture.common import linux_only


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def _link_local_address() -> str | None:
    """A link-local address of an interface, with its zone."""
    table = Path("/proc/net/if_inet6")
    lines = [line.split() for line in table.read_text().splitlines()] if table.exists() else []
    for digits, _, _, scope, _, interface in lines:
        if scope == "20":
            return f"{IPv6Address(int(digits, 16))}%{interface}"
    return None


def address_app() -> Flask:
    """An app that responds with the address of its client."""
    app = Flask("address")

    @app.get("/")
    def address() -> str:
        return request.remote_addr or ""

    return app


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
    if not _has_ipv6():
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


HOSTS = {
    # host: hosts in the addresses of clients that reach it, that of the start line first
    "127.0.0.1": ("127.0.0.1",),
    "127.1.2.3": ("127.1.2.3",),
    "localhost": ("127.0.0.1", "localhost"),
    "0.0.0.0": ("127.0.0.1", "127.1.2.3", "localhost"),  # noqa: S104 (that is what the test is about)
    "::1": ("[::1]",),
    "[::1]": ("[::1]",),
    "::": ("127.0.0.1", "[::1]", "localhost", "127.1.2.3"),
    "[::]": ("127.0.0.1", "[::1]"),
}


@pytest.mark.parametrize("host", HOSTS)
def test_clients_reach_the_address_that_the_start_line_names(host: str) -> None:
    if ":" in host and not _has_ipv6():
        pytest.skip("no IPv6 here")
    if sys.platform == "darwin" and "127.1.2.3" in (host, *HOSTS[host]):
        pytest.skip("macOS has no other loopback address")
    with process("--ephemeral", "--host", host) as running:
        port = running.client.url.rpartition(":")[2]
        assert running.client.url == f"http://{HOSTS[host][0]}:{port}"
        for name in HOSTS[host]:
            client = Client(f"http://{name}:{port}")
            assert client.get("/__admin/health").json()["ok"]
            created = client.post(LINKS, json={**LINK, "external_id": name})
            assert created.headers["Location"].startswith(f"{client.url}{LINKS}/")
            assert client.get(created.headers["Location"]).status_code == 200
            client.close()


def test_the_handle_has_an_address_that_clients_reach() -> None:
    for host in ("localhost", *(["::"] if _has_ipv6() else [])):
        with MockRevio(host=host) as revio:
            assert revio.url.startswith("http://127.0.0.1:")
            assert requests.get(f"{revio.url}/SystemStatus", auth=revio.credentials, timeout=10).ok


@linux_only
def test_an_address_of_one_interface_may_be_bound() -> None:
    address = _link_local_address()
    if address is None:
        pytest.skip("no interface has an IPv6 address of its own")
    with process("--ephemeral", "--host", f"[{address}]") as running:
        assert running.client.url.startswith(f"http://[{address}]:")
        assert httpx.get(f"{running.client.url}/v1/SystemStatus", auth=AUTH).status_code == 200


def test_an_ipv4_client_of_an_ipv6_socket_has_its_ipv4_address() -> None:
    if not _has_ipv6():
        pytest.skip("no IPv6 here")
    with running_server(address_app(), "::") as server:
        assert get(f"http://127.0.0.1:{server.port}").text == "127.0.0.1"
        assert get(f"http://[::1]:{server.port}").text == "::1"


def test_a_port_can_be_reused_right_after_a_stop() -> None:
    with running_server(sleepy_app()) as server:
        assert get(server.url).text == "quick"
    second = Server(sleepy_app(), "127.0.0.1", server.port)
    second.start()
    assert get(second.url).text == "quick"
    second.stop()
