"""Any sequence of requests, resets, snapshots and restarts leaves the world equal to a reference model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mockrevio.storage import stores
from tests.torture.common import LINKS, Scale
from tests.torture.reference_model import LINK_FIELDS, TESTER, Model
from tests.torture.state_machine import EPOCH, FIXTURE_CUSTOMERS, format_timestamp, without_nulls
from tests.torture.state_machine_log import LogMachine

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


class Machine(LogMachine):
    """Applies each change to the app and to the model, and compares the two."""

    links = Bundle("links")
    customers = Bundle("customers")
    snapshots = Bundle("snapshots")

    # Key links.

    @rule(target=links, values=link_values)
    def create(self, values: dict[str, Any]) -> Any:
        codes = self.model.error_codes(values)
        response = self.request("POST", LINKS, values)
        if codes:
            self.assert_error(response, 400, codes)
            return multiple()
        assert response.status_code == 201
        link_id = self.model.create(values, format_timestamp(self.now))
        assert response.json == {"ok": True, "id": link_id}
        return link_id

    @rule(link_id=links, values=link_values)
    def replace(self, link_id: int, values: dict[str, Any]) -> None:
        response = self.request("PUT", f"{LINKS}/{link_id}", values)
        if link_id not in self.model.links:
            self.assert_error(response, 404, ["not_found"])
        elif codes := self.model.error_codes(values, link_id):
            self.assert_error(response, 400, codes)
        else:
            self.model.replace(link_id, values)
            assert (response.status_code, response.json) == (200, {"ok": True, "id": link_id})

    @rule(link_id=links)
    def delete(self, link_id: int) -> None:
        response = self.request("DELETE", f"{LINKS}/{link_id}")
        if self.model.links.pop(link_id, None) is None:
            self.assert_error(response, 404, ["not_found"])
        else:
            assert (response.status_code, response.json) == (200, {"ok": True, "id": link_id})

    @rule(link_id=links)
    def get(self, link_id: int) -> None:
        response = self.request("GET", f"{LINKS}/{link_id}")
        if link_id in self.model.links:
            assert response.json == {"ok": True, **self.model.links[link_id]}
        else:
            self.assert_error(response, 404, ["not_found"])

    @rule(
        names=st.sets(st.sampled_from(SEARCHABLE), max_size=2),
        sort=st.sampled_from(["", *LINK_FIELDS, *(f"-{name}" for name in LINK_FIELDS)]),
        page=st.integers(1, 3),
        size=st.integers(1, 6),
        data=st.data(),
    )
    def search(self, names: set[str], sort: str, page: int, size: int, data: st.DataObject) -> None:
        filters: dict[str, list[Any]] = {}
        for name in sorted(names):
            values = sorted({link[name] for link in self.model.links.values()} - {None})
            values = values or ["2026-01-05" if name == "created_date" else 1]
            filters[name] = data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))
        pairs = [(f"search.{name}", value) for name, values in filters.items() for value in values]
        query = urlencode([*pairs, ("sort", sort), ("page", page), ("page_size", size)])
        assert self.request("GET", f"{LINKS}?{query}").json == self.model.page(filters, sort, page, size)

    # Calls in progress.

    @precondition(lambda self: self.held is None)
    @rule(values=link_values)
    def hold(self, values: dict[str, Any]) -> None:
        self.held_values = values
        self.hold_call(values)

    @rule(target=links)
    def let_go(self) -> Any:
        response = self.let_held_call_go()
        if response is None:
            return multiple()
        if codes := self.model.error_codes(self.held_values):
            self.assert_error(response, 400, codes)
            return multiple()
        link_id = self.model.create(self.held_values, format_timestamp(self.now))
        assert (response.status_code, response.json) == (201, {"ok": True, "id": link_id})
        return link_id

    # Customers.

    @rule(target=customers, fields=customer_values)
    def add_customer(self, fields: dict[str, Any]) -> int:
        customer_id = self.model.next_customer
        assert self.request("POST", "/v1/Customers", fields).json == {"ok": True, "id": customer_id}
        self.model.add_customer(customer_id, fields, format_timestamp(self.now), TESTER)
        return customer_id

    @rule(target=customers, customer_id=st.integers(1013, 1024))
    def add_customer_by_id(self, customer_id: int) -> Any:
        response = self.request("POST", "/__admin/entities/CUSTOMER", {"id": customer_id})
        if customer_id in self.model.customers:
            assert response.status_code == 409
            return multiple()
        assert response.status_code == 201
        self.model.add_customer(customer_id, {}, format_timestamp(self.now))
        return customer_id

    @rule(customer_id=customers, status=st.sampled_from(["ACTIVE", "CLOSED"]))
    def patch_customer(self, customer_id: int, status: str) -> None:
        operation = {"op": "replace", "path": "/status", "value": status}
        response = self.request("PATCH", f"/v1/Customers/{customer_id}", [operation])
        if customer_id not in self.model.customers:
            self.assert_error(response, 404, ["not_found"])
        else:
            assert (response.status_code, response.json) == (200, {"ok": True, "id": customer_id})
            changes = {"status": status, "updated_date": format_timestamp(self.now)}
            self.model.customers[customer_id].update(changes)

    @rule(customer_id=st.one_of(consumes(customers), st.sampled_from(FIXTURE_CUSTOMERS)))
    def remove_customer(self, customer_id: int) -> None:
        response = self.request("DELETE", f"/v1/Customers/{customer_id}")
        if self.model.customers.pop(customer_id, None) is None:
            self.assert_error(response, 404, ["not_found"])
        else:
            assert response.status_code == 200

    # The whole world.

    @rule()
    def reset(self) -> None:
        self.admin("POST", "reset")
        self.assert_held_call_ended()
        self.model = self.fixture_model()
        self.now = EPOCH
        self.calls.clear()

    @rule()
    def upload_the_current_state(self) -> None:
        self.admin("PUT", "state", self.admin("GET", "state"))
        self.assert_held_call_ended()

    @rule(target=links, values=link_values, next_id=st.integers(5, 9))
    def put_state(self, values: dict[str, Any], next_id: int) -> int:
        model = Model(next_link=next_id)
        model.add_customer(values["internal_id"], {"status": "ACTIVE"}, format_timestamp(self.now))
        link_id = 3
        model.links[link_id] = {
            "integration_key_link_id": link_id,
            **values,
            "created_date": format_timestamp(self.now),
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
        self.assert_held_call_ended()
        model.duplicates = "allow"
        self.model = model
        return link_id

    @rule(target=snapshots, name=st.sampled_from(["one", "two", "three"]))
    def save(self, name: str) -> str:
        self.admin("PUT", f"snapshots/{name}")
        self.saved_models[name] = self.model.copy()
        return name

    @rule(name=snapshots)
    def restore(self, name: str) -> None:
        self.admin("POST", f"snapshots/{name}/restore")
        self.assert_held_call_ended()
        self.model = self.saved_models[name].copy()

    @rule(name=snapshots)
    def compare(self, name: str) -> None:
        diff = self.admin("GET", f"snapshots/{name}/diff")
        before, after = self.saved_models[name].links, self.model.links
        ids = [
            [change["id"] for change in diff[kind] if change["table"] == "key_links"]
            for kind in ("added", "changed", "removed")
        ]
        added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
        common = sorted(before.keys() & after.keys())
        changed = [link_id for link_id in common if before[link_id] != after[link_id]]
        assert ids == [added, changed, removed]

    @rule(value=st.sampled_from(["allow", "reject", None]))
    def patch_settings(self, value: str | None) -> None:
        effective = self.admin("PATCH", "settings", {"duplicates": value})
        self.model.duplicates = value or "reject"
        assert effective["duplicates"] == self.model.duplicates

    @rule(duration=st.sampled_from([timedelta(milliseconds=1), timedelta(days=2)]))
    def advance(self, duration: timedelta) -> None:
        milliseconds = round(duration.total_seconds() * 1000)
        self.admin("PUT", "clock", {"advance": f"{milliseconds}ms"})
        self.now += duration

    @rule(how=st.sampled_from(["close", "kill", "checkpoint"]))
    def restart(self, how: str) -> None:
        self.restart_app(how)

    # After every step.

    @invariant()
    def the_world_equals_the_model(self) -> None:
        state = self.admin("GET", "state")
        assert state["key_links"] == [link for _, link in sorted(self.model.links.items())]
        assert state["next_ids"].get("key_links", 1) == self.model.next_link
        customers = [without_nulls(customer) for _, customer in sorted(self.model.customers.items())]
        assert [without_nulls(record) for record in state["entities"].get("CUSTOMER", [])] == customers
        assert self.admin("GET", "settings")["duplicates"] == self.model.duplicates
        assert self.admin("GET", "snapshots")["snapshots"] == sorted(self.saved_models)
        assert self.warnings == []


def test_any_sequence_of_requests_leaves_the_world_equal_to_the_model(how_much: Scale) -> None:
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


def test_constant_checkpoints_change_nothing(how_much: Scale, monkeypatch: Any) -> None:
    monkeypatch.setattr(stores, "MIN_CHECKPOINT_SIZE", 1000)
    test_any_sequence_of_requests_leaves_the_world_equal_to_the_model(how_much)
