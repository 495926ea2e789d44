"""Probes of creating, replacing and deleting, on key links that the run makes itself."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mockrevio.contract.client import Answer, Call
from mockrevio.contract.verify.endpoints import ABSENT_ID, LINKS
from mockrevio.contract.verify.observations import Unseen, Value, shape
from mockrevio.contract.verify.own_links import ATTEMPTS, Made, OwnLinks
from mockrevio.contract.verify.probes.searches import any_record, found
from mockrevio.contract.verify.rules import Cases, write_probe

MAX_OFFSET = 14 * 4
"""The largest offset of a time zone, in quarters of an hour."""


def _status(own: OwnLinks, made: Made, label: str) -> int:
    own.service.keep_error(made.answer, label)
    return made.answer.status


def _written(answer: Answer) -> dict[str, Value]:
    return {"status": answer.status, "body": shape(answer.object())}


@write_probe("create.answer")
def _(own: OwnLinks) -> Cases:
    answer = own.first.answer
    yield "a create", _written(answer)
    location = answer.headers.get("Location", "")
    ends = location.lower().endswith(f"/v1{LINKS}/{own.link_id}".lower())
    yield "Location", ("the record" if ends else "something else") if location else None


@write_probe("link.fields")
def _(own: OwnLinks) -> Cases:
    for name in ("integration_system_id", "integration_entity_type_id", "internal_id"):
        yield (
            f"a create without {name}",
            _status(own, own.create({name: ...}), "a field is missing"),
        )


@write_probe("link.entity_exists")
def _(own: OwnLinks) -> Cases:
    made = own.create({"internal_id": ABSENT_ID})
    yield "a create for a record that does not exist", _status(own, made, "the record does not exist")


@write_probe("link.system_exists")
def _(own: OwnLinks) -> Cases:
    made = own.create({"integration_system_id": ABSENT_ID})
    yield "a create for a system that does not exist", _status(own, made, "the system does not exist")


@write_probe("link.type_exists")
def _(own: OwnLinks) -> Cases:
    made = own.create({"integration_entity_type_id": ABSENT_ID})
    yield "a create for a type that does not exist", _status(own, made, "the entity type does not exist")


@write_probe("link.duplicate")
def _(own: OwnLinks) -> Cases:
    made = own.create(external_id=own.first.body["external_id"])
    yield "the same create again", _status(own, made, "the same create again")


@write_probe("link.many")
def _(own: OwnLinks) -> Cases:
    yield "a second external id for a record", own.create().answer.status


@write_probe("link.ids")
def _(own: OwnLinks) -> Cases:
    first = own.create()
    own.delete(_id(own, first))
    second = own.create()
    yield "after a delete", "a higher id" if _id(own, second) > _id(own, first) else "another id"


def _id(own: OwnLinks, made: Made) -> Any:
    if made.link is None:
        raise Unseen(f"a create gets a {made.answer.status}")
    return made.link[own.service.link_id_field]


@write_probe("link.own_fields")
def _(own: OwnLinks) -> Cases:
    name, link_id = own.service.link_id_field, own.link_id
    by_id = found(own.service, LINKS, (name, link_id), holds=lambda each: each.get(name) == link_id)
    yield "search by its id", by_id
    absent = found(own.service, LINKS, (name, ABSENT_ID), holds=any_record)
    yield "search by an id that no link has", absent


@write_probe("search.field")
def _(own: OwnLinks) -> Cases:
    external_id = own.first.body["external_id"]
    yield (
        "the external id of a key link",
        found(
            own.service,
            LINKS,
            ("external_id", external_id),
            holds=lambda each: each.get("external_id") == external_id,
        ),
    )


@write_probe("search.names_fold")
def _(own: OwnLinks) -> Cases:
    external_id = own.first.body["external_id"].upper()
    yield (
        "an external id in other case",
        found(own.service, LINKS, ("external_id", external_id), holds=any_record),
    )


@write_probe("record.created")
def _(own: OwnLinks) -> Cases:
    made = own.create({"created_date": "2001-02-03T04:05:06.000"})
    date = (made.link or {}).get("created_date")
    yield "a create with a created_date", "taken" if str(date).startswith("2001") else "ignored"


@write_probe("value.time_zone")
def _(own: OwnLinks) -> Cases:
    made = own.first
    date, now = (made.link or {}).get("created_date"), made.answer.headers.get("Date")
    try:
        created = datetime.fromisoformat(str(date)).replace(tzinfo=None)
        sent = parsedate_to_datetime(str(now)).replace(tzinfo=None)
    except ValueError:
        raise Unseen("there is no created_date, or no Date header to compare it with") from None
    quarters = round((created - sent).total_seconds() / 900)
    if abs(quarters) > MAX_OFFSET:
        raise Unseen("its clock shows another day")
    yield "created_date", "UTC" if not quarters else f"UTC{quarters / 4:+.2f} hours"


@write_probe("replace.answer")
def _(own: OwnLinks) -> Cases:
    yield "a PUT", _written(own.put(own.body()))
    answer = own.put(own.body(external_id=...))
    own.service.keep_error(answer, "a field is missing")
    kept = own.read().get("external_id") == own.first.body["external_id"]
    own.restore()
    yield (
        "a PUT without external_id",
        {
            "status": answer.status,
            "external_id": "kept" if kept else "removed",
        },
    )
    deleted = _id(own, own.create())
    own.delete(deleted)
    unknown = own.service.send(Call("PUT", f"{LINKS}/{deleted}", body=own.body()))
    own.service.keep_error(unknown, "a PUT of a deleted link")
    yield "a PUT of a deleted link", unknown.status


@write_probe("link.update")
def _(own: OwnLinks) -> Cases:
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


@write_probe("link.patch")
def _(own: OwnLinks) -> Cases:
    patch = [{"op": "replace", "path": "/external_id", "value": own.first.body["external_id"]}]
    headers = {"Content-Type": "application/json-patch+json"}
    yield "PATCH of a key link", own.service.send(Call("PATCH", own.path, body=patch, headers=headers)).status


@write_probe("method.not_allowed")
def _(own: OwnLinks) -> Cases:
    answer = own.service.send(Call("PUT", LINKS, body=own.body()))
    own.service.keep_error(answer, "a method that is not supported")
    allowed = answer.headers.get("Allow")
    yield "PUT of the collection", {"status": answer.status, "Allow": "present" if allowed else "missing"}


@write_probe("delete.answer")
def _(own: OwnLinks) -> Cases:
    link_id, answer = _delete_once(own)
    yield "a DELETE", _written(answer)
    yield "reading it then", own.service.get(f"{LINKS}/{link_id}").status
    again = own.delete(link_id)
    own.service.keep_error(again, "a DELETE of a deleted link")
    yield "a DELETE of a deleted link", again.status


def _delete_once(own: OwnLinks) -> tuple[Any, Answer]:
    """Delete a new link with a single request: a repeated one may find that the first has deleted it."""
    for _ in range(ATTEMPTS):
        link_id = _id(own, own.create())
        answer = own.delete(link_id)
        if answer.attempts == 1:
            return link_id, answer
    raise Unseen("no DELETE had an answer at once")
