"""Probes of search, pages and sort."""

from __future__ import annotations

from collections.abc import Callable

from mockrevio.contract.verify.endpoints import ABSENT_ID, SYSTEMS
from mockrevio.contract.verify.observations import Unseen, Value
from mockrevio.contract.verify.rules import Cases, probe
from mockrevio.contract.verify.service import Service
from mockrevio.contract.verify.session import Record
from mockrevio.revio.resources import BUILT_IN
from mockrevio.revio.wire.dates import UNSET_DATE
from mockrevio.revio.wire.query import PREFIX

FUTURE, PAST = "9000-01-01", "1900-01-01"


def found(
    service: Service,
    path: str,
    *query: tuple[str, object],
    holds: Callable[[Record], bool],
    prefix: str = PREFIX,
) -> Value:
    """What a search finds: records for all of which a condition holds, others as well, or nothing."""
    query = tuple((f"{prefix}{name}", value) for name, value in query)
    answer = service.get(path, *query)
    records = answer.object().get("records")
    if answer.status != 200 or not isinstance(records, list):
        return answer.status
    if not records:
        return "nothing"
    return (
        "matches" if all(isinstance(record, dict) and holds(record) for record in records) else "others, too"
    )


def any_record(_: Record) -> bool:
    """A condition that holds for every record."""
    return True


@probe("search.field")
def _(service: Service) -> Cases:
    name = service.system["system_name"]
    yield (
        "the name of a system",
        found(service, SYSTEMS, ("system_name", name), holds=lambda each: each.get("system_name") == name),
    )
    yield "a name that no system has", _ignored(service, "system_name", service.absent_text)


def _ignored(service: Service, name: str, value: object, prefix: str = PREFIX) -> Value:
    """Whether a parameter that matches nothing has an effect."""
    if not service.systems:
        raise Unseen("there are no integration systems")
    result = found(service, SYSTEMS, (name, value), holds=any_record, prefix=prefix)
    return {"matches": "ignored"}.get(str(result), result)


@probe("search.prefix")
def _(service: Service) -> Cases:
    yield "system_name", _ignored(service, "system_name", service.absent_text, prefix="")
    listing = service.listing
    for name, value in (("page_size", 1), ("page", 2), ("sort", f"-{listing.id_field}")):
        size = [("page_size", 1)] if name == "page" else []
        plain = service.records(listing.path, *size, (name, value))
        prefixed = service.get(listing.path, *size, (f"{PREFIX}{name}", value)).object().get("records")
        yield f"{PREFIX}{name}", f"as {name}" if prefixed == plain else "otherwise"


@probe("search.any_of")
def _(service: Service) -> Cases:
    listing = service.listing
    pair = {listing.ids[0], listing.ids[-1]}
    records = service.records(listing.path, *((f"{PREFIX}{listing.id_field}", each) for each in sorted(pair)))
    ids = {record.get(listing.id_field) for record in records}
    yield "two ids", "both" if ids == pair else "one of them" if ids < pair else "others, too"


@probe("search.name_ignores_case")
def _(service: Service) -> Cases:
    yield "SYSTEM_NAME", _ignored(service, "SYSTEM_NAME", service.absent_text)


@probe("search.blank")
def _(service: Service) -> Cases:
    yield "system_name=", _ignored(service, "system_name", "")


@probe("search.unknown")
def _(service: Service) -> Cases:
    yield "no_such_field=x", _ignored(service, "no_such_field", "x")


@probe("search.not_whole")
def _(service: Service) -> Cases:
    yield "integration_system_id=x", service.status(SYSTEMS, (f"{PREFIX}integration_system_id", "x"))


@probe("search.names_fold")
def _(service: Service) -> Cases:
    name = service.system["system_name"]
    if name.swapcase() == name:
        raise Unseen("the name of the system has no letters")
    yield (
        "the name of a system, in other case",
        found(
            service,
            SYSTEMS,
            ("system_name", name.swapcase()),
            holds=lambda each: each.get("system_name") == name,
        ),
    )


@probe("search.range")
def _(service: Service) -> Cases:
    path, id_field, record, field = _dated(service)
    own = (id_field, record[id_field])
    for case, name, value in (
        ("from the far future on", f"{field}_start", FUTURE),
        ("until the distant past", f"{field}_end", PAST),
        ("from the distant past on", f"{field}_start", PAST),
        ("with a time and a zone", f"{field}_start", f"{FUTURE}T00:00:00+00:00"),
    ):
        yield case, found(service, path, own, (name, value), holds=any_record)


@probe("search.range_bounds")
def _(service: Service) -> Cases:
    path, id_field, record, field = _dated(service)
    own, date = (id_field, record[id_field]), record[field]
    yield (
        "from the date to the date",
        found(service, path, own, (f"{field}_start", date), (f"{field}_end", date), holds=any_record),
    )
    yield "until the day", found(service, path, own, (f"{field}_end", date[:10]), holds=any_record)


def _dated(service: Service) -> tuple[str, str, Record, str]:
    """A record with a date: its path, id field, itself, and the name of the date."""
    for endpoint in ("IntegrationKeyLink", "Customers", "Contacts", "Services", "Bills", "Users"):
        resource = BUILT_IN.at_path(endpoint)
        for record in service.sample(endpoint):
            date = record.get("created_date")
            if isinstance(date, str) and date != UNSET_DATE and resource.id_field in record:
                return f"/{endpoint}", resource.id_field, record, "created_date"
    raise Unseen("there is no record with a created_date")


@probe("search.nested")
def _(service: Service) -> Cases:
    for customer in service.sample("Customers"):
        profile = (customer.get("finance") or {}).get("bill_profile_id")
        if profile:
            break
    else:
        raise Unseen("there is no customer with a bill profile")
    yield (
        "bill_profile_id of Customers",
        found(service, "/Customers", ("bill_profile_id", ABSENT_ID), holds=any_record),
    )
    yield (
        "bill_profile_id of a customer",
        found(
            service,
            "/Customers",
            ("bill_profile_id", profile),
            holds=lambda each: (each.get("finance") or {}).get("bill_profile_id") == profile,
        ),
    )


@probe("search.part_of_name")
def _(service: Service) -> Cases:
    for customer in service.sample("Customers"):
        name = _company(customer)
        if len(name) > 3 and "customer_id" in customer:
            break
    else:
        raise Unseen("there is no customer with the name of a company")
    own = ("customer_id", customer["customer_id"])
    yield (
        "part of a name, in other case",
        found(service, "/Customers", own, ("name", name[1:-1].swapcase()), holds=any_record),
    )
    yield (
        "part of no name",
        found(service, "/Customers", own, ("name", service.absent_text), holds=any_record),
    )


def _company(customer: Record) -> str:
    name = (customer.get("billing_address") or {}).get("company_name")
    return name if isinstance(name, str) else ""
