"""Settings of the mock that the records of a service show by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockrevio.revio.record_checks import is_id
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, Resource
from mockrevio.revio.wire.dates import UNSET_DATE


class ObservedSettings:
    """The settings with which a mock shows records like those that were observed."""

    def __init__(self) -> None:
        self._have_links: set[bool] = set()
        self._unset_dates: set[str | None] = set()
        self._link_id_fields: set[str] = set()

    def observe(self, resource: Resource, record: Mapping[str, Any]) -> None:
        """Take in a record as the service sends it."""
        self._have_links.add(isinstance(record.get("links"), list))
        for name, value in record.items():
            if (
                value in (None, UNSET_DATE)
                and name in resource.fields
                and resource.fields[name].kind == "date"
            ):
                self._unset_dates.add(value)
        if resource is INTEGRATION_KEY_LINK and resource.id_field not in record:
            self._link_id_fields.add(link_id_field(record) or "")

    def settings(self) -> dict[str, str]:
        """Those that all records agree about, if they are not the default."""
        settings = {}
        if self._have_links == {True}:
            settings["links"] = "self"
        if self._unset_dates == {UNSET_DATE}:
            settings["unset_dates"] = "sentinel"
        if len(self._link_id_fields) == 1 and any(self._link_id_fields):
            (settings["key_link_id"],) = self._link_id_fields
        return settings


def link_id_field(link: Mapping[str, Any]) -> str | None:
    """A: nobody knows the name of a key link's own id. It is the one field with an id that the table of
    resources does not know; None if there is not exactly one."""
    names = [
        name
        for name, value in link.items()
        if name not in INTEGRATION_KEY_LINK.fields and name.lower().endswith("id") and is_id(value)
    ]
    return names[0] if len(names) == 1 else None
