"""`x-evidence`: how mockrevio knows what the document says, from the evidence table."""

from __future__ import annotations

from typing import Any

from mockrevio.revio.behaviours import CLIENTS, EVIDENCE, LABELS, PAGES, PORTAL, Behaviour
from mockrevio.revio.format_rules import RULES
from mockrevio.revio.resources import KEY_LINK_RESOURCES, Resource
from mockrevio.settings import option_name


def evidence(rule: str) -> dict[str, Any]:
    """The extension for what a rule says."""
    return {"x-evidence": _describe(RULES[rule])}


def _describe(rule: Behaviour) -> dict[str, str]:
    described = {"label": rule.evidence, **_source(rule.source), "rule": rule.name}
    if rule.setting is not None:
        described["setting"] = option_name(rule.setting)
    return described


def _source(source: str) -> dict[str, str]:
    if not source:
        return {}
    return {"source": f"{PORTAL}{source}" if source in PAGES else source}


def resource_evidence(resource: Resource) -> dict[str, Any]:
    """The extension for the fields of a resource, apart from those that have their own."""
    if resource in KEY_LINK_RESOURCES:
        return evidence("link.fields")
    sources = " ".join(PORTAL if name == "D" else name for name in resource.sources.split())
    described = {"label": resource.evidence, **_source(sources)}
    if resource.evidence == RULES["record.endpoints"].evidence:
        described["rule"] = "record.endpoints"
    return {"x-evidence": described}


def field_evidence(letters: str) -> dict[str, Any]:
    """The extension for a field that is known from something else than its resource: `C1 C5`."""
    if not letters:
        return {}
    label = LABELS[letters[0]]
    return {"x-evidence": {"label": label, **_source(letters if label == "observed" else "")}}


def tables() -> dict[str, Any]:
    """What `x-evidence` refers to: the labels, the sources, and every rule."""
    return {
        "x-evidence-labels": dict(EVIDENCE),
        "x-evidence-clients": dict(CLIENTS),
        "x-evidence-rules": {
            rule.name: {"says": rule.description, **_describe(rule)} for rule in RULES.values()
        },
    }
