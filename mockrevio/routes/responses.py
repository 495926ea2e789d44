"""What the API's routes share: the world of a call, and answers in Rev.io's shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, g, request

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.resources import Record, Resource, parse_integer
from mockrevio.revio.wire import envelopes
from mockrevio.revio.wire.auth import BASIC_CHALLENGE
from mockrevio.revio.wire.body import parse_fields, parse_patch
from mockrevio.revio.wire.query import parse_query
from mockrevio.routes.origins import request_host
from mockrevio.world.world import World
from mockrevio.world.worlds import Worlds

JSON_CONTENT_TYPE = "application/json; charset=utf-8"


def worlds() -> Worlds:
    """All worlds of this app."""
    found: Worlds = current_app.extensions["mockrevio"]
    return found


def current_world() -> World:
    """The world that this call is about."""
    found: World = g.world
    return found


def json_response(body: object, status: int = 200) -> Response:
    """An answer with a JSON body."""
    return Response(envelopes.encode_json(body), status, content_type=JSON_CONTENT_TYPE)


def error_response(problems: Sequence[Problem], shape: str, status: int | None = None) -> Response:
    """An error in Rev.io's shape, with what only a mock can say in `X-Mock-Explain`."""
    record_behaviour("error.shape")
    response = json_response(envelopes.error_body(problems, shape), status or envelopes.status_of(problems))
    explanations = [problem.explain for problem in problems if problem.explain]
    if explanations:
        response.headers[envelopes.EXPLAIN_HEADER] = to_header_value("; ".join(explanations))
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = BASIC_CHALLENGE
    return response


def to_header_value(text: str) -> str:
    """Text that may hold anything a caller sent, made fit for a header."""
    printable = "".join(each if each.isprintable() else "?" for each in text)
    return printable.encode("ascii", "replace").decode("ascii")[:1000]


def list_records(resource: Resource) -> Response:
    """D: one page of a collection, as the query string asks."""
    exchange = g.exchange
    query = parse_query(exchange.request.query_string, resource, exchange.world.settings)
    records, has_more = exchange.world.page(resource, query)
    record_behaviour("collection.page" if records or query.page == 1 else "page.past_end")
    return json_response(envelopes.page_envelope(records, has_more=has_more))


def get_record(resource: Resource, record_id: str) -> Response:
    """D: one record by its id."""
    record_behaviour("record.single")
    return json_response(envelopes.record_envelope(find_record(resource, record_id)))


def find_record(resource: Resource, text: str) -> Record:
    """The record whose id a path names; D: a Refusal with `not_found`, A: also where `text` is no id."""
    record_id = parse_integer(text) if text.isdigit() else None
    try:
        return current_world().record(resource, record_id)
    except ApiError:
        record_behaviour("record.not_found")
        message = f"{resource.path} {text} was not found."
        explain = _explain_nearest(resource, record_id) if record_id is not None else "ids are whole numbers"
        raise ApiError(Problem("not_found", message, explain=explain)) from None


def _explain_nearest(resource: Resource, record_id: int) -> str:
    nearest = current_world().nearest_id(resource, record_id)
    return "there is none at all" if nearest is None else f"nearest {nearest}"


def created_response(resource: Resource, record_id: int) -> Response:
    """D: 201, the new record's id, and where it is to be found under the host that the caller used."""
    record_behaviour("create.answer")
    response = json_response(envelopes.write_envelope(record_id), 201)
    response.headers["Location"] = f"{request.scheme}://{request_host()}/v1/{resource.path}/{record_id}"
    return response


def updated_response(record_id: int) -> Response:
    """C: an update and a delete answer JSON too. A: 200, with the id."""
    record_behaviour("delete.answer" if request.method == "DELETE" else "replace.answer")
    return json_response(envelopes.write_envelope(record_id))


def body_fields() -> dict[str, Any]:
    """The fields of this call's body, their names in lower case."""
    return parse_fields(*_body_and_type())


def body_patch() -> list[Any]:
    """The operations of the JSON Patch that this call's body is."""
    return parse_patch(*_body_and_type())


def _body_and_type() -> tuple[bytes, str]:
    exchange = g.exchange
    return exchange.body(), exchange.request.headers.get("content-type", "")
