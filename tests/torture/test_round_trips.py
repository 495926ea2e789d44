"""Whatever calls have made of a world, what the mock saves of it, the mock loads: byte for byte."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from mockrevio.app import create_app
from mockrevio.routes.mock_app import MockApp
from mockrevio.settings import Settings
from tests.contract.raw import basic
from tests.support import AUTH
from tests.torture.common import LINKS, Scale
from tests.torture.odd_values import (
    DOCUMENTS,
    FAULTS,
    LINK_VALUES,
    SETTINGS,
    START,
    TIMES,
    WRITES,
    Write,
)


class SilentSenders:
    """Sends no notification, so that the world changes by calls alone."""

    def schedule(self, *_: Any) -> None:
        """Do nothing."""

    submit = cancel = schedule


class Machine(RuleBasedStateMachine):
    """Calls everything that changes a world, then saves and loads it in every way."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mockrevio-round-trips-"))
        start = self.folder / "start.json"
        start.write_text(json.dumps(START))
        self.options: dict[str, Any] = {"data": self.folder / "data", "fixture": ("default", str(start))}
        self.time = "2026-01-05T09:30:00"
        self.app = self.start(**self.options)

    def start(self, **options: Any) -> MockApp:
        """Start an app whose clock is frozen at the time of this machine."""
        app = create_app(Settings(**options, explicit=frozenset(options)), warn=lambda _: None, load=False)
        app.worlds._senders = SilentSenders  # type: ignore[assignment]
        app.open()
        self.freeze(app)
        return app

    def freeze(self, app: MockApp) -> None:
        """Freeze the clock of an app at the time of this machine."""
        self.call("PUT", "/__admin/clock", {"now": self.time}, app)

    def call(self, method: str, path: str, body: Any = None, app: MockApp | None = None) -> Any:
        """Send a request. It may be refused, but not fail."""
        json_patch = "application/json-patch+json" if method == "PATCH" and path.startswith("/v1") else None
        response = (
            (app or self.app)
            .test_client()
            .open(
                path,
                method=method,
                data=None if body is None else json.dumps(body),
                content_type=json_patch or "application/json",
                headers={"Authorization": basic(*AUTH)},
            )
        )
        assert response.status_code < 500, response.text
        return response

    def state(self, app: MockApp | None = None) -> bytes:
        """The state of the world, as it comes."""
        data: bytes = self.call("GET", "/__admin/state", app=app).data
        return data

    # What changes a world.

    @rule(writes=st.lists(WRITES, min_size=1, max_size=8))
    def write(self, writes: list[Write]) -> None:
        for write in writes:
            (self.administer if write.by_admin else self.write_one)(write)

    def write_one(self, write: Write) -> None:
        """Write to Rev.io's API."""
        path = f"/v1/{write.path}" if write.method == "POST" else f"/v1/{write.path}/{write.record_id}"
        body: Any = write.fields
        if write.method == "PATCH":
            body = [{"op": "add", "path": f"/{name}", "value": value} for name, value in body.items()]
        self.call(write.method, path, body)

    def administer(self, write: Write) -> None:
        """Write to the admin API, which can clear all records, too."""
        path = f"/__admin/entities/{write.path}"
        if write.method == "POST":
            self.call("POST", path, [{**write.fields, "id": write.record_id}, write.fields])
        elif write.method == "PUT":
            self.call("PUT", f"{path}/{write.record_id}", write.fields)
        else:
            self.call("DELETE", path if write.method == "PATCH" else f"{path}/{write.record_id}")

    @rule(links=st.lists(LINK_VALUES, max_size=4))
    def link(self, links: list[dict[str, Any]]) -> None:
        for link in links:
            self.call("POST", LINKS, link)

    @rule(values=LINK_VALUES, link_id=st.integers(1, 4))
    def replace_link(self, values: dict[str, Any], link_id: int) -> None:
        self.call("PUT", f"{LINKS}/{link_id}", values)

    @rule(link_id=st.integers(1, 4))
    def delete_link(self, link_id: int) -> None:
        self.call("DELETE", f"{LINKS}/{link_id}")

    @rule(item_id=st.integers(1001, 1004), service_id=st.none() | st.integers(1001, 1003))
    def assign(self, item_id: int, service_id: int | None) -> None:
        body = {"inventory_item_id": item_id, "service_id": service_id}
        self.call("PATCH", "/v1/InventoryItem/assignService", body)

    @rule(changes=SETTINGS)
    def change_settings(self, changes: dict[str, Any]) -> None:
        self.call("PATCH", "/__admin/settings", changes)

    @rule(fault=FAULTS)
    def arm(self, fault: dict[str, Any]) -> None:
        self.call("POST", "/__admin/faults", fault)

    @rule(time=TIMES)
    def set_the_clock(self, time: str) -> None:
        self.time = time
        self.freeze(self.app)

    @rule(document=DOCUMENTS)
    def put_a_state(self, document: dict[str, Any]) -> None:
        self.call("PUT", "/__admin/state", document)

    @rule(really=st.sampled_from([False, False, False, True]))
    def reset(self, really: bool) -> None:
        if not really:  # most of what other rules have made should stay
            return
        assert self.call("POST", "/__admin/reset").status_code == 200
        self.freeze(self.app)

    # What must not.

    def put_the_state(self) -> None:
        """Put the state in the place of itself."""
        before = self.state()
        response = self.call("PUT", "/__admin/state", json.loads(before))
        assert response.status_code == 200, response.text
        assert self.state() == before

    def restore_a_snapshot(self) -> None:
        """Save and restore a snapshot, with another state in between."""
        before = self.state()
        self.call("PUT", "/__admin/snapshots/one")
        self.call("PUT", "/__admin/state", {})
        response = self.call("POST", "/__admin/snapshots/one/restore")
        assert response.status_code == 200, response.text
        assert self.state() == before

    def restart(self) -> None:
        """Stop the app, and start it again with its data."""
        faults = self.call("GET", "/__admin/faults").json["faults"]
        self.call("DELETE", "/__admin/faults")  # a restart forgets them
        before = self.state()
        self.app.close()
        self.app = self.start(**self.options)
        self.call("DELETE", "/__admin/faults")  # those of the fixture, which it arms again
        assert self.state() == before
        for fault in faults:
            self.call("POST", "/__admin/faults", fault)

    def start_with_the_state_as_fixture(self) -> None:
        """Start another app with the state as its fixture, and reset it."""
        before = self.state()
        fixture = self.folder / "saved.json"
        fixture.write_bytes(before)
        other = self.start(ephemeral=True, fixture=(str(fixture),))
        try:
            assert self.state(other) == before
            self.call("POST", "/__admin/reset", app=other)
            assert self.state(other) == before
        finally:
            other.close()

    @rule()
    def save_and_load(self) -> None:
        self.put_the_state()
        self.restore_a_snapshot()
        self.start_with_the_state_as_fixture()
        self.restart()

    def teardown(self) -> None:
        """Save and load the world once more, and end."""
        try:
            self.save_and_load()
        finally:
            self.app.close()
            shutil.rmtree(self.folder)


def test_any_world_is_saved_and_loaded_byte_for_byte(how_much: Scale) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=how_much(short=12, long=1500),
            stateful_step_count=how_much(short=25, long=50),
            deadline=None,
            phases=[Phase.generate, *how_much(short=[], long=[Phase.shrink])],
            report_multiple_bugs=False,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
