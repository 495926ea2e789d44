"""Bills and what is on them: charges, credits, payments."""

from __future__ import annotations

from datetime import datetime, timedelta

from mockrevio.revio.fields import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import Batch, active_period, creation_date, date_after, date_of, date_until_today
from mockrevio.seeding.factories.products import quantity
from mockrevio.seeding.fake_data import FakeData

CREDIT_REASONS = ("Service outage credit", "Goodwill credit", "Billing correction", "Promotional credit")
TAX_RATE = 0.0825

_MONTH = timedelta(days=27)
"""From the first day of the month that a bill is for to its cycle date."""


def bill(batch: Batch) -> Record:
    """A monthly bill. `add_up_bills` adds up its charges and credits once they exist."""
    fake = batch.fake
    customer = batch.next_customer()
    customer_id = customer.get("customer_id")
    months = _bill_months(customer, fake)
    # With more bills than months, a month is billed again.
    months_back = batch.next_index_of("customer_id", customer_id) % len(months)
    cycle = _cycle_date(customer, months[-1 - months_back])
    amount = fake.money(25, 2400)
    created_date = fake.datetime_between(cycle, cycle + timedelta(hours=6))
    is_final = bool(customer.get("close_date")) and months_back == 0
    by_email = (customer.get("finance") or {}).get("billing_method") != "PAPER"
    sent = format_date(fake.datetime_between(created_date, created_date + timedelta(hours=12)))
    return {
        "parent_bill_id": None,
        "bill_type": "FINAL" if is_final else "REGULAR",
        "customer_id": customer_id,
        "due_date": date_after(cycle, fake.random.choice((15, 20, 30))),
        "created_date": format_date(created_date),
        "amount_due": amount,
        "invoice_amount": amount,
        "credit_memo_amount": 0.0,
        "print_queue_flag": not by_email,
        "printed_date": None if by_email else sent,
        "first_month_flag": months_back == len(months) - 1,
        "ebpp_queue_flag": by_email,
        "ebpp_sent_date": sent if by_email else None,
        "is_final_bill": is_final,
        "note": "Thank you for your business." if fake.chance(0.2) else None,
        "isLive": True,
        "cycle_date": format_date(cycle),
        "ready_for_pdf_flag": True,
        "print_batch_id": cycle.year * 100 + cycle.month,
        "bill_create_batch_id": cycle.year * 100 + cycle.month,
    }


def _bill_months(customer: Record, fake: FakeData) -> range:
    """The months with bills of a customer, counted from year 0: from four weeks after the activation on."""
    activated, end = active_period(customer, fake)
    start = activated + timedelta(days=28)
    first, last = (date.year * 12 + date.month - 1 for date in (start, end))
    months = range(
        first + (_cycle_date(customer, first) < start), last + (_cycle_date(customer, last) <= end)
    )
    return months or range(first + 1, first + 2)


def _cycle_date(customer: Record, month: int) -> datetime:
    day = (customer.get("customer_id") or 0) % 4 * 7 + 1
    return datetime(month // 12, month % 12 + 1, day)  # noqa: DTZ001 (like all dates here)


def _billed_month(bill: Record, fake: FakeData) -> tuple[datetime, datetime]:
    cycle = date_of(bill, "cycle_date", fake.last_day, fake)
    return cycle - _MONTH, cycle


def charge(batch: Batch) -> Record:
    """A charge on a bill: for a product that the customer has by then, or else for any product."""
    fake = batch.fake
    bill = batch.next_unreferenced("BILL")
    customer_id = batch.customer_of(bill).get("customer_id")
    start, end = _billed_month(bill, fake)
    sold = batch.random_record_of("SERVICE_PRODUCT", "customer_id", customer_id)
    if creation_date(sold, fake) > end:
        sold = {}
    product = _product_of(sold, batch)
    start = max(start, creation_date(sold, fake)) if sold else start
    amount, proration = float(quantity(product, batch)), 1.0
    if sold and fake.chance(0.1) and product.get("prorates"):
        proration = round(fake.random.randint(3, 26) / 27, 4)
    return {
        "customer_id": customer_id,
        "bill_id": bill.get("bill_id"),
        **_product_fields(sold, product),
        **_amounts(amount, _number_or_default(product, "rate", 25.0), proration, fake),
        "cost": _number_or_default(product, "cost", 10.0),
        "created_date": format_date(fake.datetime_between(start, end)),
        "start_date": format_date(start),
        "end_date": format_date(end),
    }


def _product_of(sold: Record, batch: Batch) -> Record:
    if not sold.get("product_id"):
        return batch.random_record("PRODUCT")
    known = batch.records_of("PRODUCT", "product_id", sold["product_id"])
    return known[0] if known else {}


def _number_or_default(record: Record, field: str, default: float) -> float:
    value = record.get(field)
    return value if isinstance(value, int | float) else default


def _product_fields(sold: Record, product: Record) -> Record:
    return {
        "product_id": product.get("product_id"),
        "product_type_id": product.get("product_type_id"),
        "service_id": sold.get("service_id"),
        "service_product_id": sold.get("service_product_id"),
        "description": product.get("description") or "Charge",
        "tax_class_id": product.get("tax_class_id") or 1,
    }


def _amounts(quantity: float, rate: float, proration: float, fake: FakeData) -> Record:
    """The amounts of a charge or a credit: product and tax make the whole."""
    product_amount = round(quantity * rate * proration, 2)
    tax = 0.0 if fake.chance(0.1) else round(product_amount * TAX_RATE, 2)
    return {
        "quantity": quantity,
        "rate": rate,
        "proration": proration,
        "is_prorated": proration != 1.0,
        "product_amount": product_amount,
        "tax_amount": tax,
        "is_tax_included": False,
        "amount": round(product_amount + tax, 2),
    }


def credit(batch: Batch) -> Record:
    """A credit of at most 15 % of a bill, so that several do not exceed it."""
    fake = batch.fake
    bill = batch.next_unreferenced("BILL")
    customer_id = batch.customer_of(bill).get("customer_id")
    start, end = _billed_month(bill, fake)
    charged = batch.random_record_of("CHARGE", "bill_id", bill.get("bill_id"))
    product = _product_of(charged, batch)
    limit = max(_number_or_default(bill, "invoice_amount", 100.0) * 0.15 / (1 + TAX_RATE), 0.01)
    created_date = fake.datetime_between(max(start, min(creation_date(charged, fake), end)), end)
    return {
        "customer_id": customer_id,
        "bill_id": bill.get("bill_id"),
        **_product_fields(charged, product),
        **_amounts(1.0, fake.money(limit / 10, limit), 1.0, fake),
        "description": fake.random.choice(CREDIT_REASONS),
        "balance": 0.0,
        "atype": "CREDIT",
        "buy_rate": product.get("buy_rate"),
        "cost": 0.0,
        "created_date": format_date(created_date),
        "closed_date": format_date(end),
        "is_bad_debt": fake.chance(0.05),
        "start_date": format_date(start),
        "end_date": format_date(end),
    }


def payment(batch: Batch) -> Record:
    """The payment of a bill, oldest bill first, so that the unpaid ones are the latest. Some pay a part."""
    fake = batch.fake
    bill = batch.next_unreferenced("BILL")
    customer = batch.customer_of(bill)
    account = _account_of(customer, batch)
    method = account.get("method")
    if method not in vocabulary.PAYMENT_METHODS:
        method = fake.random.choice(vocabulary.PAYMENT_METHODS)
    amount = _number_or_default(bill, "amount_due", 0) or fake.money(25, 2400)
    received = date_until_today(
        creation_date(bill, fake) if bill else fake.last_day - timedelta(days=30), 28, fake
    )
    by_account = method in ("ACH", "CC")
    return {
        "customer_id": customer.get("customer_id"),
        "bill_id": bill.get("bill_id"),
        "agent_id": customer.get("agent_id") or batch.reference("Agents"),
        "reference_number": f"{method}-{fake.pattern('%#######')}",
        "created_date": format_date(
            fake.datetime_between(received, min(received + timedelta(1), fake.last_day))
        ),
        "received_date": format_date(received),
        "source": fake.random.choice(("AUTO DEBIT", "CUSTOMER PORTAL")) if by_account else "LOCKBOX",
        "balance": 0.0,
        "payment_account_id": account.get("payment_account_id") if by_account else None,
        "ebilling_profile_id": fake.random.randint(1, 3) if by_account else None,
        "method": method,
        "amount": round(amount * (0.5 if fake.chance(0.15) else 1), 2),
        "refund_flag": False,
        "payment_type_id": vocabulary.PAYMENT_METHODS.index(method) + 1,
        "bounced": method == "CHK" and fake.chance(0.08),
        "authorization_code": fake.pattern("A%####") if method == "CC" else None,
    }


def _account_of(customer: Record, batch: Batch) -> Record:
    """A payment account of a customer, which is the one that its auto debit names or one at its address."""
    account_id = (customer.get("auto_debit") or {}).get("payment_account_id")
    if account_id:
        return batch.random_record_of("PaymentAccounts", "payment_account_id", account_id)
    return {}
