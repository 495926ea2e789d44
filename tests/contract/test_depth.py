"""How deep lists and objects may be nested: 64 levels in a record or a body, whichever way it comes in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockrevio.documents import MAX_DEPTH
from tests.support import LINK, Client, process

CUSTOMER = "/v1/Customers/1001"
ADMIN = "/__admin/entities/CUSTOMER"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def record(levels: int) -> dict[str, Any]:
    """A customer that is nested this deep."""
    return {"customer_id": 1001, "extra": nested(levels - 1)}


def readable(client: Client) -> bool:
    """Whether everything that shows the record still works."""
    paths = (CUSTOMER, "/v1/Customers", f"{ADMIN}/1001", "/__admin/state", "/__admin/requests")
    return [client.get(path).status_code for path in paths] == [200] * len(paths)


def one_level_per_operation(levels: int) -> list[dict[str, Any]]:
    """A patch each of whose operations fills a null one level deeper."""
    return [{"op": "add", "path": "/extra" + "/a" * level, "value": None} for level in range(levels)]


def a_fault(levels: int) -> dict[str, Any]:
    return {"match": {"path": "/nothing"}, "effect": {"status": 503, "body": nested(levels - 2)}}


WAYS_IN: dict[str, tuple[str, str, Callable[[int], Any]]] = {
    "an API body": ("POST", "/v1/IntegrationKeyLink", lambda levels: {**LINK, "x": nested(levels - 1)}),
    "one operation": (
        "PATCH", CUSTOMER, lambda levels: [{"op": "add", "path": "/extra", "value": nested(levels - 1)}]
    ),
    "many operations": ("PATCH", CUSTOMER, one_level_per_operation),
    "copies": (
        "PATCH",
        CUSTOMER,
        lambda levels: [
            {"op": "add", "path": "/extra", "value": {}},
            *[{"op": "copy", "from": "/extra", "path": "/extra/a"}] * (levels - 2),
        ],
    ),
    "an admin body": ("PUT", f"{ADMIN}/1001", record),
    "a list in an admin body": ("POST", ADMIN, lambda levels: [{**record(levels), "customer_id": 7001}]),
    "a state": ("PUT", "/__admin/state", lambda levels: {"entities": {"CUSTOMER": [record(levels)]}}),
    "a fault": ("POST", "/__admin/faults", a_fault),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, MAX_DEPTH + 2, 80, 400])
def test_values_that_are_nested_too_deeply_are_rejected(client: Client, way: str, levels: int) -> None:
    method, path, make = WAYS_IN[way]
    before = client.get("/__admin/state").json()
    response = client.request(method, path, json=make(levels))
    assert response.status_code == 400
    explanation = response.headers.get("X-Mock-Explain", response.text)
    assert "levels" in explanation
    assert client.get("/__admin/state").json() == before


@pytest.mark.parametrize("way", [way for way in WAYS_IN if way != "one operation"])
def test_the_deepest_allowed_is_accepted_and_can_be_read_and_saved(client: Client, way: str) -> None:
    method, path, make = WAYS_IN[way]
    assert client.request(method, path, json=make(MAX_DEPTH)).status_code in (200, 201)
    if way == "a state":  # it has no other parts
        assert client.get(CUSTOMER).status_code == 200
    else:
        assert readable(client)
    state = client.get("/__admin/state").json()
    client.put("/__admin/snapshots/deep").raise_for_status()
    client.post("/__admin/snapshots/deep/restore").raise_for_status()
    client.put("/__admin/state", json=state).raise_for_status()
    assert client.get("/__admin/state").json() == state


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 400, 100_000])
def test_a_fixture_file_that_is_nested_too_deeply_is_refused(tmp_path: Path, levels: int) -> None:
    fixture = tmp_path / "deep.json"
    fixture.write_text(
        '{"entities": {"CUSTOMER": [{"customer_id": 1, "x": %s}]}}'
        % ('{"a":' * (levels - 2) + "{}" + "}" * (levels - 2))
    )
    with process("--ephemeral", "--fixture", "empty", "--fixture", str(fixture)) as running:
        assert running.process.wait(30) == 1
    errors = "".join(running.errors)
    assert "deep.json" in errors
    assert "levels deep" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 400])
def test_a_data_file_that_is_nested_too_deeply_is_refused(tmp_path: Path, levels: int) -> None:
    with process("--data", str(tmp_path)) as running:
        running.stop()
    (data,) = tmp_path.glob("*.json")
    tables = json.loads(data.read_text())
    tables["CUSTOMER"]["1001"] = record(levels)
    data.write_text(json.dumps(tables))
    with process("--data", str(tmp_path)) as running:
        assert running.process.wait(30) == 1
    errors = "".join(running.errors)
    assert "CUSTOMER.1001: is nested more than 64 levels deep" in errors
