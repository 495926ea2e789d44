"""Write the generated tables into the pages that show them: `make tables`.

A table is between `<!-- table: NAME -->` and `<!-- end of table -->`. It comes from the table in the code
that decides the behaviour, so a new setting, preset, field or rule is entered in one place. With `--check`,
nothing is written and a stale page is an error.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mockrevio.cli import format_default
from mockrevio.control.faults.presets import PRESETS
from mockrevio.revio import behaviours
from mockrevio.revio.behaviours import BEHAVIOURS, CLIENTS, CONVENTIONS, PAGES, PORTAL, Behaviour
from mockrevio.revio.fields import Field
from mockrevio.revio.resources import ENTITIES
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
}


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [list(header), *(list(row) for row in rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], f"|{'---|' * len(cells[0])}", *lines[1:]])


def settings() -> str:
    """Every setting, for docs/settings.md."""
    rows = []
    for name, default, metadata in declared_settings():
        traits = {"repeatable": metadata["many"], "fixture too": metadata["scope"] == "world"}
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


def entity_types() -> str:
    """The entity types with their endpoints, for docs/entities.md."""
    rows = [
        (name, str(number), f"`/v1/{resource.path}`", f"`{resource.id_field}`", resource.evidence)
        for number, (name, resource) in enumerate(ENTITIES.items(), start=1)
    ]
    return _table(("entity type", "type id", "path", "id field", "evidence"), rows)


def fields() -> str:
    """The fields of each entity type, for docs/entities.md."""
    sections = []
    for name, resource in ENTITIES.items():
        described = ", ".join(_describe(field) for field in resource.fields.values())
        paragraph = textwrap.fill(f"{described}.", 115, break_long_words=False, break_on_hyphens=False)
        sections.append(f"### {name}\n\n{paragraph}")
    return "\n\n".join(sections)


def _describe(field: Field) -> str:
    article = "an" if (field.refers_to or "").startswith(tuple("AEIOU")) else "a"
    target = f", of {article} {field.refers_to}" if field.refers_to else ""
    return f"`{field.name}` ({field.kind}{target})"


def _source(rule: Behaviour) -> str:
    if rule.evidence != "documented":
        return rule.source or ("several clients" if rule.evidence == "observed" else "")
    return f"[{rule.source}]({PORTAL}{rule.source})" if rule.source in PAGES else rule.source


def rules() -> str:
    """Every rule by area, for docs/fidelity.md."""
    by_area: dict[str, list[Behaviour]] = {area: [] for area in AREAS}
    for rule in (*BEHAVIOURS.values(), *CONVENTIONS.values()):
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
    counts = Counter(rule.evidence for rule in (*BEHAVIOURS.values(), *CONVENTIONS.values()))
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
    "entity-types": entity_types,
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
