"""A world as plain as can be: dictionaries, and Rev.io's rules for key links and customers in a few lines."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

UNIQUE = ("integration_system_id", "integration_entity_type_id", "internal_id", "external_id")
LINK_FIELDS = ("integration_key_link_id", *UNIQUE, "created_date", "created_by")
Record = dict[str, Any]


@dataclass
class Model:
    """What a world should hold."""

    links: dict[int, Record] = field(default_factory=dict)
    customers: dict[int, Record] = field(default_factory=dict)
    next_link: int = 1
    next_customer: int = 1001
    duplicates: str = "reject"

    def copied(self) -> Model:
        """A copy that goes its own way."""
        return copy.deepcopy(self)

    def refusal(self, link: Record, replacing: int | None = None) -> list[str]:
        """The codes with which a link is refused; none if it may be."""
        codes = [] if link["integration_system_id"] == 4 else ["invalid"]
        if link["internal_id"] not in self.customers:
            codes.append("entity_not_found")
        same = [
            link_id
            for link_id, other in self.links.items()
            if link_id != replacing and all(other[name] == link[name] for name in UNIQUE)
        ]
        if not codes and same and self.duplicates == "reject":
            codes.append("duplicate")
        return codes

    def create(self, link: Record, now: str) -> int:
        """Add a link; its id."""
        link_id = self.next_link
        self.next_link += 1
        made = {"created_date": now, "created_by": "tester"}
        self.links[link_id] = {"integration_key_link_id": link_id, **link, **made}
        return link_id

    def replace(self, link_id: int, link: Record) -> None:
        """Put other values in a link's place."""
        self.links[link_id] = {**self.links[link_id], **link}

    def put_customer(self, customer_id: int, fields: Record) -> None:
        """Store a customer."""
        self.customers[customer_id] = {"customer_id": customer_id, **fields}
        self.next_customer = max(self.next_customer, customer_id + 1)

    def page(self, wanted: dict[str, list[Any]], sort: str, page: int, size: int) -> Record:
        """One page of links."""
        found = [self.links[link_id] for link_id in sorted(self.links)]
        found = [link for link in found if all(link[name] in values for name, values in wanted.items())]
        if sort:
            name = sort.lstrip("-")
            found.sort(key=lambda link: (link[name] is not None, link[name]), reverse=sort.startswith("-"))
        start = (page - 1) * size
        records = found[start : start + size]
        more = len(found) > start + size
        return {"ok": True, "has_more": more, "record_count": len(records), "records": records}
