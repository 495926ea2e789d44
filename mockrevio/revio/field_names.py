"""What declarations of resources have in common, those of Rev.io's and those of users."""

from __future__ import annotations

import re

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OR = " or "
"""Between the required fields of which one is enough."""

CREATORS = frozenset({"created_by", "user_created_by"})
"""C2: the ids of users that the server sets when a record is created."""

SET_ON_CREATE = CREATORS | {"created_date"}
"""C1, C2: what the server sets when a record is created. A: what a client sends for them is ignored."""

SET_ON_CHANGE = frozenset({"updated_date", "modified_date", "status_date"})
"""C1: dates that the server sets when a record is created and with every change."""

SET_BY_SERVER = SET_ON_CREATE | SET_ON_CHANGE

SET_FROM_CLOCK = SET_BY_SERVER | {"assigned_date", "canceled_date"}
"""The fields whose dates may come from the world's clock, also when an item is assigned and a product
disconnected."""

ENTITY_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,63}", re.ASCII)
