"""The checks behind `MockRevio.assert_called` and `MockRevio.check`, and their failure messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mockrevio.errors import AdminCallRefused, CheckFailed
from mockrevio.testing.handle.admin_client import AdminClient, Record

__tracebackhide__ = True  # a failure points at the line of the test


def assert_requests_made(
    admin_client: AdminClient, match: Mapping[str, Any], times: int | None, timeout: str | None
) -> None:
    """Raise CheckFailed unless `times` requests match, or at least one if `times` is None.

    That the log cannot tell is a failure too.
    """
    query: Record = {"match": match, "count": {"min": 1} if times is None else times}
    if timeout is not None:
        query["timeout"] = timeout
    try:
        admin_client.call("POST", "requests/verify", query)
    except AdminCallRefused as error:
        if error.code not in ("not_verified", "not_provable"):
            raise
        raise CheckFailed(_format_failure(match, times, error)) from None


def assert_nothing_wrong(admin_client: AdminClient) -> None:
    """Raise CheckFailed if a fault rule never fired, or if mockrevio itself failed on a request."""
    found = admin_client.get("check")
    unfired = [*map(_format_unfired, found["faults"])]
    problems = [
        *unfired,
        *(["pass optional=True for a fault that does not have to fire"] if unfired else []),
        *map(_format_error, found["requests"]),
    ]
    if problems:
        raise CheckFailed("\n".join(problems))


def _format_failure(match: Mapping[str, Any], times: int | None, error: AdminCallRefused) -> str:
    from mockrevio.control.faults.secret_patterns import hash_secrets  # failures only: slow to import

    expected = "at least 1 request" if times is None else "1 request" if times == 1 else f"{times} requests"
    wanted = f"expected {expected} matching {json.dumps(hash_secrets(match))}"
    if error.code == "not_provable":
        return f"{wanted}, but {error}"
    result = error.body
    lines = [f"{wanted}, but {result['count']} matched"]
    if result["in_progress"]:
        lines.append(f"  {_calls(result['in_progress'])} still in progress")
    if result["evicted"]:
        lines.append(f"  {result['evicted']} more may have matched, which the log has dropped")
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
