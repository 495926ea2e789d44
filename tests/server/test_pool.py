"""The pool's threads are shared between worlds: one world cannot occupy them all."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
import requests

from mockrevio.app import create_app
from mockrevio.server.limits import POOL_THREADS
from mockrevio.settings import Settings
from tests.contract.raw import Raw, with_length
from tests.server.common import LINKS
from tests.support import LINK, running

BUSY = requests.auth._basic_auth_str("user@busy", "x")
WAITING = 3 * POOL_THREADS


@pytest.mark.parametrize("path", [LINKS, "/__admin/key_links?client=busy"])
def test_requests_that_wait_for_one_world_do_not_delay_another(path: str) -> None:
    app = create_app(Settings(ephemeral=True, isolate_clients=True, auth="off"))
    with running(app) as client, ExitStack() as stack:
        for code in ("busy", "quiet"):
            assert client.get(LINKS, auth=(f"user@{code}", "x")).status_code == 200
        client.auth = ("user@quiet", "x")
        connections = [stack.enter_context(Raw(client.url)) for _ in range(WAITING)]
        with app.worlds.for_client("busy")._database.reading():
            for number, connection in enumerate(connections):
                body = json.dumps({**LINK, "external_id": f"A{number}"}).encode()
                connection.send(with_length("POST", path, body, f"Authorization: {BUSY}", authorized=False))
            for _ in range(3):
                assert client.get(f"{LINKS}?page_size=500", timeout=10).status_code == 200
                assert client.get("/__admin/state?client=quiet", timeout=10).status_code == 200
        assert {connection.read().status for connection in connections} == {201}
    app.close()
