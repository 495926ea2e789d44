"""What can only be known once the records of several tables exist: references both ways, sums, balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from mockrevio.revio.fields import Record
from mockrevio.seeding.batch import date_of
from mockrevio.seeding.factories.customers import ADDRESS_NAMES
from mockrevio.seeding.factories.lookups import PARTNER_LOGIN
from mockrevio.seeding.factories.support import BILL_PDF, LOGO
from mockrevio.seeding.fake_data import FakeData

Tables = dict[str, list[Record]]
"""The records of a document by table, which completions change in place."""

Completion = Callable[[Tables, FakeData], None]


def _group_by(records: list[Record], field: str) -> Mapping[Any, list[Record]]:
    groups: dict[Any, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.get(field)].append(record)
    return groups


def give_partner_its_agent(tables: Tables, _fake: FakeData) -> None:
    """The user that an agent logs in with belongs to the first agent."""
    for user in tables["Users"]:
        if tables["AGENT"] and user["login_name"] == PARTNER_LOGIN:
            user["agent_id"] = tables["AGENT"][0]["agent_id"]


def refer_to_addresses(tables: Tables, fake: FakeData) -> None:
    """Customers and agents name the address records with their addresses.

    An address without a record is replaced by the customer's first one.
    """
    addresses = _group_by(tables["ADDRESS"], "customer_id")
    for customer in tables["CUSTOMER"]:
        known = addresses.get(customer["customer_id"], [])
        for name in ADDRESS_NAMES:
            same = [address for address in known if address["line_1"] == customer[name]["line_1"]]
            customer[name] = dict((same or known or [customer[name]])[0])
    of_agents = {address["company_name"]: address["address_id"] for address in addresses.get(None, [])}
    for agent in tables["AGENT"]:
        address = fake.random.choice(tables["ADDRESS"]) if tables["ADDRESS"] else {}
        agent["address_id"] = of_agents.get(agent["name"], address.get("address_id"))


def set_up_auto_debit(tables: Tables, fake: FakeData) -> None:
    """Most customers with a payment account at their address have their bills debited."""
    owners = {address["address_id"]: address["customer_id"] for address in tables["ADDRESS"]}
    customers = _group_by(tables["CUSTOMER"], "customer_id")
    for account in tables["PaymentAccounts"]:
        for customer in customers.get(owners.get(account["address_id"]), []):
            enabled = customer["status"] == "ACTIVE" and fake.chance(0.85)
            customer["auto_debit"] = {
                "enabled": enabled,
                "day": fake.random.randint(1, 28),
                "payment_account_id": account["payment_account_id"],
            }


def assign_inventory(tables: Tables, _fake: FakeData) -> None:
    """An item that a service uses is assigned, and belongs to the service's customer."""
    rows = _group_by(tables["ServiceInventory"], "inventory_item_id")
    for item in tables["INVENTORY_ITEM"]:
        for row in rows.get(item["inventory_item_id"], []):
            item |= {"status": "ASSIGNED", "customer_id": row["customer_id"]}


def refer_to_parent_bills(tables: Tables, _fake: FakeData) -> None:
    """The bill of a customer belongs to that of its parent for the same month."""
    parents = {customer["customer_id"]: customer.get("parent_customer_id") for customer in tables["CUSTOMER"]}
    bills = {(bill.get("customer_id"), _month(bill)): bill["bill_id"] for bill in tables["BILL"]}
    for bill in tables["BILL"]:
        parent = parents.get(bill.get("customer_id"))
        bill["parent_bill_id"] = bills.get((parent, _month(bill))) if parent else None


def _month(bill: Record) -> str:
    return str(bill["cycle_date"])[:7]


def add_up_bills(tables: Tables, _fake: FakeData) -> None:
    """A bill's amount is that of its charges less that of its credits; without charges it stays made up."""
    charges, credits = (_group_by(tables.get(table, []), "bill_id") for table in ("CHARGE", "CREDIT"))
    for bill in tables["BILL"]:
        if bill["bill_id"] in charges:
            bill["invoice_amount"] = _sum(charges[bill["bill_id"]], "amount")
        bill["credit_memo_amount"] = _sum(credits.get(bill["bill_id"], []), "amount")
        bill["amount_due"] = round(bill["invoice_amount"] - bill["credit_memo_amount"], 2)


def balance_customers(tables: Tables, fake: FakeData) -> None:
    """A customer owes the bills that it has not paid; those past their due date are overdue."""
    bills = _group_by(tables["BILL"], "customer_id")
    payments = _group_by([payment for payment in tables["PAYMENT"] if not payment["bounced"]], "bill_id")
    for customer in tables["CUSTOMER"]:
        finance = customer["finance"]
        own = bills.get(customer["customer_id"], [])
        owed = {id(bill): _amount_owed(bill, payments.get(bill["bill_id"], [])) for bill in own}
        overdue = [bill for bill in own if date_of(bill, "due_date", fake.last_day, fake) < fake.last_day]
        finance["balance"] = finance["amount_due"] = round(sum(owed.values(), 0.0), 2)
        finance["amount_overdue"] = round(sum((owed[id(bill)] for bill in overdue), 0.0), 2)
        if own:
            latest = max(own, key=lambda bill: str(bill["cycle_date"]))
            finance |= {"due_date": latest["due_date"], "cycle_date": latest["cycle_date"]}


def _amount_owed(bill: Record, payments: list[Record]) -> float:
    return max(float(bill["amount_due"]) - _sum(payments, "amount"), 0.0)


def _sum(records: list[Record], field: str) -> float:
    return round(sum((record[field] for record in records), 0.0), 2)


def refer_to_files(tables: Tables, fake: FakeData) -> None:
    """Agents have logos, and bills their documents."""
    names = {file["file_name"]: file["file_id"] for file in tables["Files"]}
    logos = [file_id for name, file_id in names.items() if name.startswith(LOGO)]
    for agent in tables["AGENT"]:
        agent["logo_file_id"] = fake.random.choice(logos) if logos else None
    for bill in tables["BILL"]:
        bill["pdf_file_id"] = names.get(f"{BILL_PDF}-{bill['bill_id']}.pdf")


COMPLETIONS: Mapping[str, Completion] = {
    # What to do after the records of a table.
    "AGENT": give_partner_its_agent,
    "ADDRESS": refer_to_addresses,
    "PaymentAccounts": set_up_auto_debit,
    "ServiceInventory": assign_inventory,
    "BILL": refer_to_parent_bills,
    "CHARGE": add_up_bills,
    "CREDIT": add_up_bills,
    "PAYMENT": balance_customers,
    "Files": refer_to_files,
}
