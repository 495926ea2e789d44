"""The threads that send: few, none without work, and work on time."""

from __future__ import annotations

import threading
import time

from mockrevio.revio.webhooks.threads import SenderPool
from tests.receivers import eventually
from tests.revio.webhooks.common import webhook_threads


def test_there_are_as_many_threads_as_allowed_and_none_without_work() -> None:
    eventually(lambda: not webhook_threads())  # those of earlier tests
    senders = SenderPool(3)
    assert webhook_threads() == 0
    gate, done = threading.Event(), []

    def work() -> None:
        gate.wait(10)
        done.append(1)

    for _ in range(10):
        senders.submit(work)
    assert webhook_threads() == 3
    gate.set()
    eventually(lambda: len(done) == 10 and not webhook_threads())


def test_scheduled_work_runs_once_and_at_its_time() -> None:
    senders, ran = SenderPool(), []

    def late() -> None:
        ran.append("late")

    def early() -> None:
        ran.append("early")

    senders.schedule(late, 0.2)
    senders.schedule(early, 0.1)
    senders.schedule(early, 0.05)
    senders.schedule(early, 5)
    eventually(lambda: ran == ["early", "late"])
    time.sleep(0.05)
    assert ran == ["early", "late"]


def test_cancelled_work_does_not_run() -> None:
    senders, ran = SenderPool(), threading.Event()
    senders.schedule(ran.set, 0.05)
    senders.cancel(ran.set)
    assert not ran.wait(0.2)


def test_work_in_centuries_can_be_scheduled() -> None:
    senders, ran = SenderPool(), threading.Event()
    senders.schedule(lambda: None, 1e12)
    senders.schedule(ran.set)
    assert ran.wait(5)
