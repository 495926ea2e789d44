"""The checks behind `MockRevio.assert_called` and `MockRevio.check`, and their failure messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mockrevio.errors import AdminCallRefused, CheckFailed
from mockrevio.testing.handle.accessors import Record
from mockrevio.testing.handle.admin_client import AdminClient

__tracebackhide__ = True  # a failure points at the line of the test


def merge_match(match: Mapping[str, Any] | None, match_parts: Mapping[str, Any]) -> dict[str, Any]:
    """One matcher of a matcher and parts of one."""
    return {**(match or {}), **match_parts}


def assert_requests_made(
    admin_client: AdminClient, match: Mapping[str, Any], times: int | None, timeout: str | None
) -> None:
    """Raise CheckFailed unless `times` requests match, or at least one if `times` is None."""
    query: Record = {"match": match, "count": {"min": 1} if times is None else times}
    if timeout is not None:
        query["timeout"] = timeout
    try:
        admin_client.call("POST", "requests/verify", query)
    except AdminCallRefused as error:
        if error.code != "not_verified":
            raise
        raise CheckFailed(_format_mismatch(match, times, error.body)) from None


def assert_faults_fired(rules: Iterable[Record], log: Iterable[Record]) -> None:
    """Raise CheckFailed if a fault rule never fired, or if mockrevio itself failed on a request."""
    unfired = [_format_unfired(rule) for rule in rules if not rule["fired"] and not rule.get("optional")]
    problems = [
        *unfired,
        *(["pass optional=True for a fault that does not have to fire"] if unfired else []),
        *(_format_error(entry) for entry in log if entry["error"]),
    ]
    if problems:
        raise CheckFailed("\n".join(problems))


def _format_mismatch(match: Mapping[str, Any], times: int | None, result: Mapping[str, Any]) -> str:
    expected = "at least 1 request" if times is None else "1 request" if times == 1 else f"{times} requests"
    lines = [f"expected {expected} matching {json.dumps(dict(match))}, but {result['count']} matched"]
    lines += [_format_miss(miss) for miss in result["nearest"]]
    if not result["count"] and not result["nearest"]:
        lines.append("  no requests were made")
    return "\n".join(lines)


def _format_miss(miss: Mapping[str, Any]) -> str:
    request = miss["request"]
    return f"  nearest miss: {request['method']} {request['path']} ({'; '.join(miss['differences'])})"


def _format_unfired(rule: Record) -> str:
    name = f" ({rule['name']})" if rule.get("name") else ""
    none = "notification was due" if "delivery" in rule["effect"] else "request was made"
    reason = rule["last_miss"] or f"no {none} while it was armed"
    return f"fault {rule['id']}{name}, {json.dumps(rule['effect'])}, never fired: {reason}"


def _format_error(entry: Record) -> str:
    return f"mockrevio raised an exception on {entry['method']} {entry['path']}:\n{entry['error']}"
