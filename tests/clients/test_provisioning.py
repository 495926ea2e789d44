"""A provisioning system: it orders services and products, hands out inventory, and takes all of it back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.common import PATCH, CallFailed, Clock, Record, RevIo, custom_field

BILLING_PORTAL = 9
"""The integration system that the provisioner's key links belong to."""


@pytest.fixture
def service(revio: RevIo) -> int:
    """A new service of customer 1003."""
    return revio.create(
        "Services",
        customer_id=1003,
        provider_id=1,
        service_type_id=1,
        number="2075550100",
        description="Hosted PBX",
        activated_date="2026-1-5",
        contract_start="2026-01-05Z",
        contract_end="2028-01-04",
        fields=[{"field_id": 12, "label": "Circuit", "value": "A-17"}],
    )


@pytest.fixture
def product(revio: RevIo, service: int) -> int:
    """A new product of the new service."""
    return revio.create(
        "ServiceProduct",
        customer_id=1003,
        service_id=service,
        product_id=1001,
        status="ACTIVE",
        quantity=2,
        rate="19.95",
        activated_date="2026-01-05",
    )


@pytest.fixture
def item(revio: RevIo) -> int:
    """A new inventory item, which is free."""
    return revio.create(
        "InventoryItem", inventory_type_id=1, identifier="+12075550100", status="AVAILABLE", note="DID"
    )


def assign(revio: RevIo, item: int, service: int | None) -> None:
    """Assign an item to a service, or to none."""
    body = {"inventory_item_id": item, "service_id": service}
    assert revio.call("PATCH", "InventoryItem/assignService", body)["ok"] is True


def assigned(revio: RevIo, service: int) -> list[int]:
    """The items that are assigned to a service."""
    rows = revio.records("ServiceInventory", **{"search.service_id": service})
    assert {row["line_id"] for row in rows} <= {service}
    return [row["inventory_item_id"] for row in rows]


def disconnect(revio: RevIo, product: int, **changes: Any) -> None:
    """Disconnect a product."""
    body = {"service_product_id": product, "effective_date": "2026-03-31", "generate_proration": True}
    assert revio.call("DELETE", "ServiceProduct", body | changes)["ok"] is True


def test_a_new_service_is_found_by_its_number_with_all_that_was_sent(
    revio: RevIo, service: int, clock: Clock
) -> None:
    found = revio.first("Services", number="2075550100")

    assert found["service_id"] == service
    assert (found["activated_date"], found["contract_start"], found["contract_end"]) == (
        "2026-01-05T00:00:00.000",
        "2026-01-05T00:00:00.000",
        "2028-01-04T00:00:00.000",
    )
    assert custom_field(found, "Circuit") == "A-17"
    assert found["created_date"] == clock.now


def test_an_assigned_item_is_listed_for_its_service_by_the_parameter_and_by_the_field(
    revio: RevIo, service: int, item: int, clock: Clock
) -> None:
    assign(revio, item, service)

    (row,) = revio.records("ServiceInventory", **{"search.service_id": service})
    assert revio.records("ServiceInventory", line_id=service) == [row]
    assert (row["inventory_item_id"], row["identifier"], row["assigned_date"]) == (
        item,
        "+12075550100",
        clock.now,
    )
    assert isinstance(row["assigned_by"], int)
    assert revio.get(f"ServiceInventory/{item}") == {"ok": True, **row}


def test_a_search_for_no_service_id_names_the_parameter_as_the_program_wrote_it(revio: RevIo) -> None:
    with pytest.raises(CallFailed, match=r"^service_id must be a whole number, not 'none'\.$") as failed:
        revio.records("ServiceInventory", **{"search.service_id": "none"})

    assert (failed.value.status, failed.value.field) == (400, "service_id")


@pytest.mark.parametrize(
    "path", ["inventoryItem/assignservice", "INVENTORYITEM/ASSIGNSERVICE", "InventoryItem/assignService/"]
)
def test_the_address_of_assignments_ignores_case_and_a_trailing_slash(
    revio: RevIo, service: int, item: int, path: str
) -> None:
    body = {"Inventory_Item_Id": str(item), "Service_Id": service}
    revio.call("PATCH", path, body, headers={"Content-Type": "text/json; charset=utf-8"})

    assert assigned(revio, service) == [item]


def test_null_unassigns_an_item_and_another_service_takes_it_over(
    revio: RevIo, service: int, item: int
) -> None:
    other = revio.create("Services", customer_id=1004)
    assign(revio, item, service)
    assign(revio, item, other)
    assert (assigned(revio, service), assigned(revio, other)) == ([], [item])

    assign(revio, item, None)

    assert assigned(revio, other) == []
    assert revio.records("ServiceInventory", inventory_item_id=item) == []


def test_unassigning_an_item_that_is_free_changes_nothing(revio: RevIo, item: int) -> None:
    before = revio.get(f"InventoryItem/{item}")

    assign(revio, item, None)

    assert revio.get(f"InventoryItem/{item}") == before


@pytest.mark.parametrize("field", ["inventory_item_id", "service_id"])
def test_assigning_a_missing_record_is_rejected_and_changes_nothing(
    revio: RevIo, service: int, item: int, field: str
) -> None:
    assign(revio, item, service)
    body = {"inventory_item_id": item, "service_id": service, field: 99_999}

    with pytest.raises(CallFailed) as failed:
        revio.call("PATCH", "InventoryItem/assignService", body)

    assert (failed.value.status, failed.value.code, failed.value.field) == (400, "entity_not_found", field)
    assert assigned(revio, service) == [item]


def test_a_quantity_is_patched_with_an_effective_date_that_the_record_does_not_show(
    revio: RevIo, product: int, clock: Clock
) -> None:
    place = f"ServiceProduct/{product}"
    before = revio.get(place)
    clock.wait(60)
    steps = [
        {"op": "replace", "path": "/quantity", "value": 5},
        {"op": "replace", "path": "/effective_date", "value": "2026-03-10"},
    ]

    assert revio.call("PATCH", place, steps, headers={"Content-Type": PATCH}) == {"ok": True, "id": product}

    assert revio.get(place) == {**before, "quantity": 5, "status_date": clock.now}


def test_a_disconnected_product_has_its_canceled_date(revio: RevIo, product: int, clock: Clock) -> None:
    before = revio.get(f"ServiceProduct/{product}")
    clock.wait(60)

    disconnect(revio, product)

    assert revio.get(f"ServiceProduct/{product}") == {
        **before,
        "status": "DISCONNECTED",
        "canceled_date": "2026-03-31T00:00:00.000",
        "status_date": clock.now,
    }
    assert revio.get(f"Products/{before['product_id']}")["ok"] is True


@pytest.mark.parametrize("path", ["serviceProduct", "serviceproduct/", "SERVICEPRODUCT"])
def test_a_product_is_disconnected_at_any_spelling_of_the_address(
    revio: RevIo, product: int, path: str
) -> None:
    body = {"service_product_id": str(product), "effective_date": "2026-3-31", "generate_proration": "true"}
    revio.call("DELETE", path, body)

    assert revio.get(f"ServiceProduct/{product}")["canceled_date"] == "2026-03-31T00:00:00.000"


def test_without_an_effective_date_a_product_ends_now(revio: RevIo, product: int, clock: Clock) -> None:
    revio.call("DELETE", "ServiceProduct", {"service_product_id": product})

    canceled: str = revio.get(f"ServiceProduct/{product}")["canceled_date"]
    assert canceled == clock.now


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"service_product_id": 99_999}, "entity_not_found", "service_product_id"),
        ({"service_product_id": None}, "required", "service_product_id"),
        ({"service_product_id": "none"}, "invalid", "service_product_id"),
        ({"effective_date": "2026-02-30"}, "invalid", "effective_date"),
        ({"generate_proration": "perhaps"}, "invalid", "generate_proration"),
    ],
)
def test_an_invalid_disconnect_is_rejected_and_changes_nothing(
    revio: RevIo, product: int, changes: Record, code: str, field: str
) -> None:
    before = revio.get(f"ServiceProduct/{product}")

    with pytest.raises(CallFailed) as failed:
        disconnect(revio, product, **changes)

    assert (failed.value.status, failed.value.code, failed.value.field) == (400, code, field)
    assert revio.get(f"ServiceProduct/{product}") == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_the_items_of_a_service_that_ends_are_free_again(
    revio: RevIo, service: int, item: int, method: str
) -> None:
    assign(revio, item, service)
    place = f"Services/{service}"
    if method == "PUT":
        revio.replace(place, revio.get(place) | {"disconnected_date": "2026-03-02"})
    elif method == "PATCH":
        revio.patch(place, disconnected_date="2026-03-02T08:00:00Z")
    else:
        revio.call("DELETE", place)

    assert assigned(revio, service) == []
    assert revio.get(f"InventoryItem/{item}")["status"] == "AVAILABLE"
    assign(revio, item, revio.create("Services", customer_id=1004))


def test_changing_an_active_service_keeps_its_items(revio: RevIo, service: int, item: int) -> None:
    assign(revio, item, service)

    revio.patch(f"Services/{service}", description="Hosted PBX, larger")

    assert assigned(revio, service) == [item]


def test_a_deleted_item_is_no_longer_listed(revio: RevIo, service: int, item: int) -> None:
    assign(revio, item, service)

    revio.call("DELETE", f"InventoryItem/{item}")

    assert assigned(revio, service) == []


def test_links_and_a_custom_field_lead_from_the_order_to_the_provisioned_records(
    revio: RevIo, service: int, product: int, item: int
) -> None:
    for entity_type, number in (("SERVICE", service), ("SERVICE_PRODUCT", product), ("INVENTORY_ITEM", item)):
        revio.link(entity_type, number, "order-7", BILLING_PORTAL)
    revio.patch(f"Services/{service}", fields__0__value="order-7")

    disconnect(revio, product)
    revio.call("DELETE", f"Services/{service}")

    assert revio.linked_id("SERVICE_PRODUCT", "order-7", BILLING_PORTAL) == product
    assert revio.linked_id("INVENTORY_ITEM", "order-7", BILLING_PORTAL) == item
    assert revio.linked_id("SERVICE", "order-7", BILLING_PORTAL) == service, "links outlive their records"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_the_address_of_assignments_takes_nothing_but_patch(revio: RevIo, method: str) -> None:
    response = revio.response(method, "InventoryItem/assignService", {})

    assert response.status_code == 405
    assert response.headers["Allow"] == "OPTIONS, PATCH"
