"""What the API's routes share: the exchange that they are part of, reading records, reading bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Response
from werkzeug.exceptions import MethodNotAllowed

from mockrevio.errors import ApiError, Problem
from mockrevio.revio.addresses import API_PATH
from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.fields import Record, parse_integer
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource
from mockrevio.revio.wire import envelopes
from mockrevio.revio.wire.body import parse_fields, parse_patch
from mockrevio.revio.wire.query import parse_query
from mockrevio.routes.exchange import Exchange, current_exchange
from mockrevio.routes.origins import request_host
from mockrevio.routes.responses import json_response
from mockrevio.scheduling import require_thread

View = Callable[..., Response]

ANY_METHOD = ["*"]
"""The methods of a rule whose view dispatches by method (`mock_app.MatchOnlyRule`)."""

MAX_PAGE_ON_LOOP = 100
"""Records of a page that are encoded within a millisecond or so; a larger page is left to a thread."""


def this_exchange() -> Exchange:
    """The exchange whose route is running."""
    exchange = current_exchange()
    if exchange is None:
        raise RuntimeError("no request to Rev.io's API is in progress")
    return exchange


def list_records(resource: Resource) -> Response:
    """D: the page of a collection that the query string selects."""
    exchange = this_exchange()
    selection = parse_query(exchange.request.query_string, resource, exchange.world.settings)
    if selection.limit > MAX_PAGE_ON_LOOP:
        require_thread()
    records, has_more = exchange.world.page(resource, selection)
    record_behaviour("collection.page" if records or not selection.offset else "page.past_end")
    shown = _as_settings_show(resource, records)
    return json_response(envelopes.page_envelope(shown, has_more=has_more))


def get_record(resource: Resource, record_id: str) -> Response:
    """D: one record by its id."""
    record_behaviour("record.single")
    (record,) = _as_settings_show(resource, [find_record(resource, record_id)])
    return json_response(envelopes.record_envelope(record))


def _as_settings_show(resource: Resource, records: Sequence[Record]) -> Sequence[Record]:
    """Records with what settings add to them or call otherwise."""
    settings = this_exchange().world.settings
    if settings.links == "self":
        records = [_with_link(resource, record) for record in records]
    if resource is INTEGRATION_KEY_LINK and settings.key_link_id != resource.id_field:
        records = [_with_own_id(record, settings.key_link_id) for record in records]
    return records


def _with_own_id(link: Record, name: str) -> Record:
    """A: the key link with another name for its own id."""
    id_field = INTEGRATION_KEY_LINK.id_field
    return {name if field == id_field else field: value for field, value in link.items()}


def _with_link(resource: Resource, record: Record) -> Record:
    """D: the record with a link to itself; the portal shows one record with and another one without."""
    record_behaviour("record.links")
    href = _address(resource, record[resource.id_field])
    return {**record, "links": [{"rel": "self", "href": href}]}


def _address(resource: Resource, record_id: int) -> str:
    """The address of a record under the host that the client used. D: with `http`, whatever it used."""
    exchange = this_exchange()
    iis = exchange.world.settings.server_headers == "iis"
    scheme = "http" if iis else exchange.environ["wsgi.url_scheme"]
    root = f"{scheme}://{request_host(exchange.environ)}{exchange.environ.get('SCRIPT_NAME', '')}"
    return f"{root}{API_PATH}/{resource.path}/{record_id}"


def find_record(resource: Resource, text: str) -> Record:
    """The record whose id is in the path.

    Raises ApiError `not_found` if no record has this id (D) or `text` is not an id (A).
    """
    record_id = parse_integer(text) if text.isdigit() else None
    try:
        return this_exchange().world.record(resource, record_id)
    except ApiError:
        record_behaviour("record.not_found")
        message = f"{resource.path} {text} was not found."
        explain = _explain_nearest(resource, record_id) if record_id is not None else "ids are whole numbers"
        raise ApiError(Problem("not_found", message, explain=explain)) from None


def find_id(resource: Resource, text: str) -> int:
    """The id in the path, of a record that exists. Raises ApiError as `find_record` does."""
    record_id: int = find_record(resource, text)[resource.id_field]
    return record_id


def _explain_nearest(resource: Resource, record_id: int) -> str:
    nearest = this_exchange().world.records.nearest_id(resource, record_id)
    noun = resource.id_field.removesuffix("_id").replace("_", " ")
    return f"{noun} {record_id} does not exist; {'none exist' if nearest is None else f'nearest {nearest}'}"


def created_response(resource: Resource, record_id: int) -> Response:
    """D: 201 with the new record's id, and its `Location` under the host that the client used."""
    record_behaviour("create.answer")
    response = json_response(envelopes.write_envelope(record_id), 201)
    response.headers["Location"] = _address(resource, record_id)
    return response


def dispatch(views: Mapping[str, View], *arguments: Any) -> Response:
    """Call the view for the method of this request. Raises MethodNotAllowed if there is none."""
    method = this_exchange().request.method
    view = views.get("GET" if method == "HEAD" else method)
    if view is not None:
        return view(*arguments)
    allowed = [*views, "OPTIONS", *(["HEAD"] if "GET" in views else [])]
    if method == "OPTIONS":
        return options_response(allowed)
    raise MethodNotAllowed(valid_methods=allowed)


def options_response(methods: Iterable[str]) -> Response:
    """A: OPTIONS returns `Allow` and no body, therefore no `Content-Type` either."""
    record_behaviour("method.options")
    response = Response(headers={"Allow": ", ".join(sorted(methods))})
    del response.headers["Content-Type"]
    return response


def updated_response(record_id: int) -> Response:
    """C: the response to an update or a delete is JSON, too. A: 200 with the id."""
    method = this_exchange().request.method
    record_behaviour("delete.answer" if method == "DELETE" else "replace.answer")
    return json_response(envelopes.write_envelope(record_id))


def body_fields() -> dict[str, Any]:
    """The fields of this request's body, with lowercase names."""
    return parse_fields(*_body_and_type())


def body_patch() -> list[Any]:
    """The operations of the JSON Patch in this request's body."""
    return parse_patch(*_body_and_type())


def _body_and_type() -> tuple[bytes, str]:
    exchange = this_exchange()
    return exchange.body(), exchange.request.headers.get("content-type", "")
