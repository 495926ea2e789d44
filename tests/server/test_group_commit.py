"""With durability fsync, writes that arrive together share a sync, and each is answered after it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mockrevio.app import create_app
from mockrevio.routes.mock_app import MockApp
from mockrevio.settings import Settings
from tests.contract.raw import Raw, with_length
from tests.server.common import LINKS
from tests.support import LINK, Client, running

WRITERS = 32


class Disk:
    """Stands in for `os.fsync`: a sync ends when it is allowed to."""

    def __init__(self) -> None:
        self.syncs = 0
        self.begun = threading.Event()
        self.allowed = threading.Event()
        self.error: OSError | None = None

    def fsync(self, _descriptor: int) -> None:
        self.syncs += 1
        self.begun.set()
        assert self.allowed.wait(20)
        if self.error is not None:
            raise self.error


@contextmanager
def syncing_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[MockApp, Client, Disk]]:
    app = create_app(Settings(data=folder, durability="fsync", explicit=frozenset({"data", "durability"})))
    disk = Disk()
    with running(app) as client:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", disk.fsync)
            yield app, client, disk
        app.close()


def send(connection: Raw, number: int) -> None:
    body = json.dumps({**LINK, "external_id": f"A{number}"}).encode()
    connection.send(with_length("POST", LINKS, body))


def test_writers_share_a_sync_and_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with syncing_server(tmp_path, monkeypatch) as (app, client, disk), ExitStack() as stack:
        connections = [stack.enter_context(Raw(client.url)) for _ in range(WRITERS)]
        send(connections[0], 0)
        assert disk.begun.wait(20)
        for number, connection in enumerate(connections[1:], start=1):
            send(connection, number)
        world = app.worlds.default()
        while world.key_links.count() < WRITERS:
            assert client.get("/v1/SystemStatus").status_code == 200
            posts = [entry for entry in world.request_log.entries() if entry.request.method == "POST"]
        assert not any(entry.response for entry in posts), "a write must not be answered before it is synced"
        disk.allowed.set()
        assert {connection.read().status for connection in connections} == {201}
        # The first writer's sync, and then one for all others, or two if they were not in one turn.
        assert disk.syncs <= 3
        assert client.get(f"{LINKS}?page_size=100").json()["record_count"] == WRITERS


def test_a_write_whose_sync_fails_gets_a_500(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with syncing_server(tmp_path, monkeypatch) as (app, client, disk):
        disk.error = OSError(5, "Input/output error")
        disk.allowed.set()
        response = client.post(LINKS, json=LINK)
        assert response.status_code == 500
        assert "could not be synced" in response.headers["X-Mock-Explain"]
        (entry,) = app.worlds.default().request_log.entries()
        assert entry.response is not None
        assert entry.response.status == 500
