"""How long a server lives: down for a while, in forked children, and gone from memory after `stop`."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import ServerError
from tests.storage.refusals import posix_only
from tests.support import ROOT, process
from tests.testing.common import get, post


def assert_refused(url: str) -> None:
    """Assert that nothing listens at the address."""
    with pytest.raises(requests.ConnectionError, match="refused"):
        requests.get(url, timeout=5)


# Down and up.


@pytest.mark.parametrize("options", [{}, {"host": "localhost"}, {"host": "::1"}])
def test_a_server_that_is_down_refuses_connections_and_comes_back_with_its_data(
    options: Mapping[str, Any],
) -> None:
    with MockRevio(**options) as revio:
        url = revio.url
        post(revio, external_id="before")
        revio.down()
        assert_refused(url)
        assert revio.url == url
        assert [link["external_id"] for link in revio.links] == ["before"]
        revio.links.add(1015, "meanwhile")
        revio.up()
        assert revio.url == url
        assert get(revio, "IntegrationKeyLink").json()["record_count"] == 2
        revio.assert_called(times=2)


def test_down_and_up_can_be_repeated(revio: MockRevio) -> None:
    url = revio.url
    revio.up()
    for _ in range(3):
        revio.down()
        revio.down()
        assert_refused(url)
        revio.up()
        revio.up()
        assert get(revio).status_code == 200


def test_connections_that_are_kept_alive_are_closed_when_the_server_goes_down(revio: MockRevio) -> None:
    with requests.Session() as session:
        session.auth = revio.credentials
        assert session.get(f"{revio.url}/SystemStatus", timeout=5).status_code == 200
        revio.down()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{revio.url}/SystemStatus", timeout=5)
        revio.up()
        assert session.get(f"{revio.url}/SystemStatus", timeout=5).status_code == 200


def test_the_port_of_a_server_that_is_down_is_kept(revio: MockRevio) -> None:
    revio.down()
    port = int(revio.base_url.rpartition(":")[2])
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    revio.up()
    assert get(revio).status_code == 200


@posix_only
def test_a_port_that_was_taken_nevertheless_is_reported() -> None:
    with MockRevio() as revio:
        revio.down()
        with MockRevio(port=int(revio.base_url.rpartition(":")[2])) as other:
            with pytest.raises(ServerError, match=r"cannot listen on 127\.0\.0\.1 port .*in use"):
                revio.up()
            assert get(other).status_code == 200
        revio.up()
        assert get(revio).status_code == 200


def test_a_server_that_is_down_can_be_stopped_and_started() -> None:
    revio = MockRevio().start()
    url = revio.url
    revio.down()
    revio.stop()
    assert_refused(url)
    for refused in (revio.down, revio.up):
        with pytest.raises(ServerError, match="not running"):
            refused()
    with revio:
        assert get(revio).status_code == 200


def test_a_server_elsewhere_cannot_be_taken_down() -> None:
    with process("--ephemeral", "--isolate-clients") as server:
        connected = MockRevio.connect(server.client.url, client="ann")
        with pytest.raises(ServerError, match="another process, so it cannot be taken down from here"):
            connected.down()
        connected.up()
        assert get(connected).status_code == 200


# A handle that is lent.


def test_a_handle_that_is_lent_cannot_be_stopped_by_who_uses_it() -> None:
    revio = MockRevio()
    with revio.lend("it is not yours") as lent:
        for stop in (lent.stop, lent.__enter__):
            with pytest.raises(ServerError, match="it is not yours"):
                stop()
        assert get(lent).status_code == 200
        url = lent.url
    assert_refused(url)
    with revio:
        assert get(revio).status_code == 200


# The worlds of a server elsewhere.


def test_a_world_is_deleted_by_its_handle() -> None:
    with process("--ephemeral", "--isolate-clients") as server:
        connected = MockRevio.connect(server.client.url, client="ann")
        post(connected)
        connected.delete_world()
        assert server.client.get("/__admin/worlds").json()["worlds"] == []
        assert post(connected).json() == {"ok": True, "id": 1}


# Forked children.

FORK = """
import os, sys, time, traceback
import requests
from mockrevio import MockRevio

revio = MockRevio(data={data!r}).start()
session = requests.Session()
session.trust_env = False
session.auth = revio.credentials
session.get(revio.url + "/SystemStatus", timeout=5).raise_for_status()
started, wait = os.pipe()
child = os.fork()
if child == 0:
    try:
        revio.links.add(1015, "of the child")
        assert len(revio.links) == 1
        response = requests.get(revio.url + "/IntegrationKeyLink", auth=revio.credentials)
        assert response.json()["record_count"] == 1
        revio.stop()
        with revio:
            pass
        assert len(revio.links) == 1
        with MockRevio() as own:
            assert len(own.links) == 0
        os.write(wait, b"ok")
        time.sleep(60)
    except BaseException:
        traceback.print_exc()
    os._exit(1)

assert os.read(started, 2) == b"ok"
assert [link["external_id"] for link in revio.links] == ["of the child"]
session.get(revio.url + "/SystemStatus", timeout=5).raise_for_status()
url = revio.url
revio.stop()
for connection in (session, requests):
    try:
        connection.get(url + "/SystemStatus", timeout=5)
    except requests.ConnectionError as error:
        print(type(error).__name__)
with MockRevio(data={data!r}) as again:
    print(len(again.links))
assert os.waitpid(child, os.WNOHANG) == (0, 0), "the child must still live"
os.kill(child, 9)
"""


@posix_only
def test_a_forked_child_uses_the_server_of_its_parent_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    script = FORK.format(data=str(tmp_path / "data"))
    result = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert (result.returncode, result.stdout) == (0, "ConnectionError\nConnectionError\n1\n"), result.stderr


# Memory.


def resident_memory() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    """The number of files and sockets that this process has open."""
    return len([*Path("/proc/self/fd").iterdir()])


def start_and_stop() -> list[weakref.ref[object]]:
    """Use a server, stop it, and return references to its parts."""
    revio = MockRevio().start()
    post(revio)
    revio.down()
    revio.up()
    get(revio)
    revio.check()
    server = revio._server
    assert server is not None
    parts = [server, server._app, server._server, server._app.worlds.default()]
    revio.stop()
    return [weakref.ref(part) for part in parts]


def test_nothing_of_a_stopped_server_stays_in_memory() -> None:
    start_and_stop()
    references = [reference for _ in range(3) for reference in start_and_stop()]
    gc.collect()
    assert [reference() for reference in references] == [None] * 12


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_the_memory_does_not_grow_with_the_number_of_servers() -> None:
    for _ in range(20):
        start_and_stop()
    gc.collect()
    before, descriptors = resident_memory(), open_files()
    for _ in range(50):
        start_and_stop()
    gc.collect()
    assert resident_memory() - before < 50 * 100_000  # a tenth of what a world takes
    assert open_files() <= descriptors
