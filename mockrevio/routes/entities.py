"""The Rev.io records that key links point at, readable at Rev.io's own paths (`/v1/Customers`)."""

from __future__ import annotations

from functools import partial

from flask import Blueprint

from mockrevio.routes.answers import collection, one
from mockrevio.wire.schema import ENTITIES

blueprint = Blueprint("entities", __name__, url_prefix="/v1")

for _resource in ENTITIES.values():
    # C: the paths are as real clients spell them, some plural, some not.
    _path = f"/{_resource.path.lower()}"
    blueprint.get(_path, endpoint=f"{_resource.table}_list")(partial(collection, _resource))
    blueprint.get(f"{_path}/<record_id>", endpoint=_resource.table)(partial(one, _resource))
