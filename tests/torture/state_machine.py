"""A Hypothesis state machine's access to the app under test and to the reference model."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine
from tinydb import TinyDB
from werkzeug.test import TestResponse

from mockrevio.app import create_app
from mockrevio.routes.mock_app import MockApp
from mockrevio.settings import Settings
from tests.contract.raw import basic
from tests.support import AUTH
from tests.torture.call_log import Call, CallLog
from tests.torture.common import LINKS
from tests.torture.reference_model import Model

EPOCH = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
FIXTURE_CUSTOMERS = (1015, 1016)
LOG_SIZE = 8
"""Calls that the request log keeps: few, so that it overflows."""


def format_timestamp(moment: datetime) -> str:
    """Format a moment as Rev.io formats dates."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def without_nulls(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record without the fields, and the members of objects, whose value is null."""
    return {
        name: without_nulls(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if value is not None
    }


class HeldCall:
    """A call in a thread of its own, which a fault holds."""

    def __init__(self, app: MockApp, values: Any) -> None:
        self.call = Call("POST")
        self._responses: list[TestResponse] = []
        self._thread = threading.Thread(target=self._send, args=(app, values), daemon=True)
        self._thread.start()

    def _send(self, app: MockApp, values: Any) -> None:
        headers = {"Authorization": basic(*AUTH), "X-Held": "1"}
        self._responses.append(app.test_client().post(LINKS, json=values, headers=headers))

    def response(self) -> TestResponse:
        """The response, once it is there."""
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self._responses[0]


class AppMachine(RuleBasedStateMachine):
    """Runs the app in this process, with its data on disk; `model` is the expected state of its world."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mockrevio-machine-"))
        self.warnings: list[str] = []
        self.model = self.fixture_model()
        self.now = EPOCH
        self.calls = CallLog(LOG_SIZE)
        """The method and status of every call that the request log should know of."""
        self.saved_models: dict[str, Model] = {}
        self.held: HeldCall | None = None
        self.app = self.start_app()

    def fixture_model(self) -> Model:
        """Return the model of the fixture."""
        model = Model()
        for customer_id in FIXTURE_CUSTOMERS:
            model.add_customer(customer_id, {}, format_timestamp(EPOCH))
        return model

    def start_app(self) -> MockApp:
        """Start the app with the data in `folder`."""
        fixture = self.folder / "start.json"
        fixture.write_text('{"schema": 1, "entities": {"CUSTOMER": [1015, 1016]}}')
        options: dict[str, Any] = {
            "data": self.folder / "data",
            "fixture": ("empty", str(fixture)),
            "clock": EPOCH,
            "log_size": LOG_SIZE,
        }
        return create_app(Settings(**options, explicit=frozenset(options)), warn=self.warnings.append)

    def restart_app(self, how: str) -> None:
        """Stop the app and start it again: after a `close`, a `kill`, or a kill after a `checkpoint`."""
        if how == "checkpoint":
            self.app.worlds.default()._database.checkpoint()
        if how == "close":
            self.app.close()
            self.assert_held_call_ended()
        else:
            database = self.app.worlds.default()._database
            if database._checkpoint_thread is not None:
                database._checkpoint_thread.join()  # a thread cannot be killed
            TinyDB.close(database)  # leaves the files as a kill does
            self.app.worlds._release()
            self.app.worlds.default().calls.close()  # nor can one that waits: the data is closed by now
            self.assert_held_call_ended()
        self.app = self.start_app()
        self.now = EPOCH  # neither the mock clock nor the request log survives a restart
        self.calls.clear()

    def request(self, method: str, path: str, json: Any = None) -> TestResponse:
        """Send a request."""
        headers = {"Authorization": basic(*AUTH)}
        response = self.app.test_client().open(path, method=method, json=json, headers=headers)
        if path.startswith("/v1/"):
            self.calls.add(Call(method, response.status_code))
        return response

    def admin(self, method: str, path: str, json: Any = None) -> Any:
        """Send a request to the admin API, which must succeed; return the response's JSON."""
        response = self.request(method, f"/__admin/{path}", json)
        assert response.status_code in (200, 201), response.text
        return response.json

    def hold_call(self, values: Any) -> None:
        """Have a fault hold a call that creates a key link."""
        effect = {"latency": "1h"}
        self.admin("POST", "faults", {"match": {"headers": {"X-Held": "*"}}, "effect": effect})
        self.held = HeldCall(self.app, values)
        self.calls.add(self.held.call)
        while not any(entry["response"] is None for entry in self.admin("GET", "requests")["requests"]):
            time.sleep(0.001)

    def let_held_call_go(self) -> TestResponse | None:
        """Remove the fault, and return the response to the call if one is held."""
        self.admin("DELETE", "faults")
        held, self.held = self.held, None
        if held is None:
            return None
        response = held.response()
        held.call.status = response.status_code
        return response

    def assert_held_call_ended(self) -> None:
        """Whatever is held has ended without an answer of Rev.io's."""
        held, self.held = self.held, None
        if held is not None:
            assert held.response().status_code == 503
            self.calls.drop_in_progress()

    def assert_error(self, response: TestResponse, status: int, codes: list[str]) -> None:
        """Check the status and the error codes of a response."""
        assert response.status_code == status, response.text
        assert response.json is not None
        assert [problem["error"] for problem in response.json] == codes

    def teardown(self) -> None:
        """Stop the app and delete its data."""
        self.app.close()
        self.assert_held_call_ended()
        shutil.rmtree(self.folder)
