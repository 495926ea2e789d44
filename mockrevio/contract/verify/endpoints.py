"""The three endpoints of Integration Linking, as the probes address them."""

from __future__ import annotations

from mockrevio.revio.fields import MAX_INTEGER
from mockrevio.revio.resources import INTEGRATION_ENTITY_TYPE, INTEGRATION_KEY_LINK, INTEGRATION_SYSTEM

SYSTEMS = f"/{INTEGRATION_SYSTEM.path}"
TYPES = f"/{INTEGRATION_ENTITY_TYPE.path}"
LINKS = f"/{INTEGRATION_KEY_LINK.path}"

LINK_FIELDS = ("integration_system_id", "integration_entity_type_id", "internal_id", "external_id")
"""D: the four fields of a key link that a client writes."""

ABSENT_ID = MAX_INTEGER
"""An id that no record has."""
