"""Load, failures, and continuing afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from mockrevio.errors import UpstreamError
from tests.contract_tools.pull.common import Puller, ids
from tests.contract_tools.tenant import serving_tenant
from tests.support import serving
from tests.world.common import fixture_file


def test_a_pull_survives_load_and_broken_connections(puller: Puller) -> None:
    """The clock of the mock stands still, and the waits of the client take no time."""
    faults = [
        {"match": {"path": "/v1/Customers"}, "when": {"times": 1}, "effect": {"status": 503}},
        {"match": {"path": "/v1/Agents"}, "when": {"times": 1}, "effect": {"connection": "reset"}},
        {"match": {"path": "/v1/Users"}, "when": {"times": 1}, "effect": {"preset": "rate_limited"}},
        {"match": {"path": "/v1/BillProfiles"}, "when": {"times": 1}, "effect": {"connection": "truncate"}},
    ]
    fixture = fixture_file(
        puller.folder,
        "faults.json",
        integration_systems=None,
        integration_entity_types=None,
        entities=None,
        faults=faults,
    )
    with serving(fixture=("default", fixture)) as client:
        document = puller(client.url, "CUSTOMER:all")
        assert all(fault["fired"] == 1 for fault in client.get("/__admin/faults").json()["faults"])
        waits = len(puller.waits)
        assert puller(client.url, "CUSTOMER:all") == document
    assert waits == len(puller.waits) == 4


def test_an_interrupted_pull_continues_and_has_the_same_result(puller: Puller) -> None:
    """Personal data is replaced by the same data, because the key is part of the state."""
    contacts = [{"contact_id": n, "name": f"Jane {n} Doe", "customer_id": n % 3 + 1} for n in range(1, 30)]
    customers = [{"customer_id": n, "email": f"c{n}@acme.com"} for n in (1, 2, 3)]
    tables: dict[str, list[Any]] = {"Contacts": contacts, "Customers": customers}
    ids_of = {"Customers": "customer_id"}
    with serving_tenant(tables, max_page_size=10, statuses={"Customers": 500}, ids=ids_of) as tenant:
        with pytest.raises(UpstreamError):
            puller(tenant.url, "CONTACT:all", keep=False)
        state = puller.state.read_bytes()
        assert not [text for text in (b"acme.com", b"Doe") if text in state]
        calls = len(tenant.calls)
        tenant.statuses = {}
        document = puller(tenant.url, "CONTACT:all", keep=False)
        assert "continuing with 5 responses from" in puller.notes.messages[0]
        assert len(tenant.calls) == calls + 1
        assert not puller.state.exists()
        puller.state.write_bytes(state.splitlines(keepends=True)[0])  # only the key
        assert puller(tenant.url, "CONTACT:all", keep=False) == document
    assert len(ids(document, "CONTACT")) == 29
    assert not {record["name"] for record in document["entities"]["CONTACT"]} & {
        contact["name"] for contact in contacts
    }


def test_a_service_that_dies_ends_the_pull_which_continues_when_it_is_back(puller: Puller) -> None:
    def die(_path: str, number: int) -> None:
        if number == 3:
            raise ConnectionResetError

    notes = [{"note_id": number} for number in range(1, 30)]
    with serving_tenant({"Notes": notes}, max_page_size=10, before_page=die) as tenant:
        with pytest.raises(UpstreamError, match="does not respond to GET /Notes"):
            puller(tenant.url, "Notes:all")
        assert [note for note in puller.notes.messages if note.startswith("waiting ")]
        calls = len(tenant.calls)
        tenant.before_page = lambda _path, _number: None
        assert ids(puller(tenant.url, "Notes:all"), "Notes") == [*range(1, 30)]
        assert len(tenant.calls) == calls + 1
