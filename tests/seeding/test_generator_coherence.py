"""Records of generated documents, including the shipped ones, fit together."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

from mockrevio.seeding.generator import GENERATED
from tests.seeding.common import (
    Document,
    all_records,
    broken_references,
    by_id,
    records_of,
    tables_of,
)

ADDRESSES = ("billing_address", "service_address", "listing_address")


# --- references


def test_every_reference_resolves(document: Document) -> None:
    assert list(broken_references(tables_of(document))) == []


def test_what_belongs_to_a_customer_refers_to_records_of_that_customer(document: Document) -> None:
    owners: dict[str, dict[object, object]] = {
        resource.path: {
            record_id: record.get("customer_id") for record_id, record in by_id(document, name).items()
        }
        for name, resource in GENERATED.items()
        if "customer_id" in resource.fields and name not in ("CUSTOMER", "ServiceInventory")
    }
    for name, resource, records in all_records(document):
        for field in resource.references:
            if (
                field.kind == "list" or field.name == "parent_bill_id"
            ):  # that is a bill of the parent customer
                continue
            for record in records:
                owner = owners.get(field.refers_to or "", {}).get(record.get(field.name))
                assert owner in (None, record.get("customer_id", owner)), (name, field.name, record)


def test_creators_and_assignees_are_users(document: Document) -> None:
    users = by_id(document, "Users")
    for name, resource, records in all_records(document):
        for record in records:
            if "created_by" in resource.fields and (name, record.get("user_id")) != ("Users", 1001):
                assert record["created_by"] in users, name


def test_users_have_logins_of_staff_and_of_integrations(document: Document) -> None:
    logins = [user["login_name"] for user in document["records"]["Users"]]

    assert len(set(logins)) == len(logins)
    assert {"tester", "salesforce.sync"} <= set(logins)


def test_the_texts_of_a_product_group_are_ids_of_products(document: Document) -> None:
    products = by_id(document, "PRODUCT")
    for group in records_of(document, "ProductGroups"):
        assert all(int(text) in products for text in group.get("products", []))


def test_some_records_have_parents_and_these_have_lower_ids(generated: Document) -> None:
    for name in ("AGENT", "CUSTOMER"):
        parents = {
            record_id: record[f"parent_{GENERATED[name].id_field}"]
            for record_id, record in by_id(generated, name).items()
            if f"parent_{GENERATED[name].id_field}" in record
        }
        assert parents
        assert all(parent < child for child, parent in parents.items())


def test_a_customer_is_a_parent_exactly_if_another_one_refers_to_it(document: Document) -> None:
    customers = by_id(document, "CUSTOMER")
    parents = {customer.get("parent_customer_id") for customer in customers.values()}

    assert {
        customer_id for customer_id, customer in customers.items() if customer["is_parent"]
    } == parents - {None}


# --- customers


def test_only_closed_customers_have_a_close_date(document: Document) -> None:
    for customer in document["entities"]["CUSTOMER"]:
        assert customer["status"] in ("ACTIVE", "CLOSED", "PROSPECT")
        assert (customer["status"] == "CLOSED") == ("close_date" in customer)
        assert customer["suspended"] == ("suspended_date" in customer)


def test_prospects_have_neither_services_nor_bills(document: Document) -> None:
    prospects = {
        customer["customer_id"]
        for customer in document["entities"]["CUSTOMER"]
        if customer["status"] == "PROSPECT"
    }
    assert prospects
    for name in ("SERVICE", "BILL", "CHARGE", "PAYMENT"):
        assert not prospects & {record["customer_id"] for record in document["entities"][name]}


def test_account_numbers_are_unique(document: Document) -> None:
    numbers = [customer["account_number"] for customer in document["entities"]["CUSTOMER"]]

    assert len(set(numbers)) == len(numbers)


def test_the_addresses_in_a_customer_are_its_address_records(document: Document) -> None:
    addresses = by_id(document, "ADDRESS")
    for customer in document["entities"]["CUSTOMER"]:
        for name in ADDRESSES:
            assert customer[name] == addresses[customer[name]["address_id"]]
            assert customer[name]["customer_id"] == customer["customer_id"]


def test_the_first_contact_of_a_customer_is_the_person_on_its_bills(document: Document) -> None:
    names: dict[int, list[str]] = defaultdict(list)
    for contact in document["entities"]["CONTACT"]:
        names[contact["customer_id"]].append(contact["name"])

    for customer_id, customer in by_id(document, "CUSTOMER").items():
        address = customer["billing_address"]
        assert names[customer_id][0] == f"{address['first_name']} {address['last_name']}"


def test_an_account_that_is_debited_is_at_an_address_of_the_customer(document: Document) -> None:
    addresses, accounts = by_id(document, "ADDRESS"), by_id(document, "PaymentAccounts")
    debited = [customer for customer in document["entities"]["CUSTOMER"] if customer["auto_debit"]["enabled"]]

    assert debited
    for customer in debited:
        account = accounts[customer["auto_debit"]["payment_account_id"]]
        assert addresses[account["address_id"]]["customer_id"] == customer["customer_id"]


# --- billing


def _by_bill(document: Document, name: str) -> dict[int, list[dict[str, Any]]]:
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for record in document["entities"][name]:
        groups[record["bill_id"]].append(record)
    return groups


@pytest.mark.parametrize("name", ["CHARGE", "CREDIT"])
def test_product_and_tax_make_the_amount_of_a_charge_or_a_credit(document: Document, name: str) -> None:
    for record in document["entities"][name]:
        product = record["quantity"] * record["rate"] * record["proration"]
        assert record["product_amount"] == pytest.approx(product, abs=0.006)
        assert record["amount"] == pytest.approx(record["product_amount"] + record["tax_amount"])


def test_charges_less_credits_make_the_amount_of_a_bill(document: Document) -> None:
    charges, credits = _by_bill(document, "CHARGE"), _by_bill(document, "CREDIT")
    for bill_id, bill in by_id(document, "BILL").items():
        if bill_id in charges:
            total = sum(charge["amount"] for charge in charges[bill_id])
            assert bill["invoice_amount"] == pytest.approx(total)
        total = sum(credit["amount"] for credit in credits[bill_id])
        assert bill["credit_memo_amount"] == pytest.approx(total)
        assert bill["amount_due"] == pytest.approx(bill["invoice_amount"] - total)
        assert bill["amount_due"] >= 0


def test_bills_less_payments_make_the_balance_of_a_customer(document: Document) -> None:
    balances: Counter[int] = Counter()
    paid: Counter[int] = Counter()
    for payment in document["entities"]["PAYMENT"]:
        paid[payment["bill_id"]] += 0 if payment["bounced"] else payment["amount"]
    for bill_id, bill in by_id(document, "BILL").items():
        balances[bill["customer_id"]] += max(bill["amount_due"] - paid[bill_id], 0)
    for customer_id, customer in by_id(document, "CUSTOMER").items():
        assert customer["finance"]["balance"] == pytest.approx(balances[customer_id], abs=0.01)
        assert customer["finance"]["amount_overdue"] <= customer["finance"]["balance"]
    assert any(balances.values())


def test_a_service_product_copies_its_product_and_has_the_customer_of_its_service(
    document: Document,
) -> None:
    products, services = by_id(document, "PRODUCT"), by_id(document, "SERVICE")

    for record in document["entities"]["SERVICE_PRODUCT"]:
        product = products[record["product_id"]]
        assert record["customer_id"] == services[record["service_id"]]["customer_id"]
        assert (record["status"] == "DISCONNECTED") == ("canceled_date" in record)
        for name in ("description", "code_1", "code_2", "rate", "cost"):
            assert record[name] == product[name]


def test_a_charge_for_a_service_product_is_for_its_service_and_product(document: Document) -> None:
    sold = by_id(document, "SERVICE_PRODUCT")
    charges = [charge for charge in document["entities"]["CHARGE"] if "service_product_id" in charge]

    assert charges
    for charge in charges:
        record = sold[charge["service_product_id"]]
        assert (charge["service_id"], charge["product_id"]) == (record["service_id"], record["product_id"])


def test_products_cost_less_than_their_price(document: Document) -> None:
    for product in document["entities"]["PRODUCT"]:
        assert product["cost"] < product["buy_rate"] < product["rate"]


# --- inventory, orders, requests


def test_an_item_is_assigned_exactly_if_a_service_uses_it(document: Document) -> None:
    services, rows = by_id(document, "SERVICE"), records_of(document, "ServiceInventory")
    types = by_id(document, "InventoryTypes")
    items = by_id(document, "INVENTORY_ITEM")
    assigned = [item_id for item_id, item in items.items() if item["status"] == "ASSIGNED"]

    assert sorted(row["inventory_item_id"] for row in rows) == assigned
    for row in rows:
        item = items[row["inventory_item_id"]]
        assert (row["line_type"], row["status"]) == ("SERVICE", "ASSIGNED")
        assert row["identifier"] == item["identifier"]
        assert row["inventory_type"] == types[item["inventory_type_id"]]["name"]
        assert row["customer_id"] == item["customer_id"] == services[row["line_id"]]["customer_id"]
    assert all("customer_id" not in item for item in items.values() if item["status"] != "ASSIGNED")


@pytest.mark.parametrize(
    ("name", "target"), [("OrderServices", "SERVICE"), ("OrderServiceProducts", "SERVICE_PRODUCT")]
)
def test_orders_are_about_services_of_their_customer(document: Document, name: str, target: str) -> None:
    orders, targets = by_id(document, "Orders"), by_id(document, target)
    pairs = [tuple(record.values()) for record in records_of(document, name)]

    assert len(set(pairs)) == len(pairs)
    for order_id, target_id in pairs:
        assert orders[order_id]["customer_id"] == targets[target_id]["customer_id"]


@pytest.mark.parametrize("name", ["RequestContacts", "RequestServices"])
def test_the_parts_of_a_request_are_for_an_address_of_that_request(document: Document, name: str) -> None:
    addresses = by_id(document, "RequestAddresses")
    for record in records_of(document, name):
        if "request_address_id" in record:
            assert addresses[record["request_address_id"]]["request_id"] == record["request_id"]


def test_a_requested_product_is_for_a_service_of_the_same_request(document: Document) -> None:
    services = by_id(document, "RequestServices")
    for record in records_of(document, "RequestProducts"):
        assert services[record["request_service_id"]]["request_id"] == record["request_id"]
