"""Probes of pages and sort."""

from __future__ import annotations

from typing import Any

from mockrevio.contract.verify.observations import Unseen, order, plain_names
from mockrevio.contract.verify.rules import Cases, probe
from mockrevio.contract.verify.service import Service


@probe("search.repeated_control")
def _(service: Service) -> Cases:
    path = service.listing.path
    one = len(service.records(path, ("page_size", 1)))
    two = len(service.records(path, ("page_size", 2)))
    if one == two:
        raise Unseen("page_size has no effect")
    both = service.get(path, ("page_size", 2), ("page_size", 1))
    count = len(both.object().get("records") or ())
    names = {one: "the last one counts", two: "the first one counts"}
    yield "page_size=2&page_size=1", names.get(count, both.status)


@probe("collection.page")
def _(service: Service) -> Cases:
    body = service.get(service.listing.path).object()
    yield "names", plain_names(body)
    yield "ok", body.get("ok")
    counts = body.get("record_count") == len(body.get("records") or ())
    yield "record_count", "records of this page" if counts else "another number"


@probe("page.size")
def _(service: Service) -> Cases:
    listing = service.listing
    first = service.get(listing.path, ("page_size", 1)).object()
    yield "page_size=1", {"records": len(first.get("records") or ()), "has_more": first.get("has_more")}
    second = service.get(listing.path, ("page_size", 1), ("page", 2)).object()
    yield "page=2", "another record" if second.get("records") != first.get("records") else "the same record"
    if len(listing.records) > 10:
        yield "no page_size", len(service.records(listing.path))


@probe("page.over_max")
def _(service: Service) -> Cases:
    answer = service.get(service.listing.path, ("page_size", 1000))
    service.keep_error(answer, "page_size=1000")
    yield "page_size=1000", answer.status


@probe("page.invalid")
def _(service: Service) -> Cases:
    for name in ("page", "page_size"):
        for value in ("0", "-1", "x"):
            yield f"{name}={value}", service.status(service.listing.path, (name, value))


@probe("page.past_end")
def _(service: Service) -> Cases:
    answer = service.get(service.listing.path, ("page", 100000), ("page_size", 500))
    body = answer.object()
    records = body.get("records")
    count = len(records) if isinstance(records, list) else None
    yield (
        "page=100000",
        {
            "status": answer.status,
            "records": "none" if count == 0 else "some" if count else count,
            "has_more": body.get("has_more"),
        },
    )


@probe("sort.field")
def _(service: Service) -> Cases:
    listing = service.listing
    for sign in ("", "-"):
        yield f"sort={sign}id", _order(service, f"{sign}{listing.id_field}")


@probe("sort.unknown")
def _(service: Service) -> Cases:
    yield "sort=no_such_field", service.status(service.listing.path, ("sort", "no_such_field"))


@probe("sort.ties")
def _(service: Service) -> Cases:
    yield "no sort", _order(service, None)


def _order(service: Service, sort: str | None) -> str:
    listing = service.listing
    query = [("page_size", 500), *([("sort", sort)] if sort else [])]
    return order(record[listing.id_field] for record in service.records(listing.path, *query))


@probe("sort.null_first")
def _(service: Service) -> Cases:
    for endpoint in ("Customers", "Contacts", "Services", "Products", "Charges", "Payments"):
        field = _sometimes_null(service.sample(endpoint))
        if field:
            values = [
                record.get(field)
                for record in service.records(f"/{endpoint}", ("sort", field), ("page_size", 500))
            ]
            break
    else:
        raise Unseen("there is no field that is null in some records only")
    ends = values[0] is None, values[-1] is None
    names = {(True, False): "first", (False, True): "last"}
    yield "null", names.get(ends, "neither first nor last")


def _sometimes_null(records: list[dict[str, Any]]) -> str | None:
    """A field that is null in some records, and a text or a number in others."""
    for name in sorted(records[0]) if records else ():
        values = [record.get(name) for record in records]
        if None in values and any(isinstance(value, (int, str)) for value in values):
            return name
    return None
