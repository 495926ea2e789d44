"""Activating webhook receivers. Everything else about them is in the table of resources."""

from __future__ import annotations

from flask import Blueprint, Response

from mockrevio.revio.actions import ACTIVATE
from mockrevio.revio.resources import WEBHOOK_RECEIVERS
from mockrevio.revio.wire.secrets import CODE_HEADER
from mockrevio.revio.wire.values import convert_known
from mockrevio.routes.api import body_fields, find_id, this_exchange, updated_response

blueprint = Blueprint("webhooks", __name__, url_prefix="/v1")


@blueprint.post("/webhookreceivers/<record_id>/activate")
def activate(record_id: str) -> Response:
    """C3: activate a receiver, without a body. A: a code in the body or the header must be the right one."""
    exchange = this_exchange()
    values = convert_known(body_fields(), ACTIVATE.fields) if exchange.body().strip() else {}
    codes = [values.get("code"), exchange.request.headers.get(CODE_HEADER.lower())]
    receiver_id = find_id(WEBHOOK_RECEIVERS, record_id)
    exchange.world.webhooks.activate(receiver_id, *filter(None, codes))
    return updated_response(receiver_id)
