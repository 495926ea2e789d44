"""The checks behind `MockRevio.assert_called` and `MockRevio.check`, and their failure messages."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mockrevio.errors import AdminCallRefused, CheckFailed
from mockrevio.testing.handle.admin_client import AdminClient, Record
from mockrevio.testing.handle.advice import HANDLE, advise
from mockrevio.testing.handle.calls_shown import describe_call, describe_summary, number_of_calls

if TYPE_CHECKING:
    from mockrevio.types.calls import LoggedCall

__tracebackhide__ = True  # a failure points at the line of the test

MAX_LISTED = 10
"""How many calls a failure lists."""


def assert_requests_made(
    admin_client: AdminClient,
    match: Mapping[str, Any],
    count: int | Mapping[str, int],
    timeout: str | None,
) -> None:
    """Raise CheckFailed unless as many requests match: exactly `count`, or at least its `min`.

    That the log cannot tell is a failure too.
    """
    query: Record = {"match": match, "count": count}
    if timeout is not None:
        query["timeout"] = timeout
    refusal = admin_client.verify("requests", query)
    if refusal is not None:
        raise CheckFailed(_format_failure(match, count, refusal))


def requests_made(
    admin_client: AdminClient, match: Mapping[str, Any], times: int, timeout: float
) -> LoggedCall | None:
    """The last of `times` requests that match, or None if there are fewer after `timeout` seconds."""
    query: Record = {"match": match, "count": {"min": times}, "timeout": f"{timeout:.6f}s"}
    if admin_client.verify("requests", query) is not None:
        return None
    listing = admin_client.get("requests", match=json.dumps(match), offset=str(max(times - 1, 0)), limit="1")
    calls: list[LoggedCall] = listing["requests"]
    return calls[0] if calls else None


def assert_nothing_wrong(admin_client: AdminClient, options: Mapping[str, Any]) -> None:
    """Raise CheckFailed for a fault rule that never fired, for an exception of mockrevio's own and, if the
    options of `POST /check` ask for it, for unexpected errors and assumed rules."""
    found = admin_client.call("POST", "check", dict(options))
    unfired = [*map(_format_unfired, found["faults"])]
    problems = [
        *unfired,
        *(["pass optional=True for a fault that does not have to fire"] if unfired else []),
        *map(_format_error, found["requests"]),
        *_format_unexpected(found.get("unexpected")),
        *_format_assumed(found.get("assumed")),
    ]
    if problems:
        raise CheckFailed("\n".join(problems))


def check_allowance(admin_client: AdminClient, match: Mapping[str, Any]) -> None:
    """Raise AdminCallRefused if this is not a matcher of calls: now, not when a strict check uses it."""
    try:
        admin_client.call("POST", "check", {"strict": "calls", "allow_errors": [match]})
    except AdminCallRefused as error:
        reason = str(error).removeprefix("body.allow_errors[0]").lstrip(".: ")
        message = f"allow_errors: {reason}"
        raise AdminCallRefused(error.status, {**error.body, "message": message}) from None


def _format_unexpected(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found and found["count"]:
        yield f"{number_of_calls(found['count'])} failed with an error that the test does not expect:"
        listed = found["requests"][-MAX_LISTED:]
        if found["count"] > len(listed):
            yield f"  ... {found['count'] - len(listed)} earlier"
        yield from (textwrap.indent(describe_summary(call), "  ") for call in listed)
        yield f"to expect such errors, call {HANDLE}.allow_errors({listed[-1]['status']})"
    elif found and found["evicted"]:
        yield (
            f"the request log has dropped {found['evicted']} earlier calls, so it cannot tell whether one "
            f"failed; keep more with {advise('set', name='log_size')}"
        )


def _format_assumed(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found and found["relying"]:
        from mockrevio.revio.behaviours import BEHAVIOURS  # failures only

        yield f"{format_reliance(found)}:"
        for name, count in found["rules"].items():
            rule = BEHAVIOURS.get(name)
            change = f"; changed by the setting {rule.setting}" if rule and rule.setting else ""
            yield f"  {name} ({number_of_calls(count)}): {rule.description if rule else 'assumed'}{change}"
        yield f"to rely on a rule, call {HANDLE}.allow_assumed({json.dumps(next(iter(found['rules'])))})"


def format_reliance(found: Mapping[str, Any]) -> str:
    """How many calls relied on assumed rules: `3 of 214 calls relied on assumed rules`."""
    return f"{found['relying']} of {found['calls']} calls relied on assumed rules"


def _format_failure(match: Mapping[str, Any], count: int | Mapping[str, int], error: AdminCallRefused) -> str:
    from mockrevio.control.faults.secret_patterns import hash_secrets  # failures only: slow to import

    number = count if isinstance(count, int) else count["min"]
    expected = f"{'' if isinstance(count, int) else 'at least '}{number} request{'' if number == 1 else 's'}"
    wanted = f"expected {expected} matching {json.dumps(hash_secrets(match))}"
    if error.code == "not_provable":
        return f"{wanted}, but {error}"
    result = error.body
    lines = [f"{wanted}, but {result['count']} matched"]
    if result["in_progress"]:
        lines.append(f"  {_calls(result['in_progress'])} still in progress")
    if result["evicted"]:
        lines.append(f"  {result['evicted']} more may have matched, which the log has dropped")
    matching = result.get("matching", [])
    if matching and len(matching) < result["count"]:
        lines.append(f"  ... {result['count'] - len(matching)} earlier")
    lines += [f"  matched: {describe_call(call)}" for call in matching]
    if not matching:
        lines += [_format_miss(miss) for miss in result["nearest"]]
    if not (result["count"] or result["nearest"] or result["evicted"]):
        lines.append("  no requests were made")
    return "\n".join(lines)


def _calls(number: int) -> str:
    return "1 call is" if number == 1 else f"{number} calls are"


def _format_miss(miss: Mapping[str, Any]) -> str:
    request = miss["request"]
    reasons = list(miss["differences"])
    if request["response"] is None:
        held = f", held by {request['fault']}" if request["fault"] else ""
        reasons.append(f"{'its client left' if request['client_left'] else 'still in progress'}{held}")
    return f"  nearest miss: {request['method']} {request['path']} ({'; '.join(reasons)})"


def _format_unfired(rule: Record) -> str:
    name = f" ({rule['name']})" if rule.get("name") else ""
    none = "notification was due" if "delivery" in rule["effect"] else "request was made"
    reason = rule["last_miss"] or f"no {none} while it was armed"
    return f"fault {rule['id']}{name}, {json.dumps(rule['effect'])}, never fired: {reason}"


def _format_error(entry: Record) -> str:
    return f"mockrevio raised an exception on {entry['method']} {entry['path']}:\n{entry['error']}"
