"""Write the generated tables into the pages that show them: `make tables`.

A table is between `<!-- table: NAME -->` and `<!-- end of table -->`. It comes from the table in the code
that decides the behaviour, so a new setting, preset, field or rule is entered in one place. With `--check`,
nothing is written and a stale page is an error.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from mockrevio.cli.options import format_default
from mockrevio.control.faults.presets import PRESETS
from mockrevio.revio import behaviours
from mockrevio.revio.behaviours import CLIENTS, PAGES, PORTAL, Behaviour
from mockrevio.revio.field_names import METHODS
from mockrevio.revio.fields import Field
from mockrevio.revio.format_rules import RULES
from mockrevio.revio.resources import BUILT_IN, ENTITIES, Resource
from mockrevio.revio.wire.gateway_responses import JSON
from mockrevio.settings import declared_settings, option_name, variable_name

ROOT = Path(__file__).resolve().parent.parent

_MARKED = re.compile(r"(<!-- table: (?P<name>[a-z-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)

AREAS: Mapping[str, str] = {
    "path": "Addresses and paths",
    "auth": "Authentication",
    "gateway": "Gateway",
    "collection": "Collections and records",
    "search": "Searching",
    "page": "Paging",
    "sort": "Sorting",
    "write": "Writing",
    "link": "Key links",
    "webhook": "Webhooks",
    "provisioning": "Provisioning",
    "error": "Errors and values",
}
_AREA_OF = {
    "method": "path",
    "status": "path",
    "record": "collection",
    "create": "write",
    "replace": "write",
    "delete": "write",
    "body": "write",
    "value": "error",
    "patch": "write",
    "answer": "collection",
}


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [list(header), *(list(row) for row in rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], f"|{'---|' * len(cells[0])}", *lines[1:]])


def settings() -> str:
    """Every setting, for docs/settings.md."""
    rows = []
    for name, default, metadata in declared_settings():
        traits = {"repeatable": metadata["repeatable"], "fixture too": metadata["scope"] == "world"}
        notes = ", ".join(trait for trait, applies in traits.items() if applies)
        option = f"`{option_name(name)}`" + (f" ({notes})" if notes else "")
        accepts = metadata["kind"].allowed
        rows.append(
            (option, f"`{variable_name(name)}`", f"`{format_default(default)}`", accepts, metadata["help"])
        )
    return _table(("option", "environment", "default", "accepts", "description"), rows)


def presets() -> str:
    """Every fault preset with the response it sends, for docs/fault-rules.md."""
    rows = []
    for name, preset in PRESETS.items():
        response = preset.respond("array")
        headers = ", ".join(f"`{header}: {value}`" for header, value in response.headers if value != JSON)
        text = response.body.decode()
        body = "an HTML page, as proxies send it" if "\n" in text else f"`{text}`" if text else "empty"
        rows.append((f"`{name}`", str(response.status), preset.description, headers, body))
    return _table(("preset", "status", "meaning", "headers", "body"), rows)


def endpoints() -> str:
    """Every endpoint, for docs/entities.md."""
    type_ids = {name: number for number, name in enumerate(ENTITIES, start=1)}
    rows = []
    for resource in BUILT_IN:
        type_name = resource.entity_type
        rows.append(
            (
                f"[`/v1/{resource.path}`](fields.md#{resource.path.lower()})",
                f"`{resource.id_field}`",
                f"{type_name} ({type_ids[type_name]})" if type_name else "",
                _methods(resource),
                resource.evidence,
                resource.sources,
            )
        )
    return _table(("path", "id field", "entity type (id)", "methods", "evidence", "sources"), rows)


def _methods(resource: Resource) -> str:
    return ", ".join(method for method in METHODS if method in resource.methods)


def fields() -> str:
    """The fields of each endpoint, for docs/fields.md."""
    sections = []
    for resource in sorted(BUILT_IN, key=lambda resource: resource.path):
        evidence = f"{resource.evidence} {resource.sources}".strip()
        facts = [f"Id: `{resource.id_field}`", f"Methods: {_methods(resource)}", f"Evidence: {evidence}"]
        facts += _rules(resource)
        paragraph = textwrap.fill(f"{'. '.join(facts)}.", 115, break_long_words=False, break_on_hyphens=False)
        table = _table(("field", "kind", "refers to", "notes"), _rows(resource.fields))
        sections.append(f"### {resource.path}\n\n{paragraph}\n\n{table}")
    return "\n\n".join(sections)


def _rules(resource: Resource) -> Iterator[str]:
    """What else there is to say about a resource."""
    if resource.entity_type:
        yield f"Entity type: {resource.entity_type}"
    required = [" or ".join(f"`{name}`" for name in group) for group in resource.required_one_of]
    required += [f"`{name}`" for name in resource.required]
    if required:
        yield f"Required: {', '.join(required)}"
    if resource.id_repeats:
        yield "The id repeats: this is a list of pairs"
    for alias, target in resource.declaration.get("search", {}).items():
        _, part, names = target.rpartition("part of ")
        searched = ", ".join(f"`{name}`" for name in names.split(", "))
        yield f"`{alias}` searches {searched}" + (" for part of a name" if part else "")


def _rows(fields: Mapping[str, Field], outer: str = "") -> Iterator[tuple[str, str, str, str]]:
    """The rows of fields and, below an object or a list, of its members; equal objects have them once."""
    shown: dict[str, Mapping[str, Field]] = {}
    for field in fields.values():
        name = f"{outer}{field.name}"
        kind = f"list of {field.items or 'objects'}" if field.kind == "list" else field.kind
        notes = list(_notes(field))
        same = next((known for known, members in shown.items() if members == field.fields), None)
        if field.fields and same:
            notes.append(f"same members as `{same}`")
        target = f"[{field.refers_to}](#{field.refers_to.lower()})" if field.refers_to else ""
        yield f"`{name}`", kind, target, "; ".join(notes)
        if field.fields and not same:
            shown[name] = field.fields
            yield from _rows(field.fields, f"{name}[]." if field.kind == "list" else f"{name}.")


def _notes(field: Field) -> Iterator[str]:
    if field.unset is not None:
        yield f"`{json.dumps(field.unset)}` when unset"
    if field.is_long:
        yield "long"
    if field.evidence:
        label = behaviours.LABELS[field.evidence[0]]
        yield f"{label}, {field.evidence}" if label == "observed" else label


def _source(rule: Behaviour) -> str:
    if rule.evidence != "documented":
        return rule.source or ("several clients" if rule.evidence == "observed" else "")
    return f"[{rule.source}]({PORTAL}{rule.source})" if rule.source in PAGES else rule.source


def rules() -> str:
    """Every rule by area, for docs/fidelity.md."""
    by_area: dict[str, list[Behaviour]] = {area: [] for area in AREAS}
    for rule in RULES.values():
        prefix = rule.name.partition(".")[0]
        by_area[_AREA_OF.get(prefix, prefix)].append(rule)
    sections = []
    for area, found in by_area.items():
        rows = [
            (
                f"`{rule.name}`",
                rule.description,
                rule.evidence,
                _source(rule),
                f"`{option_name(rule.setting)}`" if rule.setting else "",
            )
            for rule in found
        ]
        table = _table(("rule", "what it says", "label", "source", "changed by"), rows)
        sections.append(f"### {AREAS[area]}\n\n{table}")
    return "\n\n".join(sections)


def labels() -> str:
    """The evidence labels, and how many rules have each, for docs/fidelity.md."""
    counts = Counter(rule.evidence for rule in RULES.values())
    rows = [(f"**{label}**", text, str(counts[label])) for label, text in behaviours.EVIDENCE.items()]
    return _table(("label", "the rule is known from", "rules"), rows)


def clients() -> str:
    """The programs behind the observed rules, for docs/fidelity.md."""
    return _table(("client", "program"), CLIENTS.items())


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": settings,
    "presets": presets,
    "rules": rules,
    "labels": labels,
    "clients": clients,
    "endpoints": endpoints,
    "fields": fields,
}


def rendered(page: str) -> str:
    """A page with its tables as they should be."""
    return _MARKED.sub(lambda match: f"{match[1]}\n{TABLES[match['name']]()}\n\n{match[3]}", page)


def main() -> int:
    """Update the pages, or with `--check` only report those that are stale."""
    stale = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        page = path.read_text("utf-8")
        if rendered(page) != page:
            stale.append(path)
            if "--check" not in sys.argv[1:]:
                path.write_text(rendered(page), "utf-8", newline="\n")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'stale; run make tables' if '--check' in sys.argv else 'updated'}")
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
