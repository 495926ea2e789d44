"""Rev.io's Integration Linking: writing key links, which have their own rules, and SystemStatus."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.resources import Resource
from mockrevio.revio.wire import envelopes
from mockrevio.routes.api import (
    ANY_METHOD,
    body_fields,
    created_response,
    dispatch,
    find_id,
    this_exchange,
    updated_response,
)
from mockrevio.routes.responses import json_response

blueprint = Blueprint("integration", __name__, url_prefix="/v1")


@blueprint.route("/systemstatus", methods=ANY_METHOD, provide_automatic_options=False)
def system_status() -> Response:
    """C: 200 when the credentials are valid; clients call it before anything else."""
    return dispatch({"GET": _status})


def _status() -> Response:
    record_behaviour("status.credentials")
    return json_response(envelopes.ok_envelope())


def create_key_link(resource: Resource) -> Response:
    """D: create a key link; 201 with its `Location` and its id."""
    exchange = this_exchange()
    link_id = exchange.world.key_links.create(body_fields(), exchange.request.login)
    return created_response(resource, link_id)


def replace_key_link(resource: Resource, record_id: str) -> Response:
    """D: the method. A: it replaces the entire record and returns 200."""
    fields = body_fields()
    link_id = find_id(resource, record_id)
    this_exchange().world.key_links.replace(link_id, fields)
    return updated_response(link_id)


def delete_key_link(resource: Resource, record_id: str) -> Response:
    """D: the method. C: the response is JSON, too. A: 200 with the id."""
    link_id = find_id(resource, record_id)
    this_exchange().world.key_links.delete(link_id)
    return updated_response(link_id)
