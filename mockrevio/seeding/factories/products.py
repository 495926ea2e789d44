"""What is sold: products, their groups, packages and the products in them."""

from __future__ import annotations

from datetime import timedelta

from mockrevio.revio.fields import Record
from mockrevio.revio.wire.dates import format_date
from mockrevio.seeding import vocabulary
from mockrevio.seeding.batch import Batch

_PACKAGES = ("Office Voice", "SIP Starter", "Connected Office", "Mobile Team")
"""The name of a package for each service type."""

_YEAR, _WEEK = timedelta(days=365), timedelta(days=7)

_COPIED = ("product_id", "description", "code_1", "code_2", "rate", "cost", "buy_rate")


def product(batch: Batch) -> Record:
    """The next product of the price list; beyond its end, products repeat with a number in their names."""
    fake = batch.fake
    edition, index = divmod(batch.next_index(), len(vocabulary.PRODUCTS))
    product = vocabulary.PRODUCTS[index]
    suffix = f" {edition + 1}" if edition else ""
    is_usage, is_one_time = product.kind == vocabulary.USAGE, product.kind == vocabulary.ONE_TIME
    return {
        "product_type_id": batch.nth_id("ProductTypes", product.kind),
        "description": product.description + suffix,
        "code_1": product.code_1,
        "code_2": product.code_2 + suffix.replace(" ", "-"),
        "rate": product.rate,
        "cost": product.cost,
        "buy_rate": round((product.rate + product.cost) / 2, 4),
        "created_date": format_date(fake.datetime_between(fake.first_day + _YEAR, fake.opening_day - _WEEK)),
        "active": fake.chance(0.95),
        "creates_order": not is_usage,
        "bills_in_arrears": is_usage,
        "prorates": not is_usage and not is_one_time,
        "prorates_on_disconnect": not is_usage and not is_one_time,
        "customer_class": fake.random.choice(("BUSINESS", "BUSINESS", "RESIDENTIAL")),
        "long_description": f"{product.description}{suffix}, {product.unit}",
        "wholesale_description": f"{product.code_1} {product.code_2}{suffix}",
        "ledger_code": vocabulary.LEDGER_CODES[product.kind],
        "free_months": fake.random.choice((0, 0, 0, 1)),
        "automatic_expiration_months": fake.random.choice((None, None, 12, 36)),
        "order_completion_billing": is_one_time,
        "tax_class_id": product.kind,
        "smart_pricing_id": fake.random.randint(1, 3) if is_usage else None,
        "category_id": product.kind,
        "is_credit_account_type": False,
    }


def product_group(batch: Batch) -> Record:
    """The products of one type. Their ids are texts in Rev.io."""
    index = batch.next_index()
    types = batch.records("ProductTypes")
    product_type = types[index % len(types)] if types else {}
    members = batch.records_of("PRODUCT", "product_type_id", product_type.get("product_type_id"))
    return {
        "description": f"{product_type.get('description') or 'Products'}, group {index + 1}",
        "products": [str(product["product_id"]) for product in members[:12]],
    }


def package(batch: Batch) -> Record:
    """A bundle of products for one type of service."""
    fake = batch.fake
    edition, number = divmod(batch.next_index(), len(_PACKAGES))
    name = _PACKAGES[number] + (f" {edition + 1}" if edition else "")
    restricted = number == 0
    return {
        "description": name,
        "description_on_bill": f"{name} package",
        "long_description": f"{name}: everything for one site at one price",
        "created_date": format_date(fake.datetime_between(fake.opening_day - _WEEK, fake.opening_day)),
        "active": True,
        "service_type_id": batch.nth_id("ServiceTypes", number + 1),
        "postal_codes": [fake.pattern("%####") for _ in range(2)] if number % 2 else None,
        "restrict_class_flag": restricted,
        "class": "BUSINESS" if restricted else None,
        "restrict_bill_profile_flag": False,
    }


def package_product(batch: Batch) -> Record:
    """A product in a package, one that is sold with the package's type of service."""
    package = batch.next_unreferenced("Packages")
    product = product_for(package, batch)
    return {
        **{name: product.get(name) for name in _COPIED},
        "package_id": package.get("package_id"),
        "quantity": float(quantity(product, batch)),
        "credit": False,
        "order_type": "NEW",
    }


def product_for(record: Record, batch: Batch) -> Record:
    """A random product that is sold with the service type of a record, or any product if none exists."""
    number = record.get("service_type_id") or 0
    kinds = (
        vocabulary.SERVICE_KINDS[number - 1].products if 0 < number <= len(vocabulary.SERVICE_KINDS) else ()
    )
    for kind in batch.fake.random.sample(kinds, len(kinds)):
        product = batch.random_record_of("PRODUCT", "product_type_id", kind)
        if product:
            return product
    return batch.random_record("PRODUCT")


def quantity(product: Record, batch: Batch) -> int:
    """How many of a product are sold at once."""
    bounds = vocabulary.QUANTITIES.get(product.get("product_type_id", 0), (1, 1))
    return batch.fake.random.randint(*bounds)
