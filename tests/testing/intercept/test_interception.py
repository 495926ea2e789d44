"""Interceptions start and stop in any order, whatever fails, and leave nothing behind."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

import httpx
import pytest
import requests

from mockrevio import MockRevio
from mockrevio.errors import MockrevioError, ServerError
from mockrevio.testing.intercept import Interception
from mockrevio.testing.intercept.installed import HOOKS
from tests.support import ROOT, serving
from tests.testing.intercept.clients import AUTH, BASIC, client
from tests.testing.intercept.hooked import difference, picture
from tests.testing.intercept.services import Running

URL = "https://restapi.rev.io/v1/SystemStatus"


def get(url: str = URL) -> int:
    return requests.get(url, auth=AUTH, timeout=5).status_code


def run_program(program: str) -> str:
    """What a new Python prints that runs this."""
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_every_hook_is_removed(revio: MockRevio) -> None:
    before = picture()
    with revio.intercept():
        changed = difference(before, picture())
    assert difference(before, picture()) == []
    assert {"socket.socket.connect", "ssl.SSLContext._wrap_bio", "uvloop.Loop.create_connection"} <= {
        *changed
    }


def test_every_hook_is_removed_after_an_exception(revio: MockRevio) -> None:
    before = picture()
    with suppress(ValueError), revio.intercept():
        raise ValueError("in the block")
    assert difference(before, picture()) == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_interceptions_stop_in_any_order(revio: MockRevio, order: tuple[int, ...]) -> None:
    before = picture()
    interceptions = [revio.intercept() for _ in range(3)]
    for each in interceptions:
        each.start()
    for number in order:
        assert get() == 200
        interceptions[number].stop()
    assert difference(before, picture()) == []


def test_the_one_that_started_last_decides(revio: MockRevio) -> None:
    with serving() as other:
        first, second = revio.intercept(), Interception(other.url)
        first.start()
        second.start()
        get()
        assert len(revio.requests) == 0
        first.stop()
        get()
        assert len(revio.requests) == 0
        first.start()
        second.stop()
        get()
        assert len(revio.requests) == 1
        first.stop()


def test_stopping_twice_or_without_a_start_does_nothing(revio: MockRevio) -> None:
    before = picture()
    interception = revio.intercept()
    interception.stop()
    interception.start().stop()
    interception.stop()
    assert difference(before, picture()) == []


def test_an_active_interception_cannot_be_started_again(revio: MockRevio) -> None:
    interception = revio.intercept()
    with interception, pytest.raises(MockrevioError, match=r"call intercept\(\) again"):
        interception.start()
    with interception:
        assert get() == 200


def test_a_mock_whose_name_leads_nowhere_hooks_nothing() -> None:
    before = picture()
    with pytest.raises(ServerError, match="cannot be reached"):
        Interception("http://mock.invalid:7384").start()
    assert difference(before, picture()) == []


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: f"{hook.library}-{hook.module}")
def test_a_hook_that_fails_leaves_nothing_behind(
    revio: MockRevio, monkeypatch: pytest.MonkeyPatch, hook: Any
) -> None:
    from mockrevio.testing.intercept import installed

    def failing(module: Any, patches: Any) -> None:
        hook.install(module, patches)
        raise AttributeError("it has no such thing")

    others = tuple(each if each is not hook else each._replace(install=failing) for each in HOOKS)
    monkeypatch.setattr(installed, "HOOKS", others)
    before = picture()
    with revio.intercept():
        pass
    assert difference(before, picture()) == []


def test_a_patch_on_top_of_a_hook_stays(revio: MockRevio, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with revio.intercept():
        hooked = socket.socket.connect

        def patched(sock: socket.socket, address: Any) -> Any:
            return hooked(sock, address)

        monkeypatch.setattr(socket.socket, "connect", patched)
    assert socket.socket.connect is patched
    with client("requests") as call:
        assert "401" not in call(f"{revio.url}/Bills")
    monkeypatch.undo()
    del socket.socket.connect  # what monkeypatch restored is the hook, which does nothing any more


def test_threads_of_the_block_are_intercepted(revio: MockRevio) -> None:
    statuses: list[int] = []
    with revio.intercept():
        threads = [threading.Thread(target=lambda: statuses.append(get())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 8


def test_many_threads_start_and_stop_at_once(revio: MockRevio) -> None:
    before = picture()

    def work() -> None:
        for _ in range(20):
            with revio.intercept():
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert difference(before, picture()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_that_stops_leaves_the_connections_of_its_parent() -> None:
    program = f"""
import os, warnings
warnings.simplefilter("ignore")
import http.client
from mockrevio import MockRevio
with MockRevio() as revio:
    interception = revio.intercept().start()
    connection = http.client.HTTPSConnection("restapi.rev.io", timeout=5)
    def get():
        connection.request("GET", "/v1/SystemStatus", headers={BASIC!r})
        answer = connection.getresponse()
        return answer.read() and answer.status
    assert get() == 200
    sock = connection.sock
    child = os.fork()
    if not child:
        interception.stop()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert get() == 200
    assert connection.sock is sock
    interception.stop()
print("done")
"""
    assert run_program(program) == "done"


GEVENT = f"""
from gevent import monkey
monkey.patch_all()
import gevent, requests
from mockrevio import MockRevio
with MockRevio() as revio:
    def get(session):
        return session.get({URL!r}, auth={AUTH!r}, timeout=5).status_code
    for _ in range(2):
        with revio.intercept(), requests.Session() as session:
            jobs = [gevent.spawn(get, session) for _ in range(5)]
            gevent.joinall(jobs)
            assert [job.value for job in jobs] == [200] * 5
            assert get(session) == 200
print("done")
"""


def test_a_process_patched_by_gevent_is_intercepted() -> None:
    assert run_program(GEVENT) == "done"


def test_a_tls_mock_works_in_a_process_patched_by_gevent() -> None:
    program = GEVENT.replace("MockRevio()", "MockRevio(tls='auto')")
    assert run_program(program) == "done"


def test_uvloops_transports_do_not_disturb_the_end(revio: MockRevio, real: Running) -> None:
    before = picture()
    with client("aiohttp-uvloop") as call:
        with revio.intercept("localhost"):
            call(f"{real.url}/v1/Bills")
        assert difference(before, picture()) == []


def test_sockets_are_hooked_again_if_a_library_restores_them(revio: MockRevio) -> None:
    original = socket.socket.connect
    with revio.intercept():
        for _ in range(2):
            assert get() == 200
            socket.socket.connect = original  # type: ignore[method-assign]
        assert get() == 200
    assert socket.socket.connect is original


@pytest.mark.parametrize("tls", [None, "auto"])
def test_interceptions_of_several_hosts_may_lead_to_one_mock(tls: str | None) -> None:
    async def send(host: str) -> int:
        async with httpx.AsyncClient(auth=AUTH) as client:
            return (await client.get(f"https://{host}/v1/SystemStatus")).status_code

    settings: dict[str, Any] = {} if tls is None else {"tls": tls}
    with MockRevio(**settings) as revio, revio.intercept("one.example"), revio.intercept("two.example"):
        assert [asyncio.run(send(host)) for host in ("one.example", "two.example")] == [200, 200]
