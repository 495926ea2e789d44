"""Rev.io's Integration Linking endpoints, and SystemStatus.

Routes are lowercase: `mock_app.routed_path` lowercases the path of a request before it is matched (C).
"""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.revio.behaviours import record_behaviour
from mockrevio.revio.resources import INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK, INTEGRATION_SYSTEM
from mockrevio.revio.wire import envelopes
from mockrevio.routes.api import (
    body_fields,
    created_response,
    find_record,
    get_record,
    list_records,
    this_exchange,
    updated_response,
)
from mockrevio.routes.responses import json_response

blueprint = Blueprint("integration", __name__, url_prefix="/v1")


@blueprint.get("/systemstatus")
def system_status() -> Response:
    """C: 200 when the credentials are valid; clients call it before anything else."""
    record_behaviour("status.credentials")
    return json_response(envelopes.ok_envelope())


@blueprint.get("/integrationsystem")
def systems() -> Response:
    """D: the integration systems."""
    return list_records(INTEGRATION_SYSTEM)


@blueprint.get("/integrationsystem/<record_id>")
def system(record_id: str) -> Response:
    """D: one integration system."""
    return get_record(INTEGRATION_SYSTEM, record_id)


@blueprint.get("/integrationentitytype")
def entity_types() -> Response:
    """D: the integration entity types."""
    return list_records(INTEGRATION_ENTITY_TYPE)


@blueprint.get("/integrationentitytype/<record_id>")
def entity_type(record_id: str) -> Response:
    """D: one integration entity type."""
    return get_record(INTEGRATION_ENTITY_TYPE, record_id)


@blueprint.get("/integrationkeylink")
def key_links() -> Response:
    """D: the key links."""
    return list_records(INTEGRATION_KEY_LINK)


@blueprint.get("/integrationkeylink/<record_id>")
def key_link(record_id: str) -> Response:
    """D: one key link."""
    return get_record(INTEGRATION_KEY_LINK, record_id)


@blueprint.post("/integrationkeylink")
def create_key_link() -> Response:
    """D: create a key link; 201 with its `Location` and its id."""
    exchange = this_exchange()
    link_id = exchange.world.key_links.create(body_fields(), exchange.request.login)
    return created_response(INTEGRATION_KEY_LINK, link_id)


@blueprint.put("/integrationkeylink/<record_id>")
def replace_key_link(record_id: str) -> Response:
    """D: the method. A: it replaces the entire record and returns 200."""
    fields = body_fields()
    link_id = _find_link_id(record_id)
    this_exchange().world.key_links.replace(link_id, fields)
    return updated_response(link_id)


@blueprint.delete("/integrationkeylink/<record_id>")
def delete_key_link(record_id: str) -> Response:
    """D: the method. C: the response is JSON, too. A: 200 with the id."""
    link_id = _find_link_id(record_id)
    this_exchange().world.key_links.delete(link_id)
    return updated_response(link_id)


def _find_link_id(record_id: str) -> int:
    link_id: int = find_record(INTEGRATION_KEY_LINK, record_id)[INTEGRATION_KEY_LINK.id_field]
    return link_id
