"""The query parameters of listings of the request log: `?method=POST&text=acme&form=summary&limit=20`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mockrevio.control.faults.matching import NOT, unknown_part_message
from mockrevio.control.request_log import LOG_PARTS, LogEntry, parse_log_matcher
from mockrevio.control.request_log.searches import RecordSearch, contains_text
from mockrevio.documents import document_error, format_value, parse_document
from mockrevio.errors import UnknownEntityType
from mockrevio.openapi.admin.operations import LOG_FORM, WINDOW
from mockrevio.revio.behaviours import BEHAVIOURS
from mockrevio.revio.fields import parse_integer
from mockrevio.revio.resources import INTEGRATION_KEY_LINK, KEY_LINK_RESOURCES, Resource
from mockrevio.routes.admin.windows import Window, take_window
from mockrevio.spelling import closest
from mockrevio.world.world import World

FORMS: Mapping[str, Callable[[LogEntry], dict[str, Any]]] = {
    "full": LogEntry.as_json,
    "summary": LogEntry.summary,
}
"""How entries are listed."""


class LogQuery(NamedTuple):
    """Which entries are wanted, and how they are listed."""

    window: Window
    conditions: list[Callable[[LogEntry], bool]]
    as_json: Callable[[LogEntry], dict[str, Any]]

    def matches(self, entry: LogEntry) -> bool:
        """Whether an entry is wanted."""
        return all(condition(entry) for condition in self.conditions)


def take_log_query(values: dict[str, str], world: World) -> LogQuery:
    """Parse the query parameters. Raises DocumentError if one is unknown or invalid."""
    window = take_window(values)
    form = values.pop("form", "full")
    if form not in FORMS:
        raise document_error("query: form", f"must be {' or '.join(FORMS)}, not {form!r}")
    text, record = values.pop("text", ""), values.pop("record", None)
    behaviour = values.pop("behaviour", None)
    matcher = parse_log_matcher(_document_from_query(values), "query", world.clock.now())
    conditions: list[Callable[[LogEntry], bool]] = [matcher.matches] if matcher.document else []
    if record is not None:
        conditions.append(_record_search(record, world).touches)
    if behaviour is not None:
        _require_behaviour(behaviour)
        conditions.append(lambda entry: behaviour in entry.behaviours)
    if text:
        conditions.append(lambda entry: contains_text(entry, text))
    return LogQuery(window, conditions, FORMS[form])


def _require_behaviour(name: str) -> None:
    if name not in BEHAVIOURS:
        nearest = closest(name, BEHAVIOURS)
        hint = f"did you mean {nearest!r}?" if nearest else "GET /__admin/behaviours lists them"
        raise document_error("query: behaviour", f"{name!r} is no rule; {hint}")


def _record_search(text: str, world: World) -> RecordSearch:
    """The search that `CUSTOMER/1015` stands for."""
    name, _, id_text = text.strip("/").partition("/")
    record_id = parse_integer(id_text) if id_text.isdigit() else None
    if not record_id:
        raise document_error(
            "query: record", f"must be a type or an endpoint and an id, as in CUSTOMER/1015, not {text!r}"
        )
    resource = _resource(name, world)
    names = {resource.id_field.lower()}
    if resource is INTEGRATION_KEY_LINK:
        names.add(world.settings.key_link_id.lower())
    types = world.catalog.types().items()
    type_ids = [type_id for type_id, type_name in types if type_name == resource.entity_type]
    return RecordSearch(resource, record_id, names, type_ids)


def _resource(name: str, world: World) -> Resource:
    for resource in KEY_LINK_RESOURCES:
        if resource.path.lower() == name.lower():
            return resource
    try:
        return world.resolve(name)
    except UnknownEntityType as error:
        raise document_error("query: record", str(error)) from None


def _document_from_query(values: Mapping[str, str]) -> dict[str, Any]:
    """The matcher that query parameters stand for: `not.body.external_id=x` is a member of a member."""
    document: dict[str, Any] = {}
    for name, text in values.items():
        if name == "match":
            match = parse_document(text.encode("utf-8", "replace"), "query: match")
            if not isinstance(match, dict):
                raise document_error("query: match", f"must be a JSON object, not {format_value(match)}")
            document.update(match)
        else:
            _add_part(document, name, name, text)
    return document


def _add_part(document: dict[str, Any], parameter: str, name: str, text: str) -> None:
    part, dot, subname = name.partition(".")
    if part not in LOG_PARTS:
        known = ("match", *WINDOW, *LOG_FORM, *LOG_PARTS) if name == parameter else LOG_PARTS
        raise document_error(f"query: {parameter}", unknown_part_message(part, known))
    if not dot:
        document[part] = text
        return
    subdocument = document.setdefault(part, {})
    if not isinstance(subdocument, dict):
        raise document_error(f"query: {parameter}", f"cannot be combined with {part}; remove one of them")
    if part == NOT:
        _add_part(subdocument, parameter, subname, text)
    else:
        subdocument[subname] = text
