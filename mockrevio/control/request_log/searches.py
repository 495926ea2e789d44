"""Searches in the request log that matchers do not have: for a text anywhere in a call, and for a record."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from mockrevio.control.request_log.entries import LogEntry
from mockrevio.revio.resources import Resource


def contains_text(entry: LogEntry, text: str) -> bool:
    """Whether a text occurs in a call, ignoring case: in what its entry shows, except its headers."""
    wanted = text.casefold()
    return any(wanted in shown.casefold() for shown in _texts(entry))


def _texts(entry: LogEntry) -> Iterator[str]:
    """The texts of a call, without its secrets."""
    request, response = entry.masked_request, entry.response
    yield f"{request.method} {request.path}"
    yield request.query_string
    yield unquote_plus(request.query_string)
    yield entry.fault or ""
    yield from _body_texts(request.body)
    if response is not None:
        yield response.explanation or ""
        yield from _body_texts(response.body)


def _body_texts(body: bytes) -> Iterator[str]:
    """A body as it is, and if it is JSON with escaped characters, with these characters."""
    yield body.decode("utf-8", "replace")
    if b"\\u" in body:
        document = _parse(body)
        if document is not None:
            yield json.dumps(document, ensure_ascii=False)


class RecordSearch(NamedTuple):
    """Finds the calls that touched one record, in path, query, request or response.

    `id_names` are the names of its id in lowercase. `type_ids` are the ids of the entity type, by which key
    links refer to the record.
    """

    resource: Resource
    record_id: int
    id_names: Collection[str]
    type_ids: Collection[int] = ()

    def touches(self, entry: LogEntry) -> bool:
        """Whether a call touched the record, as far as is known: it may not have a response yet."""
        request, response = entry.masked_request, entry.response  # a copy: what it parses is not kept
        segments = request.path.lower().rstrip("/").split("/")
        collection = self.resource.path.lower()
        for before, after in zip(segments, [*segments[1:], ""], strict=True):
            if before == collection and self._is_id(after):
                return True
        if any(map(self._names, _objects(request.query))) or self._names(request.fields):
            return True
        return response is not None and self._is_in_response(
            response.body, created=segments[-1] == collection
        )

    def _is_in_response(self, body: bytes, *, created: bool) -> bool:
        """Whether the record is in a response: the record itself, one of a page, or what was created."""
        if str(self.record_id).encode() not in body:
            return False
        document = _parse(body)
        if not isinstance(document, dict):
            return document is None and self._is_in_part(body)
        if created and document.get("ok") is True and self._is_id(document.get("id")):
            return True
        records = document.get("records")
        found = [document, *(records if isinstance(records, list) else ())]
        return any(self._names(record) for record in found if isinstance(record, dict))

    def _is_in_part(self, body: bytes) -> bool:
        """Whether the id is in a body that cannot be parsed, as the log keeps only the beginning."""
        names = b"|".join(re.escape(name.encode()) for name in self.id_names)
        return re.search(rb'"(%b)"\s*:\s*%d\b' % (names, self.record_id), body, re.IGNORECASE) is not None

    def _names(self, fields: Mapping[str, Any]) -> bool:
        """Whether an object has the record's id, or links it."""
        if any(self._is_id(fields.get(name)) for name in self.id_names):
            return True
        if not self.type_ids or not self._is_id(fields.get("internal_id")):
            return False
        return any(str(fields.get("integration_entity_type_id")) == str(each) for each in self.type_ids)

    def _is_id(self, value: object) -> bool:
        return type(value) in (int, str) and str(value).strip() == str(self.record_id)


def _objects(query: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    """The parameters of a query as objects; a parameter that occurs several times is in several of them."""
    for index in range(max(map(len, query.values()), default=0)):
        yield {name: values[min(index, len(values) - 1)] for name, values in query.items()}


def _parse(body: bytes) -> Any:
    """A body as JSON; None if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
