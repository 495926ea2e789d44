"""Agents, customers and what belongs to them: addresses, contacts, payment accounts, relationships."""

from __future__ import annotations

from datetime import datetime, timedelta

from mockrevio.revio.fields import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import Batch, creation_date, date_after, date_until_today
from mockrevio.seeding.fake_data import FakeData

ADDRESS_NAMES = ("billing_address", "service_address", "listing_address")

AGENT_NAMES = ("Communications", "Telecom Partners", "Voice and Data", "Network Group", "Business Solutions")
SOURCES = ("AGENT", "REFERRAL", "WEB", "TRADE SHOW", "DIRECT")
POSITIONS = ("Owner", "Office Manager", "IT Manager", "Accounts Payable", "Facilities Manager")
BANKS = ("First Example Bank", "Example Savings and Loan", "Sample Federal Credit Union")


def agent(batch: Batch) -> Record:
    """An agency that sells services."""
    fake = batch.fake
    index = batch.next_index()
    name = f"{fake.word('last_name')} {fake.random.choice(AGENT_NAMES)}"
    return {
        "account_number": f"AG-{1000 + index * 7}",
        "name": name,
        "email": fake.email(name.replace(" ", ".")),
        "status": "ACTIVE" if fake.chance(0.9) else "INACTIVE",
        "show_unrestricted_packages": fake.chance(0.7),
        "tax_identification_number": fake.pattern("00-#######"),  # no employer's number starts with 00
        "created_date": format_date(
            fake.datetime_between(fake.first_day + timedelta(days=400), fake.opening_day)
        ),
    }


def customer(batch: Batch) -> Record:
    """A customer: active, closed or, now and then, still a prospect."""
    fake = batch.fake
    status = fake.weighted_choice(("ACTIVE", "CLOSED", "PROSPECT"), (86, 11, 3))
    activated = fake.date_between(fake.opening_day, fake.last_day - timedelta(days=240))
    created_date = fake.datetime_between(activated - timedelta(days=20), activated)
    closed = fake.date_between(activated + timedelta(days=90), fake.last_day) if status == "CLOSED" else None
    changed = date_until_today(activated, 200, fake)
    suspended = status == "ACTIVE" and fake.chance(0.05)
    customer_class = "RESIDENTIAL" if fake.chance(0.12) else "BUSINESS"
    addresses = _addresses(format_date(created_date), format_date(changed), fake)
    address = addresses["billing_address"]
    agent_id = batch.reference("Agents") if fake.chance(0.9) else None
    return {
        **addresses,
        "account_number": str(200_000 + batch.next_index() * 13 + fake.random.randint(0, 12)),
        "created_date": format_date(created_date),
        "activated_date": None if status == "PROSPECT" else format_date(activated),
        "close_date": format_date(closed) if closed else None,
        "updated_date": format_date(max(closed or changed, changed)),
        "agent_id": agent_id,
        "secondary_agent_id": batch.reference("Agents") if agent_id and fake.chance(0.1) else None,
        "email": fake.email(f"{address['first_name']}.{address['last_name']}"),
        "is_parent": False,
        "registration_code": fake.pattern("^^^^-^^^^").upper(),
        "security_pin": fake.pattern("####"),
        "sold_by": batch.staff_user_id(),
        "source": fake.random.choice(SOURCES),
        "status": status,
        "auto_debit": {"enabled": False, "day": None, "payment_account_id": None},
        "finance": _finance(activated, fake),
        "profile": {
            "class": customer_class,
            "date_of_birth": _date_of_birth(fake) if customer_class == "RESIDENTIAL" else None,
            "language": "SPANISH" if fake.chance(0.08) else "ENGLISH",
            "tax_id": None if customer_class == "RESIDENTIAL" else fake.pattern("00-#######"),
        },
        "suspended": suspended,
        "suspended_date": format_date(date_until_today(changed, 60, fake)) if suspended else None,
    }


def _addresses(created_date: str, modified_date: str, fake: FakeData) -> dict[str, Record]:
    person = fake.person()
    billing = fake.address(person) | {"created_date": created_date, "modified_date": modified_date}
    elsewhere = fake.chance(0.15)
    service = billing | fake.address(person) if elsewhere else dict(billing)
    return dict(zip(ADDRESS_NAMES, (billing, service, dict(service)), strict=True))


def _finance(activated: datetime, fake: FakeData) -> Record:
    tax_exempt, usage_file, limited = fake.chance(0.06), fake.chance(0.15), fake.chance(0.3)
    cycle = _latest(fake.random.choice((1, 8, 15, 22)), fake.last_day)
    balance = fake.money(0, 900)
    return {
        "amount_due": balance,
        "amount_overdue": 0.0,
        "billing_method": fake.random.choice(("EMAIL", "EMAIL", "PAPER")),
        "balance": balance,
        "balance_limit": float(fake.random.choice((1000, 2500, 5000))) if limited else 0.0,
        "balance_limit_enabled": limited,
        "due_date": date_after(cycle, 20),
        "contract_end_date": date_after(activated, 3 * 365),
        "contract_start_date": format_date(activated),
        "cycle_date": format_date(cycle),
        "late_fees_enabled": fake.chance(0.9),
        "tax_exempt_enabled": tax_exempt,
        "tax_exempt_types": "STATE,COUNTY" if tax_exempt else None,
        "usage_file_enabled": usage_file,
        "usage_file_format": "CSV" if usage_file else None,
    }


def _latest(day: int, today: datetime) -> datetime:
    """The latest date with this day of the month."""
    end_of_last_month = today.replace(day=1) - timedelta(days=1)
    return (today if day <= today.day else end_of_last_month).replace(day=day)


def _date_of_birth(fake: FakeData) -> str:
    """The date of birth of somebody between 26 and 76."""
    return format_date(fake.last_day - timedelta(days=27_789 - fake.random.randint(0, 18_000)))


def contact(batch: Batch) -> Record:
    """A person at a customer; the first one is the person on its bills. A few work for agents."""
    fake = batch.fake
    customer = batch.next_unreferenced("CUSTOMER")
    customer_id = customer.get("customer_id")
    address = customer.get("billing_address") or {}
    is_first = batch.next_index_of("customer_id", customer_id) == 0
    first_name = (is_first and address.get("first_name")) or fake.word("first_name")
    last_name = (is_first and address.get("last_name")) or fake.word("last_name")
    members = ("line_1", "line_2", "city", "postal_code", "postal_code_extension")
    start = creation_date(customer, fake) if is_first else creation_date(customer, fake) + timedelta(days=31)
    phones = [fake.phone(address.get("state_or_province")) for _ in range(3)]
    return {
        "customer_id": customer_id,
        "name": f"{first_name} {last_name}",
        "email": (is_first and customer.get("email")) or fake.email(f"{first_name}.{last_name}"),
        "company": address.get("company_name"),
        "agent_id": customer.get("agent_id") or batch.reference("Agents"),
        "created_date": format_date(date_until_today(start, 30 if is_first else 500, fake)),
        "title": "Dr." if fake.chance(0.15) else None,
        "position": fake.random.choice(POSITIONS),
        "phone": phones[0],
        "mobile": phones[1] if fake.chance(0.7) else None,
        "fax": phones[2] if fake.chance(0.3) else None,
        "address": {name: address.get(name) for name in members} if address else {},
    }


def address(batch: Batch) -> Record:
    """An address: those in the customers first, then those of agents, then of further sites."""
    fake = batch.fake
    site = batch.take_next("sites", lambda: _sites(batch))
    if site:
        return dict(site)
    customer = batch.random_record("CUSTOMER")
    known = customer.get("service_address") or fake.person()
    address = fake.address({name: known.get(name) for name in fake.person()})
    created_date = date_until_today(creation_date(customer, fake), 400, fake)
    return address | {
        "customer_id": customer.get("customer_id"),
        "created_date": format_date(created_date),
        "modified_date": format_date(date_until_today(created_date, 100, fake)),
    }


def _sites(batch: Batch) -> list[Record]:
    """The addresses in the customers and those of agents that have no address record yet."""
    known = {(record.get("customer_id"), record.get("line_1")) for record in batch.records("ADDRESS")}
    sites: dict[tuple[object, object], Record] = {}
    for name in ("service_address", "billing_address"):
        for customer in batch.records("CUSTOMER"):
            owner, address = {"customer_id": customer["customer_id"]}, customer.get(name)
            if address and (owner["customer_id"], address.get("line_1")) not in known:
                sites.setdefault((owner["customer_id"], address.get("line_1")), address | owner)
    agents = [agent for agent in batch.records("AGENT") if not agent.get("address_id") and "name" in agent]
    return [*sites.values(), *(_address_of_agent(agent, batch.fake) for agent in agents)]


def _address_of_agent(agent: Record, fake: FakeData) -> Record:
    created_date = format_date(creation_date(agent, fake))
    return {
        **fake.address(fake.person()),
        "company_name": agent["name"],
        "customer_id": None,
        "created_date": created_date,
        "modified_date": created_date,
    }


def payment_account(batch: Batch) -> Record:
    """A bank account or a card, of which Rev.io keeps a token. No such account or card exists."""
    fake = batch.fake
    address = batch.next_unreferenced("ADDRESS", where=lambda record: bool(record.get("customer_id")))
    created_date = date_until_today(creation_date(address, fake), 90, fake)
    is_card = fake.chance(0.6)
    return {
        "address_id": address.get("address_id"),
        "method": "CC" if is_card else "ACH",
        "created_date": format_date(created_date),
        "last_used": format_date(date_until_today(created_date, 400, fake)),
        "last_process_result": "APPROVED" if fake.chance(0.95) else "DECLINED: INSUFFICIENT FUNDS",
        "last_4": fake.pattern("####"),
        "token": f"tok_test_{fake.pattern('^' * 16)}",
        "bank_account": None if is_card else _bank_account(address, fake),
        "credit_card": _credit_card(address, fake) if is_card else None,
    }


def _bank_account(address: Record, fake: FakeData) -> Record:
    person = f"{address.get('first_name') or 'Account'} {address.get('last_name') or 'Holder'}"
    return {
        "account_name": address.get("company_name") or person,
        "account_type": fake.random.choice(("CHECKING", "CHECKING", "SAVINGS")),
        "bank_name": fake.random.choice(BANKS),
        "routing_number": fake.pattern("0000#####"),  # no bank's number starts with 0000
    }


def _credit_card(address: Record, fake: FakeData) -> Record:
    return {
        "expiration_date": date_after(fake.last_day.replace(day=1), 31 * fake.random.randint(2, 40)),
        "name_first": address.get("first_name") or fake.word("first_name"),
        "name_last": address.get("last_name") or fake.word("last_name"),
        "brand": fake.random.choice(vocabulary.CARD_BRANDS),
    }


def customer_relationship(batch: Batch) -> Record:
    """Two customers that have to do with each other."""
    customers = batch.records("CUSTOMER")
    pair = batch.fake.random.sample(customers, 2) if len(customers) > 1 else [{}, {}]
    customer_id, related_id = (customer.get("customer_id") for customer in pair)
    return {"customer_id": customer_id, "related_customer_id": related_id}
