"""Stopping a server, and what is left afterwards."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import requests

from tests.support import Client, Process, process

PROMPT = 3.0
"""Seconds; it takes less than 1 on a machine that has nothing else to do."""

CUSTOMERS = 40_000


def stop(running: Process) -> None:
    """Stop a process. It must end in time, with status 0 and without a word."""
    running.process.terminate()
    started = time.monotonic()
    assert running.process.wait(30) == 0
    assert time.monotonic() - started < PROMPT
    running._reader.join(5)
    assert running.errors == []


def begin(client: Client, method: str, path: str, **options: Any) -> Future[requests.Response]:
    """Send a request from a thread, and give the server time to begin with it."""
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(client.request, method, path, **options)
    pool.shutdown(wait=False)
    time.sleep(0.7)
    return answer


def is_unanswered(answer: Future[requests.Response]) -> bool:
    return isinstance(answer.exception(30), requests.ConnectionError)


def links(folder: Path, *arguments: str) -> dict[int, str]:
    """What the next start finds, by id."""
    with process("--data", str(folder), *arguments) as running:
        found = running.client.get("/__admin/state").json()["key_links"]
        assert running.stop() == 0
    return {each["integration_key_link_id"]: each["external_id"] for each in found}
