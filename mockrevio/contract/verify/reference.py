"""The mock to compare with: it runs in this process, and has a record for every probe to look at."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from mockrevio.app import create_app
from mockrevio.contract.access import Access
from mockrevio.contract.client import Call, Client
from mockrevio.contract.verify.service import Service
from mockrevio.revio.resources import BUILT_IN, KEY_LINK_RESOURCES, WEBHOOK_RESOURCES
from mockrevio.server import Server
from mockrevio.settings import Settings
from mockrevio.settings.kinds import parse_credential
from mockrevio.world.world import World

CLIENT = "verify"


@contextmanager
def reference(
    settings: Settings, *, demands_key: bool = True, on_send: Callable[[Call], None] = lambda _: None
) -> Iterator[Service]:
    """A mock whose rules are those of `settings`, and which otherwise has what the probes need.

    Where it listens, stores and logs, its limits and its faults are not those of the settings. Raises
    SettingError, FixtureError or ServerError.
    """
    password, key = secrets.token_hex(12), secrets.token_hex(12)
    logins = (f"verify@{CLIENT}", f"verify@example.test@{CLIENT}")
    own = replace(
        settings,
        host="127.0.0.1",
        port=0,
        ephemeral=True,
        watch=False,
        tls="off",
        tls_cert=None,
        tls_key=None,
        hostname=(),
        tls_ca_out=None,
        admin_token=None,
        isolate_clients=False,
        credentials=tuple(parse_credential(f"{login}:{password}") for login in logins),
        subscription_key=(),
        rate_limit=None,
        quota=None,
        latency=None,
        error_rate=None,
        clock=None,
    )
    app = create_app(own, warn=lambda _: None)
    try:
        world = app.worlds.for_client(CLIENT)
        # A fixture may have set them.
        limits = dict.fromkeys(("rate_limit", "quota", "latency", "error_rate"))
        world.change_settings({**limits, "subscription_key": [key] if demands_key else None})
        world.faults.clear()
        _complete(world)
        server = Server.from_settings(app, own, None)
        server.start()
        try:
            url = f"{server.url}/v1"
            used, with_at = (Access(url, login, password, key if demands_key else None) for login in logins)
            with Client(used, limit=None) as client:
                yield Service(client, with_at=with_at, on_send=on_send)
        finally:
            server.stop()
    finally:
        app.close()


def _complete(world: World) -> None:
    """Generate records for the endpoints that have none."""
    for resource in BUILT_IN:
        if resource in (*KEY_LINK_RESOURCES, *WEBHOOK_RESOURCES):
            continue
        if not world.records.count(resource):
            world.generate_records(resource, 3)
