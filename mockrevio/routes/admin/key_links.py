"""Key links for tests and people: Rev.io's rules apply, faults, limits and the request log do not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from flask import Response

from mockrevio.documents import document_error, mapping_of
from mockrevio.errors import ApiError, DocumentError, Mistake
from mockrevio.openapi.admin.operations import KEY_LINK_FILTERS
from mockrevio.revio.fields import parse_integer
from mockrevio.revio.listings import Query
from mockrevio.revio.record_checks import nearest_id
from mockrevio.revio.resources import INTEGRATION_KEY_LINK
from mockrevio.routes.admin.record_queries import reject_others, take_flag, take_query
from mockrevio.routes.admin.responses import (
    AdminError,
    current_world,
    json_body,
    json_response,
    path_id,
    query_values,
)
from mockrevio.world.world import World

T = TypeVar("T")


def listing() -> Response:
    """The key links that match, in order, and their number: `?search=acme&system=SALESFORCE&limit=50`."""
    world, values = current_world(), query_values()
    with_labels = take_flag(values, "labels")
    query = _take_query(world, values)
    links, count = world.listings.key_links(query)
    body: dict[str, Any] = {"count": count, "key_links": links}
    if with_labels:
        link_labels = world.listings.link_labels()
        body["labels"] = [link_labels.of(link) for link in links]
    return json_response(body)


def add() -> Response:
    """Create a key link as a POST to the API would: 201 with the entire record."""
    world, fields = current_world(), _fields()
    link_id = _apply_rules(lambda: world.key_links.create(fields, None))
    return json_response(world.key_links.get(link_id), 201)


def get_one(link_id: str) -> Response:
    """One key link; with `?labels=true` as `{"key_link": …, "label": …}`."""
    world, values = current_world(), query_values()
    with_label = take_flag(values, "labels")
    reject_others(values, ("labels",))
    link = world.key_links.get(path_id(link_id))
    if link is None:
        raise _not_found(world, link_id)
    return json_response(
        {"key_link": link, "label": world.listings.link_labels().of(link)} if with_label else link
    )


def put(link_id: str) -> Response:
    """Replace a key link as a PUT to the API would; returns the entire record."""
    world, fields, known_id = current_world(), _fields(), path_id(link_id)
    try:
        _apply_rules(lambda: world.key_links.replace(known_id, fields))
    except ApiError:
        raise _not_found(world, link_id) from None
    return json_response(world.key_links.get(known_id))


def remove(link_id: str) -> Response:
    """Delete a key link."""
    world = current_world()
    try:
        world.key_links.delete(path_id(link_id))
    except ApiError:
        raise _not_found(world, link_id) from None
    return json_response({"ok": True})


def _fields() -> dict[str, Any]:
    """The fields of the body, with names in lowercase."""
    fields = mapping_of(lambda value, _: value)(json_body(), "body")
    return {name.lower(): value for name, value in fields.items()}


def _apply_rules(write: Callable[[], T]) -> T:
    """Write; raise DocumentError with every rule of Rev.io's that the body breaks.

    Raises ApiError (`not_found`) if what is to be replaced does not exist.
    """
    try:
        return write()
    except ApiError as error:
        if error.problems[0].code == "not_found":
            raise
        mistakes = [Mistake(f"body.{problem.field or 'link'}", problem.message) for problem in error.problems]
        raise DocumentError(mistakes) from None


def _not_found(world: World, link_id: str) -> AdminError:
    nearest = nearest_id(world.key_links.ids(), int(link_id))
    hint = "none exist" if nearest is None else f"the nearest is {nearest}"
    return AdminError(404, "not_found", f"key link {link_id} does not exist; {hint}")


def _take_query(world: World, values: dict[str, str]) -> Query:
    criteria: dict[str, frozenset[Hashable]] = {}
    if "system" in values:
        systems = world.catalog.systems()
        criteria["integration_system_id"] = _take_named(values, "system", "integration system", systems)
    if "type" in values:
        types = world.catalog.types()
        criteria["integration_entity_type_id"] = _take_named(values, "type", "entity type", types)
    if "internal_id" in values:
        criteria["internal_id"] = frozenset({_take_id(values, "internal_id")})
    query = take_query(values, INTEGRATION_KEY_LINK, criteria)
    reject_others(values, KEY_LINK_FILTERS)
    return query


def _take_named(
    values: dict[str, str], parameter: str, kind: str, names: Mapping[int, str]
) -> frozenset[Hashable]:
    """Remove a parameter that is a name or an id, which need not exist; return the ids."""
    text = values.pop(parameter).strip()
    found = [record_id for record_id, name in names.items() if name.casefold() == text.casefold()]
    record_id = parse_integer(text)
    if not found and record_id is None:
        known = ", ".join(f"{each} {name}" for each, name in names.items()) or "none"
        raise document_error(f"query: {parameter}", f"there is no {kind} {text!r}; known: {known}")
    return frozenset(found) if found else frozenset({record_id})


def _take_id(values: dict[str, str], parameter: str) -> int:
    text = values.pop(parameter)
    number = parse_integer(text)
    if number is None:
        raise document_error(f"query: {parameter}", f"must be a whole number, not {text!r}")
    return number
