"""The settings with which the mock does what another service does, found by trying them."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mockrevio.contract.verify.comparison import Result, compare, differing
from mockrevio.contract.verify.files import write_file
from mockrevio.contract.verify.observations import Observations, Value
from mockrevio.contract.verify.probes.records import OWN_ID_CASE
from mockrevio.documents import dump_document
from mockrevio.errors import FixtureError
from mockrevio.revio.field_names import ENTITY_TYPE
from mockrevio.revio.fields import MAX_INTEGER
from mockrevio.seeding.fixtures import load_fixture, parse_state, to_document
from mockrevio.settings import Settings, declared_settings
from mockrevio.settings.kinds import ERROR_STATUS_RULES

ObserveMock = Callable[[Settings, Container[str] | None], Observations]
"""Observes a mock with these settings: some rules, or all."""

CATALOG_RULES = ("link.salesforce", "link.other_ids")
"""The rules that a fixture decides: the ids of systems and types."""

_SYSTEMS, _TYPES, _LINKS = "integration_systems", "integration_entity_types", "key_links"
_METADATA = {name: metadata for name, _, metadata in declared_settings()}


@dataclass
class Configuration:
    """What to change in a mock."""

    settings: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, list[str]] = field(default_factory=dict)
    """Which rules need each of these settings."""
    fixture: dict[str, Any] | None = None
    """The document of a fixture with the ids of the service; None if they are those of the mock."""
    inexpressible: Sequence[Result] = ()
    """What differs even then."""


def find_configuration(
    base: Settings,
    service: Observations,
    results: Sequence[Result],
    observe_mock: ObserveMock,
    fixture_path: Path,
) -> Configuration:
    """Try, for each rule that differs, the values of its setting.

    A fixture that is needed is written to `fixture_path`.
    """
    found = Configuration()
    for result in differing(results):
        name = result.rule.name
        for setting, value in _candidates(result, found.settings):
            tried = with_world_settings(base, {**found.settings, setting: value})
            after = compare(observe_mock(tried, {name}), service)
            if not any(other.rule.name == name for other in differing(after)):
                found.settings[setting] = value
                found.rules.setdefault(setting, []).append(name)
                break
    if any(result.rule.name in CATALOG_RULES for result in differing(results)):
        found.fixture = _usable(_fixture(base, service))
    if found.fixture is not None:
        write_file("--write-config", fixture_path, dump_document(found.fixture))
    changed = with_world_settings(base, found.settings)
    if found.fixture is not None:
        changed = with_fixture(changed, fixture_path)
    found.inexpressible = differing(compare(observe_mock(changed, None), service))
    return found


def with_world_settings(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with other values, which a fixture's do not override."""
    return replace(settings.with_overrides(values), explicit=settings.explicit | values.keys())


def with_fixture(settings: Settings, path: Path) -> Settings:
    """Settings with one fixture."""
    return replace(settings, fixture=(str(path),))


def _candidates(result: Result, found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Settings to try for a rule that differs: all values that there are, or what the service showed."""
    setting = result.rule.setting
    if setting == "key_link_id":
        yield from (
            (setting, case.service)
            for case in result.differences
            if case.case == OWN_ID_CASE and case.service
        )
    metadata = _METADATA.get(setting or "")
    if setting and metadata and metadata["scope"] == "world" and setting not in found:
        for choice in metadata["kind"].choices:
            yield setting, choice == "true" if metadata["kind"].python == "bool" else choice
    if result.rule.name in ERROR_STATUS_RULES:
        for status in dict.fromkeys(_status(case.service) for case in result.differences):
            if status is not None and 400 <= status < 500:
                yield "error_status", [*found.get("error_status", ()), f"{result.rule.name}={status}"]


def _status(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _fixture(base: Settings, service: Observations) -> dict[str, Any]:
    """The fixtures of the settings, with the systems and types of the service."""
    document = to_document(load_fixture(base.fixture, base).state)
    named = service.cases.get("link.salesforce", {})
    other = service.cases.get("link.other_ids", {})
    for part, id_field, name_field, case, known in (
        (_SYSTEMS, "integration_system_id", "system_name", "integration systems", "SALESFORCE"),
        (_TYPES, "integration_entity_type_id", "entity_type_name", "entity types", "CUSTOMER"),
    ):
        ids = {**other.get(case, {}), **{name: named[name] for name in (known,) if name in named}}
        ids = {name: number for name, number in ids.items() if _fits(part, name, number)}
        names = {record[id_field]: record[name_field] for record in document.get(part, ())}
        document[part] = [
            {id_field: number, name_field: name}
            for name, number in sorted(ids.items(), key=lambda each: each[1])
        ]
        document[_LINKS] = [
            {**link, id_field: ids[names[link[id_field]]]}
            for link in document.get(_LINKS, ())
            if names.get(link[id_field]) in ids
        ]
    return document


def _usable(document: dict[str, Any]) -> dict[str, Any] | None:
    """A fixture; None if a mock cannot have such ids, for example one id twice."""
    try:
        parse_state(document)
    except FixtureError:
        return None
    return document


def _fits(part: str, name: str, number: int) -> bool:
    """Whether a fixture can have a system or type with this name and id."""
    is_name = ENTITY_TYPE.fullmatch(name) if part == _TYPES else name.strip()
    return bool(is_name) and 0 < number <= MAX_INTEGER


def to_toml(base: Settings, found: Configuration, fixture_path: Path) -> str:
    """A settings file: what the configuration in use has, and what has been found."""
    lines = ["# Made by mockrevio verify: with these settings, the mock does what the service does."]
    if found.fixture is not None:
        lines += ["", "# link.salesforce, link.other_ids: the ids of systems and entity types"]
        lines.append(f"fixture = {_toml([str(fixture_path)])}")
    elif "fixture" in base.explicit:
        lines += ["", f"fixture = {_toml(list(base.fixture))}"]
    kept = {
        name: value
        for name, value in base.world_settings().items()
        if name in base.explicit and name not in found.settings and not _METADATA[name]["kind"].secret
    }
    lines += [f"{name} = {_toml(value)}" for name, value in sorted(kept.items()) if value is not None]
    for name, value in sorted(found.settings.items()):
        lines += ["", f"# {', '.join(found.rules[name])}", f"{name} = {_toml(value)}"]
    if found.inexpressible:
        lines += ["", "# No setting changes these:"]
        lines += [f"#   {result.rule.name}: {result.rule.description}" for result in found.inexpressible]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value in TOML, whose texts and lists look like those of JSON."""
    return json.dumps(value).replace("\x7f", "\\u007f")


def fixture_path_of(config: Path) -> Path:
    """Where the fixture of a settings file lies: beside it."""
    return config.with_name(f"{config.stem}-fixture.json")
