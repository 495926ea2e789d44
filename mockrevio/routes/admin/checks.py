"""What a test that used the mock should fail for, even though all of its own assertions hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from flask import Response

from mockrevio.control.request_log import LogEntry, RequestLog, parse_log_matcher
from mockrevio.documents import (
    Reader,
    document_error,
    integer,
    list_of,
    mapping_of,
    one_of,
    read_object,
    read_text,
)
from mockrevio.explanations import explanation_as_json
from mockrevio.revio.behaviours import ASSUMED, assumed_rules
from mockrevio.routes.admin.responses import current_world, json_body, json_response
from mockrevio.types.calls import Strictness
from mockrevio.world.world import World

MAX_LISTED = 100
"""How many calls are listed at most."""


def check() -> Response:
    """The fault rules that should have fired and have not, and the calls on which mockrevio itself failed."""
    return json_response(_always(current_world()))


def check_strictly() -> Response:
    """The same and, if asked for, unexpected errors, assumed rules that were relied on, and the last calls.

    `{"strict": "all", "allow_errors": [{"status": 404}], "allow_assumed": ["link.*"], "last": 20}`. `strict`
    is `calls`, `assumed`, `all` or `off`. With `after`, the first calls, as many as that, are not listed.
    """
    world = current_world()
    options = read_object(json_body(), "body", _READERS)
    strict, log = options.get("strict", "off"), world.calls.log
    body = {**_always(world), "reliance": _reliance(world, ())}
    if strict in ("calls", "all"):
        body["unexpected"] = _unexpected(world, options.get("allow_errors", []))
    if strict in ("assumed", "all"):
        body["assumed"] = _reliance(world, options.get("allow_assumed", ()))
    if "last" in options:
        body["last"] = _last(log, options["last"], options.get("after", 0))
    return json_response(body)


def _keep(value: Any, _place: str) -> Any:
    """What `parse_log_matcher` will read."""
    return value


def _read_rules(value: Any, place: str) -> set[str]:
    try:
        return assumed_rules(list_of(read_text)(value, place))
    except ValueError as error:
        raise document_error(place, str(error)) from None


_READERS: Mapping[str, Reader[Any]] = {
    "strict": one_of(get_args(Strictness)),
    "allow_errors": list_of(mapping_of(_keep)),
    "allow_assumed": _read_rules,
    "last": integer(0, MAX_LISTED),
    "after": integer(0),
}


def _always(world: World) -> dict[str, Any]:
    failed = [entry for entry in world.calls.log.view().entries if entry.error]
    return {"faults": world.faults.unfired(), "requests": [*map(_failure, failed)]}


def _failure(entry: LogEntry) -> dict[str, Any]:
    request = entry.masked_request
    return {"id": entry.id, "method": request.method, "path": request.path, "error": entry.error}


def _unexpected(world: World, allowed: Sequence[Any]) -> dict[str, Any]:
    """The calls that got a 4xx without a fault, except those allowed; `evicted` more may have been some."""
    now = world.clock.now()
    error = parse_log_matcher({"status": "4xx", "fault": "none"}, "body", now)
    allowances = [
        parse_log_matcher(match, f"body.allow_errors[{index}]", now) for index, match in enumerate(allowed)
    ]
    entries, evicted, _ = world.calls.log.view()
    found = [
        entry
        for entry in entries
        if error.matches(entry) and not any(each.matches(entry) for each in allowances)
    ]
    return {
        "count": len(found),
        "evicted": evicted.possible_matches(error),
        "requests": [*map(_summary, found[-MAX_LISTED:])],
    }


def _reliance(world: World, allowed: Iterable[str]) -> dict[str, Any]:
    """How many of all calls relied on rules that are assumed, except those allowed, and on which."""
    return world.calls.behaviour_counts.reliance(ASSUMED.difference(allowed)).as_json()


def _last(log: RequestLog, number: int, after: int) -> dict[str, Any]:
    """The last calls in short, how many there were in all, and how many are left out here."""
    entries, evicted, _ = log.view()
    count = len(entries) + evicted.count
    meant = min(count - after, len(entries)) if count >= after else len(entries)
    listed = entries[len(entries) - min(meant, number) :]
    omitted = (count - after if count >= after else count) - len(listed)
    return {"count": count, "omitted": omitted, "requests": [*map(_summary, listed)]}


def _summary(entry: LogEntry) -> dict[str, Any]:
    """A call as a failing test shows it."""
    request, response = entry.masked_request, entry.response
    explanation = None if response is None else response.explanation
    return {
        "id": entry.id,
        "method": request.method,
        "path": request.path,
        "query": request.query_string,
        "answered": response is not None,
        "client_left": entry.client_left,
        "status": None if response is None else response.status,
        "delivered": None if response is None else response.connection_fault,
        "codes": [] if response is None or (response.status or 0) < 400 else _error_codes(response.body),
        "explain": explanation,
        **explanation_as_json(explanation),
        "fault": entry.fault,
        "error": entry.error.strip().splitlines()[-1] if entry.error else None,
    }


def _error_codes(body: bytes) -> list[str]:
    """The error codes in a body of Rev.io's, or the message in one of the gateway's."""
    try:
        document = json.loads(body)
    except ValueError:
        return []
    problems = document if isinstance(document, list) else [document]
    return [
        str(problem.get("error") or problem.get("message") or "")
        for problem in problems
        if isinstance(problem, dict)
    ]
