"""Probes of creating, replacing and deleting, on key links that the run makes itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mockrevio.contract.client import Answer, Call
from mockrevio.contract.verify.observations import Unseen, Value, shape
from mockrevio.contract.verify.own_links import Made
from mockrevio.contract.verify.probes.searches import any_record, found
from mockrevio.contract.verify.rules import probe
from mockrevio.contract.verify.service import ABSENT_ID, LINKS, Service

Cases = Iterator[tuple[str, Value]]


def _status(service: Service, made: Made, label: str) -> int:
    service.keep_error(made.answer, label)
    return made.answer.status


def _written(answer: Answer) -> dict[str, Value]:
    return {"status": answer.status, "body": shape(answer.object())}


@probe("create.answer", writes=True)
def _(service: Service) -> Cases:
    answer = service.own.first.answer
    yield "a create", _written(answer)
    location = answer.headers.get("Location", "")
    ends = location.lower().endswith(f"/v1{LINKS}/{service.own.link_id}".lower())
    yield "Location", ("the record" if ends else "something else") if location else None


@probe("link.fields", writes=True)
def _(service: Service) -> Cases:
    for name in ("integration_system_id", "integration_entity_type_id", "internal_id"):
        yield f"a create without {name}", _status(service, service.own.create(**{name: ...}), "a field is missing")


@probe("link.entity_exists", writes=True)
def _(service: Service) -> Cases:
    made = service.own.create(internal_id=ABSENT_ID)
    yield "a create for a record that does not exist", _status(service, made, "the record does not exist")


@probe("link.system_exists", writes=True)
def _(service: Service) -> Cases:
    made = service.own.create(integration_system_id=ABSENT_ID)
    yield "a create for a system that does not exist", _status(service, made, "the system does not exist")


@probe("link.type_exists", writes=True)
def _(service: Service) -> Cases:
    made = service.own.create(integration_entity_type_id=ABSENT_ID)
    yield "a create for a type that does not exist", _status(service, made, "the entity type does not exist")


@probe("link.duplicate", writes=True)
def _(service: Service) -> Cases:
    made = service.own.create(external_id=service.own.first.body["external_id"])
    yield "the same create again", _status(service, made, "the same create again")


@probe("link.many", writes=True)
def _(service: Service) -> Cases:
    yield "a second external id for a record", service.own.create().answer.status


@probe("link.ids", writes=True)
def _(service: Service) -> Cases:
    first = service.own.create()
    service.own.delete(_id(service, first))
    second = service.own.create()
    yield "after a delete", "a higher id" if _id(service, second) > _id(service, first) else "another id"


def _id(service: Service, made: Made) -> Any:
    if made.link is None:
        raise Unseen(f"a create gets a {made.answer.status}")
    return made.link[service.link_id_field]


@probe("link.own_fields", writes=True)
def _(service: Service) -> Cases:
    own = (service.link_id_field, service.own.link_id)
    yield "search by its id", found(service, LINKS, own, holds=lambda each: each.get(own[0]) == own[1])
    absent = (service.link_id_field, ABSENT_ID)
    yield "search by an id that no link has", found(service, LINKS, absent, holds=any_record)


@probe("search.field", writes=True)
def _(service: Service) -> Cases:
    external_id = service.own.first.body["external_id"]
    yield "the external id of a key link", found(
        service, LINKS, ("external_id", external_id), holds=lambda each: each.get("external_id") == external_id
    )


@probe("search.names_fold", writes=True)
def _(service: Service) -> Cases:
    external_id = service.own.first.body["external_id"].upper()
    yield "an external id in other case", found(service, LINKS, ("external_id", external_id), holds=any_record)


@probe("record.created", writes=True)
def _(service: Service) -> Cases:
    made = service.own.create(created_date="2001-02-03T04:05:06.000")
    date = (made.link or {}).get("created_date")
    yield "a create with a created_date", "taken" if str(date).startswith("2001") else "ignored"


@probe("value.time_zone", writes=True)
def _(service: Service) -> Cases:
    made = service.own.first
    date, now = (made.link or {}).get("created_date"), made.answer.headers.get("Date")
    try:
        created = datetime.fromisoformat(str(date)).replace(tzinfo=None)
        sent = parsedate_to_datetime(str(now)).replace(tzinfo=None)
    except ValueError:
        raise Unseen("there is no created_date, or no Date header to compare it with") from None
    quarters = round((created - sent).total_seconds() / 900)
    yield "created_date", "UTC" if not quarters else f"UTC{quarters / 4:+.2f} hours"


@probe("replace.answer", writes=True)
def _(service: Service) -> Cases:
    own = service.own
    yield "a PUT", _written(own.put(own.body()))
    answer = own.put(own.body(external_id=...))
    service.keep_error(answer, "a field is missing")
    kept = own.read().get("external_id") == own.first.body["external_id"]
    own.restore()
    yield "a PUT without external_id", {
        "status": answer.status,
        "external_id": "kept" if kept else "removed",
    }
    unknown = service.send(Call("PUT", f"{LINKS}/{ABSENT_ID}", body=own.body()))
    service.keep_error(unknown, "a PUT of an unknown id")
    yield "a PUT of an unknown id", unknown.status


@probe("link.update", writes=True)
def _(service: Service) -> Cases:
    own = service.own
    before = own.read()
    answer = own.put(own.body(external_id=f"{own.marker}-changed", created_date="2001-02-03T04:05:06.000"))
    after = own.read()
    own.restore()
    if answer.status == 200:
        changed = after.get("external_id") == f"{own.marker}-changed"
        yield "external_id", "changed" if changed else "as before"
        for name in ("created_date", "created_by"):
            yield name, "as before" if after.get(name) == before.get(name) else "changed"
    missing = own.put(own.body(internal_id=ABSENT_ID))
    yield "a PUT for a record that does not exist", missing.status
    if missing.status < 400:
        own.restore()


@probe("link.patch", writes=True)
def _(service: Service) -> Cases:
    own = service.own
    patch = [{"op": "replace", "path": "/external_id", "value": own.first.body["external_id"]}]
    headers = {"Content-Type": "application/json-patch+json"}
    yield "PATCH of a key link", service.send(Call("PATCH", own.path, body=patch, headers=headers)).status


@probe("method.not_allowed", writes=True)
def _(service: Service) -> Cases:
    answer = service.send(Call("PUT", LINKS, body=service.own.body()))
    service.keep_error(answer, "a method that is not supported")
    allowed = answer.headers.get("Allow")
    yield "PUT of the collection", {"status": answer.status, "Allow": "present" if allowed else "missing"}


@probe("delete.answer", writes=True)
def _(service: Service) -> Cases:
    link_id = _id(service, service.own.create())
    yield "a DELETE", _written(service.own.delete(link_id))
    yield "reading it then", service.get(f"{LINKS}/{link_id}").status
    again = service.own.delete(link_id)
    service.keep_error(again, "a DELETE of an unknown id")
    yield "a DELETE of an unknown id", again.status
