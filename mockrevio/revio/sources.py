"""The sources of the rules in the evidence table, in words that need no key."""

from __future__ import annotations

from typing import NamedTuple

from mockrevio.revio.behaviours import CLIENTS, PAGES, PORTAL, Behaviour


class Source(NamedTuple):
    """Where a rule is known from: in words, and the address of the page if we know it."""

    text: str | None
    url: str | None = None

    @staticmethod
    def of(rule: Behaviour) -> Source:
        """The source of a rule; an assumed one has none."""
        if rule.evidence == "documented":
            url = f"{PORTAL}{rule.source}" if rule.source in PAGES else None
            return Source(f"Rev.io's developer portal, {rule.source.replace('-', ' ')}", url)
        if rule.evidence == "gateway":
            return Source("the defaults of Azure API Management")
        if rule.evidence == "observed":
            known = [CLIENTS[name] for name in rule.source.split()]
            return Source("; ".join(known) or "several public clients")
        return Source(None)
