"""A reference model of a world: dictionaries, and a few lines for each of Rev.io's rules."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

UNIQUE = ("integration_system_id", "integration_entity_type_id", "internal_id", "external_id")
LINK_FIELDS = ("integration_key_link_id", *UNIQUE, "created_date", "created_by")
TESTER = 1001
"""The id of the user who is added for the login of the tests: the first one of a world without users."""

Record = dict[str, Any]


@dataclass
class Model:
    """The expected contents of a world."""

    links: dict[int, Record] = field(default_factory=dict)
    customers: dict[int, Record] = field(default_factory=dict)
    next_link: int = 1
    next_customer: int = 1001
    duplicates: str = "reject"

    def copy(self) -> Model:
        """Return an independent copy."""
        return copy.deepcopy(self)

    def error_codes(self, link: Record, replaced_id: int | None = None) -> list[str]:
        """Return the error codes for a new link, or for one that replaces another; empty if it is valid."""
        codes = [] if link["integration_system_id"] == 4 else ["invalid"]
        if link["internal_id"] not in self.customers:
            codes.append("entity_not_found")
        duplicates = [
            link_id
            for link_id, existing in self.links.items()
            if link_id != replaced_id and all(existing[name] == link[name] for name in UNIQUE)
        ]
        if not codes and duplicates and self.duplicates == "reject":
            codes.append("duplicate")
        return codes

    def create(self, link: Record, now: str) -> int:
        """Add a link and return its id."""
        link_id = self.next_link
        self.next_link += 1
        creation = {"created_date": now, "created_by": TESTER}
        self.links[link_id] = {"integration_key_link_id": link_id, **link, **creation}
        return link_id

    def replace(self, link_id: int, link: Record) -> None:
        """Replace the values of a link."""
        self.links[link_id] = {**self.links[link_id], **link}

    def add_customer(self, customer_id: int, fields: Record, now: str, user_id: int | None = None) -> None:
        """Add a customer."""
        stamps = {"created_date": now, "updated_date": now, "created_by": user_id}
        self.customers[customer_id] = {"customer_id": customer_id, **fields, **stamps}
        self.next_customer = max(self.next_customer, customer_id + 1)

    def page(self, filters: dict[str, list[Any]], sort: str, page: int, size: int) -> Record:
        """Return one page of the links that match the filters, as Rev.io's response body."""
        matches = [self.links[link_id] for link_id in sorted(self.links)]
        matches = [link for link in matches if all(link[name] in values for name, values in filters.items())]
        if sort:
            name = sort.lstrip("-")
            matches.sort(key=lambda link: (link[name] is not None, link[name]), reverse=sort.startswith("-"))
        start = (page - 1) * size
        records = matches[start : start + size]
        has_more = len(matches) > start + size
        return {"ok": True, "has_more": has_more, "record_count": len(records), "records": records}
