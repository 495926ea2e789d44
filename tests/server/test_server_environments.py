"""The server beside other ways to do many things at once: event loops, gevent, forked processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

CALLS = """
import time, requests
from mockrevio import MockRevio

def use(revio):
    url = f"{revio.url}/IntegrationSystem"
    assert requests.get(url, auth=revio.credentials, timeout=10).status_code == 200
    revio.slow("200ms")
    began = time.monotonic()
    assert requests.get(url, auth=revio.credentials, timeout=10).status_code == 200
    assert 0.2 <= time.monotonic() - began < 5
    revio.assert_called(path="/v1/IntegrationSystem", times=2, timeout="5s")
"""

IN_THIS_PROCESS = """
with MockRevio() as revio, MockRevio() as other:
    use(revio)
    use(other)
print("used")
"""


def run(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def test_two_servers_run_in_one_process() -> None:
    assert run(CALLS + IN_THIS_PROCESS) == "used\n"


GEVENT = "from gevent import monkey\nmonkey.patch_all()\n"


def test_servers_run_after_gevent_has_patched_the_process() -> None:
    code = """
from gevent import spawn
for _ in range(3):
    with MockRevio() as revio, MockRevio() as other:
        uses = [spawn(use, each) for each in (revio, other)]
        for each in uses:
            each.get()
        other.reset()
        calls = [
            spawn(requests.get, f"{each.url}/{path}", auth=each.credentials, timeout=20)
            for each in (revio, other) for path in ("IntegrationKeyLink?page_size=500", "SystemStatus") * 20
        ]
        assert {call.get().status_code for call in calls} == {200}
print("used")
"""
    assert run(GEVENT + CALLS + code) == "used\n"


def test_a_program_with_gevent_ends_without_stopping_its_server() -> None:
    code = """
revio = MockRevio()
revio.start()
use(revio)
print("used")
"""
    assert run(GEVENT + CALLS + code) == "used\n"


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop does not run on Windows")
def test_a_server_runs_with_the_event_loop_policy_of_uvloop() -> None:
    policy = "import asyncio, uvloop\nasyncio.set_event_loop_policy(uvloop.EventLoopPolicy())\n"
    assert run(policy + CALLS + IN_THIS_PROCESS) == "used\n"


def test_a_server_runs_alongside_an_event_loop_of_the_program() -> None:
    code = """
import asyncio
async def main():
    with MockRevio() as revio:
        await asyncio.gather(asyncio.to_thread(use, revio), asyncio.sleep(0.1))
    print("used")
asyncio.run(main())
"""
    assert run(CALLS + code) == "used\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_a_forked_child_neither_serves_nor_keeps_the_port() -> None:
    code = """
import os, socket, sys, time
with MockRevio() as revio:
    use(revio)
    port = int(revio.base_url.rpartition(":")[2])
    child = os.fork()
    if child == 0:
        time.sleep(3)
        os._exit(0)
    assert requests.get(revio.base_url, timeout=10).status_code == 200
try:
    socket.create_connection(("127.0.0.1", port), timeout=1)
except ConnectionRefusedError:
    print("refused")
socket.create_server(("127.0.0.1", port)).close()
os.kill(child, 9)
os.waitpid(child, 0)
"""
    assert run(CALLS + code) == "refused\n"
