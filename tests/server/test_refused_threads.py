"""The operating system starts no more threads: work waits for those that run, and nothing fails."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockrevio import MockRevio
from mockrevio.errors import ServerError
from mockrevio.revio.webhooks.threads import SenderPool
from tests.support import ROOT, Process

LIMITED = """
import sys, threading
from pathlib import Path
from mockrevio.cli import main
from mockrevio.storage import stores
limit, start = Path(sys.argv.pop(1)), threading.Thread.start
def start_within_limit(thread):
    if threading.active_count() >= int(limit.read_text()):
        raise RuntimeError("can't start new thread")
    start(thread)
threading.Thread.start = start_within_limit
stores.MIN_CHECKPOINT_SIZE = 3000
main()
"""
REFUSED = "mockrevio: cannot start a thread, so work waits for the running ones: can't start new thread\n"


@contextmanager
def limited_to(threads: int, folder: Path, *options: str) -> Iterator[Process]:
    """A server whose process may have so many threads; `allow` changes it."""
    allow(threads, folder)

    class Limited(Process):
        program = (sys.executable, "-c", LIMITED, str(folder / "limit"))

    server = Limited("--port", "0", "--data", str(folder / "data"), *options, cwd=ROOT)
    try:
        yield server
    finally:
        server.kill()


def allow(threads: int, folder: Path) -> None:
    (folder / "new").write_text(str(threads))
    (folder / "new").replace(folder / "limit")


@pytest.mark.parametrize("durability", ["flush", "fsync"])
@pytest.mark.parametrize("threads", [3, 4])
def test_many_calls_share_the_available_threads(threads: int, durability: str, tmp_path: Path) -> None:
    with limited_to(threads, tmp_path, "--durability", durability) as server, ThreadPoolExecutor(40) as crowd:
        for _ in range(2):  # afterwards, all threads are free again
            calls = [crowd.submit(server.client.get, "/__admin/state") for _ in range(80)]
            assert [call.result().status_code for call in calls] == [200] * 80
        links = [
            crowd.submit(server.client.link, external_id=str(n), internal_id=n) for n in range(1001, 1021)
        ]
        assert len({link.result() for link in links}) == 20
        assert server.stop() == 0
        assert server.errors == [REFUSED]


def test_without_any_thread_it_serves_what_needs_none_and_the_rest_later(tmp_path: Path) -> None:
    with limited_to(1, tmp_path) as server, ThreadPoolExecutor(1) as pool:
        state = pool.submit(server.client.get, "/__admin/state")
        for number in range(1001, 1021):  # the log is due to be checkpointed after some of them
            link = server.client.link(external_id=str(number), internal_id=number)
            assert server.client.get(f"/v1/IntegrationKeyLink/{link}").status_code == 200
        assert not state.done()
        allow(8, tmp_path)
        assert state.result().status_code == 200
        allow(1, tmp_path)
        assert server.stop() == 0
        assert server.errors == [REFUSED]


def test_a_fixture_that_cannot_be_watched_is_served(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"entities": {"CUSTOMER": [1]}}')
    options = ("--fixture", "empty", "--fixture", str(tmp_path / "mine.json"), "--watch")
    with limited_to(1, tmp_path, *options) as server:
        assert server.client.get("/v1/Customers/1").status_code == 200
        assert server.stop() == 0
        warning = "the fixture is not watched; restart mockrevio once it can start threads again"
        assert server.errors == [REFUSED, f"mockrevio: warning: {warning}\n"]


def refuse(_thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_notifications_wait_until_a_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    senders = SenderPool(maximum=1)
    done: list[str] = []
    finished = threading.Semaphore(0)

    def work(name: str) -> None:
        done.append(name)
        finished.release()

    with monkeypatch.context() as refusing:
        refusing.setattr(threading.Thread, "start", refuse)
        senders.submit(lambda: work("first"))
        senders.schedule(lambda: work("scheduled"))
    senders.submit(lambda: work("second"))
    for _ in range(3):
        assert finished.acquire(timeout=10)
    assert sorted(done) == ["first", "scheduled", "second"]
    assert done.index("first") < done.index("second")


def test_a_server_in_a_thread_reports_that_no_thread_can_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ServerError, match="needs a thread, which the system refuses: can't start new thread"):
        MockRevio().start()
