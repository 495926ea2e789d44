"""The request log: list, count, verify and clear its entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, request

from mockrevio import real_time
from mockrevio.cancellation import cancellable
from mockrevio.control.expected_count import ExpectedCount
from mockrevio.control.request_log import (
    EvictionStats,
    LogEntry,
    LogMatcher,
    Outcome,
    Pending,
    RequestLog,
    Verification,
    count_matches,
    parse_log_matcher,
)
from mockrevio.documents import Reader, read_object
from mockrevio.explanations import CLEAR_REQUESTS, Explanation, set_to
from mockrevio.revio.wire.envelopes import encode_json
from mockrevio.routes.admin.log_queries import take_log_query
from mockrevio.routes.admin.responses import (
    AdminError,
    current_world,
    json_body,
    json_response,
    query_values,
)
from mockrevio.routes.admin.verification import not_provable, parse_count, parse_timeout
from mockrevio.routes.responses import JSON_CONTENT_TYPE, suspend
from mockrevio.scheduling import Wait
from mockrevio.world.world import World

MAX_LISTING = 64 * 1024 * 1024
"""Bytes of the entries in a listing. The log is half as large, but JSON escapes what is not ASCII."""


def listing() -> Response:
    """The requests, oldest first, filtered by the query, with the number of those that match and of those
    that the log has dropped.

    Filters: `?method=POST&path=/v1/*`, `?body.external_id=0012*`, `?not.status=5xx`,
    `?match={"method": "POST"}`, `?text=acme`, `?record=CUSTOMER/1015`. `limit=20` returns only the latest 20,
    with `offset=0` the first 20. `form=summary` returns them in short.
    """
    world = current_world()
    query = take_log_query(query_values(), world)
    view = world.calls.log.view()
    entries = [entry for entry in cancellable(view.entries) if query.matches(entry)]
    return _list_response(
        entries[query.window.bounds(len(entries))], len(entries), view.evicted.count, query.as_json
    )


def get_one(request_id: str) -> Response:
    """One entry of the log."""
    entry = current_world().calls.log.entry(request_id)
    if entry is None:
        message = f"the request log has no request {request_id!r}; it was dropped, cleared or never logged"
        raise AdminError(404, "not_found", message)
    return json_response(entry.as_json())


def _list_response(
    entries: Sequence[LogEntry], count: int, evicted: int, as_json: Callable[[LogEntry], dict[str, Any]]
) -> Response:
    """Encode each entry separately: encoding all of them at once would block every other request.

    Beyond `MAX_LISTING` bytes, the oldest entries are omitted.
    """
    pieces: list[bytes] = []
    size = 0
    for entry in cancellable(reversed(entries)):
        piece = encode_json(as_json(entry))
        size += len(piece)
        if size > MAX_LISTING:
            break
        pieces.append(piece)
    omitted = len(entries) - len(pieces)
    omitted_member = b'"omitted":%d,' % omitted if omitted else b""
    requests = b",".join(reversed(pieces))
    body = b'{"count":%d,"evicted":%d,%b"requests":[%b]}\n' % (count, evicted, omitted_member, requests)
    return Response(body, content_type=JSON_CONTENT_TYPE)


def clear() -> Response:
    """Clear the log."""
    return json_response({"count": current_world().calls.log.clear()})


def count() -> Response:
    """Count the matching requests: `{"match": …}` → `{"count": 2}`; 409 if the log cannot tell."""
    world = current_world()
    _require_log(world.calls.log)
    options = read_object(json_body(), "body", {"match": _match_reader(world)})
    outcome = count_matches(world.calls.log, options.get("match") or _match_all(world))
    if outcome.result == "not_provable":
        return _not_provable(world.calls.log, outcome.evicted)
    return json_response({"count": outcome.count, **_caveats(outcome)})


def verify() -> Response:
    """Check the number of matching requests, and wait up to `timeout` if that may help.

    `{"match": …, "count": {"min": 1, "max": 1}, "timeout": "5s"}`: 200, or 409 with the nearest misses
    and their differences, and with the requests that match if there are too many. `count` may also be a
    number; by default, at least one request must match.
    """
    world = current_world()
    log = world.calls.log
    _require_log(log)
    verification = request.environ.get(_VERIFICATION) or _parse_verification(json_body(), world)
    outcome = verification.check(log)
    if isinstance(outcome, Pending):
        request.environ[_VERIFICATION] = verification
        wait = Wait(verification.remaining(), partial(outcome.subscribe, log), world.calls.lifetime)
        return suspend(request.environ, wait)
    if outcome.result == "ok":
        return json_response({"ok": True, "count": outcome.count, **_caveats(outcome)})
    if outcome.result == "not_provable":
        return _not_provable(log, outcome.evicted)
    body = {
        "error": "not_verified",
        "message": _mismatch_message(outcome, verification.expected),
        "count": outcome.count,
        "in_progress": outcome.in_progress,
        "evicted": outcome.possible_matches,
        "nearest": [_format_miss(entry, differences) for entry, differences in outcome.misses],
        "matching": [entry.as_json() for entry in outcome.matches],
    }
    return json_response(body, 409)


_VERIFICATION = "mockrevio.verification"
"""The key of a verification that waits between the passes of its request."""


def _require_log(log: RequestLog) -> None:
    """Raise AdminError (409) if the log is off."""
    if not log.maximum:
        message = Explanation(
            "the request log is off (",
            set_to("log_size", 0),
            "), so there is nothing to count; raise ",
            set_to("log_size"),
        )
        raise AdminError(409, "not_provable", message)


def _not_provable(log: RequestLog, evicted: EvictionStats) -> Response:
    limit = (
        Explanation("send fewer or smaller requests, because the log has reached its memory limit")
        if evicted.by_memory
        else Explanation("raise ", set_to("log_size"), f" (now {log.maximum})")
    )
    remedy = Explanation(
        limit,
        ", clear the log with ",
        CLEAR_REQUESTS,
        " before the calls that you want to count, narrow the match with method or since, or only check for "
        "a minimum",
    )
    return not_provable(evicted.count, ("request", "requests"), remedy)


def _caveats(outcome: Outcome) -> dict[str, int]:
    """The numbers that qualify a count, if they are not 0."""
    return {
        name: number
        for name, number in (("in_progress", outcome.in_progress), ("evicted", outcome.possible_matches))
        if number
    }


def _mismatch_message(outcome: Outcome, expected: ExpectedCount) -> str:
    matching = "1 request matches" if outcome.count == 1 else f"{outcome.count} requests match"
    message = f"{matching}, expected {expected}"
    if outcome.in_progress:
        calls = "1 call is" if outcome.in_progress == 1 else f"{outcome.in_progress} calls are"
        message += f"; {calls} still in progress, so that may change"
    return message


def _match_reader(world: World) -> Reader[LogMatcher]:
    return lambda value, place: parse_log_matcher(value, place, world.clock.now())


def _match_all(world: World) -> LogMatcher:
    return parse_log_matcher({}, "body.match", world.clock.now())


def _parse_verification(body: Any, world: World) -> Verification:
    readers: Mapping[str, Reader[Any]] = {
        "match": _match_reader(world),
        "count": parse_count,
        "timeout": parse_timeout,
    }
    options = read_object(body, "body", readers)
    deadline = real_time.monotonic() + options.get("timeout", 0.0)
    return Verification(
        options.get("match") or _match_all(world), options.get("count", ExpectedCount()), deadline
    )


def _format_miss(entry: LogEntry, differences: list[str]) -> dict[str, Any]:
    return {"differences": differences, "request": entry.as_json()}
