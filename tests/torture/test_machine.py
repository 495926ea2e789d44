"""Any sequence of calls, resets, snapshots and restarts leaves the world as a plain model has it."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tinydb import TinyDB
from werkzeug.test import TestResponse

from mockrevio.app import MockApp, create_app
from mockrevio.settings import Settings
from mockrevio.storage import stores
from tests.contract.raw import basic
from tests.support import AUTH
from tests.torture.common import LINKS, HowMuch
from tests.torture.model import LINK_FIELDS, Model

EPOCH = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
FIXTURE_CUSTOMERS = (1015, 1016)
SEARCHABLE = ("internal_id", "external_id", "integration_key_link_id", "created_by", "created_date")

link_values = st.fixed_dictionaries(
    {
        "integration_system_id": st.sampled_from([4, 4, 4, 4, 77]),
        "integration_entity_type_id": st.just(2),
        "internal_id": st.sampled_from([1015, 1015, 1016, 1017, 1020]),
        "external_id": st.sampled_from(["a", "A", "b", "ä", "\U0001f600", "a b&c=d", "0012D", "0012d"]),
    }
)
customer_values = st.fixed_dictionaries(
    {}, optional={"status": st.sampled_from(["ACTIVE", "CLOSED", None]), "finance": st.just({"balance": 1.5})}
)


def stamped(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def without_blanks(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


class Machine(RuleBasedStateMachine):
    """The world, by way of the app, beside the model."""

    links = Bundle("links")
    customers = Bundle("customers")
    snapshots = Bundle("snapshots")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="mockrevio-machine-"))
        self.warnings: list[str] = []
        self.model = self.begun()
        self.now = EPOCH
        self.kept: dict[str, Model] = {}
        self.app = self.started()

    def begun(self) -> Model:
        """The model of the fixture."""
        model = Model()
        for customer_id in FIXTURE_CUSTOMERS:
            model.put_customer(customer_id, {})
        return model

    def started(self) -> MockApp:
        fixture = self.folder / "start.json"
        fixture.write_text('{"schema": 1, "entities": {"CUSTOMER": [1015, 1016]}}')
        chosen: dict[str, Any] = {
            "data": self.folder / "data",
            "fixture": ("empty", str(fixture)),
            "clock": EPOCH,
        }
        return create_app(Settings(**chosen, explicit=frozenset(chosen)), warn=self.warnings.append)

    def call(self, method: str, path: str, json: Any = None) -> TestResponse:
        headers = {"Authorization": basic(*AUTH)}
        return self.app.test_client().open(path, method=method, json=json, headers=headers)

    def admin(self, method: str, path: str, json: Any = None) -> Any:
        answer = self.call(method, f"/__admin/{path}", json)
        assert answer.status_code in (200, 201), answer.text
        return answer.json

    # Key links.

    @rule(target=links, values=link_values)
    def create(self, values: dict[str, Any]) -> Any:
        codes = self.model.refusal(values)
        answer = self.call("POST", LINKS, values)
        if codes:
            self.refused(answer, 400, codes)
            return multiple()
        assert answer.status_code == 201
        link_id = self.model.create(values, stamped(self.now))
        assert answer.json == {"ok": True, "id": link_id}
        return link_id

    @rule(link_id=links, values=link_values)
    def replace(self, link_id: int, values: dict[str, Any]) -> None:
        answer = self.call("PUT", f"{LINKS}/{link_id}", values)
        if link_id not in self.model.links:
            self.refused(answer, 404, ["not_found"])
        elif codes := self.model.refusal(values, link_id):
            self.refused(answer, 400, codes)
        else:
            self.model.replace(link_id, values)
            assert (answer.status_code, answer.json) == (200, {"ok": True, "id": link_id})

    @rule(link_id=links)
    def delete(self, link_id: int) -> None:
        answer = self.call("DELETE", f"{LINKS}/{link_id}")
        if self.model.links.pop(link_id, None) is None:
            self.refused(answer, 404, ["not_found"])
        else:
            assert (answer.status_code, answer.json) == (200, {"ok": True, "id": link_id})

    @rule(link_id=links)
    def get(self, link_id: int) -> None:
        answer = self.call("GET", f"{LINKS}/{link_id}")
        if link_id in self.model.links:
            assert answer.json == {"ok": True, **self.model.links[link_id]}
        else:
            self.refused(answer, 404, ["not_found"])

    @rule(
        names=st.sets(st.sampled_from(SEARCHABLE), max_size=2),
        sort=st.sampled_from(["", *LINK_FIELDS, *(f"-{name}" for name in LINK_FIELDS)]),
        page=st.integers(1, 3),
        size=st.integers(1, 6),
        data=st.data(),
    )
    def search(self, names: set[str], sort: str, page: int, size: int, data: st.DataObject) -> None:
        wanted: dict[str, list[Any]] = {}
        for name in sorted(names):
            known = sorted({link[name] for link in self.model.links.values()} - {None}) or [1]
            wanted[name] = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=2))
        pairs = [(f"search.{name}", value) for name, values in wanted.items() for value in values]
        query = urlencode([*pairs, ("sort", sort), ("page", page), ("page_size", size)])
        assert self.call("GET", f"{LINKS}?{query}").json == self.model.page(wanted, sort, page, size)

    # Customers.

    @rule(target=customers, fields=customer_values)
    def add_customer(self, fields: dict[str, Any]) -> int:
        customer_id = self.model.next_customer
        assert self.call("POST", "/v1/Customers", fields).json == {"ok": True, "id": customer_id}
        self.model.put_customer(customer_id, fields)
        return customer_id

    @rule(target=customers, customer_id=st.integers(1013, 1024))
    def add_customer_by_id(self, customer_id: int) -> Any:
        answer = self.call("POST", "/__admin/entities/CUSTOMER", {"id": customer_id})
        if customer_id in self.model.customers:
            assert answer.status_code == 409
            return multiple()
        assert answer.status_code == 201
        self.model.put_customer(customer_id, {})
        return customer_id

    @rule(customer_id=customers, status=st.sampled_from(["ACTIVE", "CLOSED"]))
    def patch_customer(self, customer_id: int, status: str) -> None:
        operation = {"op": "replace", "path": "/status", "value": status}
        answer = self.call("PATCH", f"/v1/Customers/{customer_id}", [operation])
        if customer_id not in self.model.customers:
            self.refused(answer, 404, ["not_found"])
        else:
            assert (answer.status_code, answer.json) == (200, {"ok": True, "id": customer_id})
            self.model.customers[customer_id]["status"] = status

    @rule(customer_id=st.one_of(consumes(customers), st.sampled_from(FIXTURE_CUSTOMERS)))
    def remove_customer(self, customer_id: int) -> None:
        answer = self.call("DELETE", f"/v1/Customers/{customer_id}")
        if self.model.customers.pop(customer_id, None) is None:
            self.refused(answer, 404, ["not_found"])
        else:
            assert answer.status_code == 200

    # The whole world.

    @rule()
    def reset(self) -> None:
        self.admin("POST", "reset")
        self.model = self.begun()
        self.now = EPOCH

    @rule()
    def put_back_what_was_read(self) -> None:
        self.admin("PUT", "state", self.admin("GET", "state"))

    @rule(target=links, values=link_values, next_id=st.integers(5, 9))
    def put_state(self, values: dict[str, Any], next_id: int) -> int:
        model = Model(next_link=next_id)
        model.put_customer(values["internal_id"], {"status": "ACTIVE"})
        link_id = 3
        model.links[link_id] = {
            "integration_key_link_id": link_id,
            **values,
            "created_date": stamped(self.now),
            "created_by": None,
        }
        types = [{"integration_entity_type_id": 2, "entity_type_name": "CUSTOMER"}]
        document = {
            "schema": 1,
            "integration_systems": [{"integration_system_id": 4, "system_name": "SALESFORCE"}],
            "integration_entity_types": types,
            "entities": {"CUSTOMER": [{"customer_id": values["internal_id"], "status": "ACTIVE"}]},
            "key_links": [{"integration_key_link_id": link_id, **values}],
            "next_ids": {"key_links": next_id},
            "settings": {"duplicates": "allow"},
        }
        self.admin("PUT", "state", document)
        model.duplicates = "allow"
        self.model = model
        return link_id

    @rule(target=snapshots, name=st.sampled_from(["one", "two", "three"]))
    def save(self, name: str) -> str:
        self.admin("PUT", f"snapshots/{name}")
        self.kept[name] = self.model.copied()
        return name

    @rule(name=snapshots)
    def restore(self, name: str) -> None:
        self.admin("POST", f"snapshots/{name}/restore")
        self.model = self.kept[name].copied()

    @rule(name=snapshots)
    def compare(self, name: str) -> None:
        told = self.admin("GET", f"snapshots/{name}/diff")
        before, after = self.kept[name].links, self.model.links
        ids = [
            [each["id"] for each in told[kind] if each["table"] == "key_links"]
            for kind in ("added", "changed", "removed")
        ]
        changed = [each for each in sorted(before.keys() & after.keys()) if before[each] != after[each]]
        assert ids == [sorted(after.keys() - before.keys()), changed, sorted(before.keys() - after.keys())]

    @rule(value=st.sampled_from(["allow", "reject", None]))
    def patch_settings(self, value: str | None) -> None:
        told = self.admin("PATCH", "settings", {"duplicates": value})
        self.model.duplicates = value or "reject"
        assert told["duplicates"] == self.model.duplicates

    @rule(by=st.sampled_from([timedelta(milliseconds=1), timedelta(days=2)]))
    def advance(self, by: timedelta) -> None:
        milliseconds = round(by.total_seconds() * 1000)
        self.admin("PUT", "clock", {"advance": f"{milliseconds}ms"})
        self.now += by

    @rule(how=st.sampled_from(["close", "kill", "fold"]))
    def restart(self, how: str) -> None:
        if how == "fold":
            self.app.worlds.default()._database.fold()
        if how == "close":
            self.app.close()
        else:
            database = self.app.worlds.default()._database
            if database._fold_thread is not None:
                database._fold_thread.join()  # a thread cannot be killed
            TinyDB.close(database)  # the files are now as a kill leaves them
            self.app.worlds._release()
        self.app = self.started()
        self.now = EPOCH  # a restart forgets the mock clock

    # What holds at every moment.

    @invariant()
    def links_are_those_of_the_model(self) -> None:
        told = self.admin("GET", "state")
        assert told["key_links"] == [self.model.links[each] for each in sorted(self.model.links)]
        assert told["next_ids"].get("key_links", 1) == self.model.next_link
        customers = [without_blanks(self.model.customers[each]) for each in sorted(self.model.customers)]
        assert [without_blanks(each) for each in told["entities"].get("CUSTOMER", [])] == customers
        assert self.admin("GET", "settings")["duplicates"] == self.model.duplicates
        assert self.admin("GET", "snapshots")["snapshots"] == sorted(self.kept)
        assert self.warnings == []

    def refused(self, answer: TestResponse, status: int, codes: list[str]) -> None:
        assert answer.status_code == status, answer.text
        assert answer.json is not None
        assert [each["error"] for each in answer.json] == codes

    def teardown(self) -> None:
        self.app.close()
        shutil.rmtree(self.folder)


def test_any_sequence_of_calls_leaves_the_world_as_the_model_has_it(how_much: HowMuch) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=how_much(short=10, long=1500),
            stateful_step_count=how_much(short=25, long=60),
            deadline=None,
            phases=[Phase.generate, *how_much(short=[], long=[Phase.shrink])],  # shrinking takes minutes
            report_multiple_bugs=False,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_same_with_folds_all_the_time(how_much: HowMuch, monkeypatch: Any) -> None:
    monkeypatch.setattr(stores, "MIN_FOLD_SIZE", 1000)
    test_any_sequence_of_calls_leaves_the_world_as_the_model_has_it(how_much)
